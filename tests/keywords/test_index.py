"""Which rule answers, in which order, and why the others do not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.keywords.index import Index
from bot.keywords.normalise import normalise
from bot.models import Keyword, MatchMode, Rule, TextReply, Trigger

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
EXACT, CONTAINS, PREFIX, ALL_OF, REGEX = (
    *(MatchMode.EXACT, MatchMode.CONTAINS, MatchMode.PREFIX),
    *(MatchMode.ALL_OF, MatchMode.REGEX),
)
SAYS = (TextReply("好"),)


def rule(name: str, *keywords: tuple[str, MatchMode], **more: object) -> Rule:
    """Return a rule whose id is the number its name ends in."""
    made = Rule(
        id=int("".join(filter(str.isdigit, name)) or 0),
        name=name,
        keywords=tuple(Keyword(text, mode) for text, mode in keywords),
        replies=SAYS,
    )
    return replace(made, **more)  # type: ignore[arg-type]  # each test gives fields of Rule


def winner(text: str, *rules: Rule, now: datetime = NOW, exact_only: bool = False) -> str:
    found = Index.build(rules).match(text, now=now, exact_only=exact_only).rule
    return found.name if found else ""


def outcomes(text: str, *rules: Rule) -> list[tuple[str, str]]:
    tried = Index.build(rules).match(text, now=NOW).tried
    return [(each.name, each.outcome) for each in tried]


@pytest.mark.parametrize(
    ("mode", "keyword", "text", "hits"),
    [
        (EXACT, "AI", "AI", True),
        (EXACT, "AI", "ａｉ ", True),
        (EXACT, "AI", "AI。", True),
        (EXACT, "AI", "Ａｉ！", True),
        (EXACT, "AI", "AI画一只猫", False),
        (EXACT, "AI", "A I", False),
        (EXACT, "电子书", "電子書", True),
        (EXACT, "電子書", "电子书", True),
        (EXACT, "MySQL知识图谱", "mysql知識圖譜？", True),
        (EXACT, "C", "C++", False),
        (EXACT, "C++", "c＋＋", True),
        (EXACT, "C++", "C#", False),
        (EXACT, "C#", "C#!", True),
        (EXACT, "大厂 内推", "大厂　　内推", True),
        (EXACT, "AI", "", False),
        (CONTAINS, "优惠", "有什么優惠吗", True),
        (CONTAINS, "优惠", "优 惠", False),
        (CONTAINS, "惠", "优惠", True),
        (CONTAINS, "优惠", "优惠", True),
        (CONTAINS, "AI", "MAIL", True),
        (PREFIX, "报名", "报名多少钱", True),
        (PREFIX, "报名", "“报名”", True),
        (PREFIX, "报名", "我要报名", False),
        (PREFIX, "报名", "报", False),
        (ALL_OF, "Java 面试", "面试 JAVA 要看什么", True),
        (ALL_OF, "Java　面试", "java面试", True),
        (ALL_OF, "Java 面试", "java", False),
        (ALL_OF, "面试", "面试题", True),
        (REGEX, r"^订单\d{4,}$", "订单 12345", False),
        (REGEX, r"^订单\s?\d{4,}$", "订单 12345。", True),
        (REGEX, "^(怎么|如何)退款", "如何退款呢", True),
        (REGEX, "^(怎么|如何)退款", "请问如何退款", False),
        (REGEX, "HELLO|hi", "say hello", True),
        (REGEX, r"^\d{6}$", "１２３４５６", True),
    ],
)
def test_each_mode(mode: MatchMode, keyword: str, text: str, *, hits: bool) -> None:
    assert winner(text, rule("a", (keyword, mode))) == ("a" if hits else "")


def test_the_match_names_the_keyword_as_written_and_the_text_as_compared() -> None:
    match = Index.build([rule("书", ("電子書", EXACT))]).match(" 电子书！", now=NOW)

    assert (match.keyword, match.normalised) == ("電子書", "电子书")


class TestPrecedence:
    def test_exact_goes_before_the_operators_order(self) -> None:
        first = rule("r1", ("电子", CONTAINS), position=0)
        second = rule("r2", ("电子书", EXACT), position=9)

        assert winner("电子书", first, second) == "r2"

    @pytest.mark.parametrize("mode", list(MatchMode))
    def test_then_comes_the_operators_order(self, mode: MatchMode) -> None:
        keyword = ("电子书", mode)
        rules = [
            rule("r1", keyword, position=3),
            rule("r2", keyword, position=1),
            rule("r3", keyword, position=2),
        ]

        assert winner("电子书", *rules) == "r2"

    def test_among_equal_positions_the_older_rule_wins(self) -> None:
        assert winner("书", rule("r7", ("书", EXACT)), rule("r3", ("书", EXACT))) == "r3"

    def test_rules_of_a_file_without_ids_keep_its_order(self) -> None:
        assert winner("书", rule("first", ("书", EXACT)), rule("second", ("书", EXACT))) == "first"

    def test_other_modes_are_equal_among_themselves(self) -> None:
        modes = [REGEX, ALL_OF, PREFIX, CONTAINS]
        rules = [rule(f"r{i}", ("电子", mode), position=i) for i, mode in enumerate(modes)]

        assert winner("电子书", *rules) == "r0"
        assert winner("电子书", *rules[1:]) == "r1"
        assert winner("电子书", *rules[2:]) == "r2"
        assert winner("电子书", *rules[3:]) == "r3"

    def test_exact_only_leaves_the_others_out(self) -> None:
        loose = rule("r1", ("电子", CONTAINS))

        assert winner("电子书", loose, exact_only=True) == ""
        assert winner("电子书", loose) == "r1"


class TestConditions:
    @pytest.mark.parametrize("mode", list(MatchMode))
    def test_an_excluding_word_leaves_the_rule_out(self, mode: MatchMode) -> None:
        text = "退款 不要了"
        keyword = "退款 不要了" if mode is not ALL_OF else "退款 要"

        assert winner(text, rule("r1", (keyword, mode), excluding=("不要",))) == ""
        assert winner(text, rule("r1", (keyword, mode), excluding=("发票",))) == "r1"

    def test_excluding_words_are_spelled_like_the_text(self) -> None:
        assert winner("ai課程ABC", rule("r1", ("课程", CONTAINS), excluding=("ａｂｃ！",))) == ""

    def test_the_next_rule_answers_instead(self) -> None:
        first = rule("r1", ("退款", CONTAINS), excluding=("发票",))

        assert winner("退款发票", first, rule("r2", ("退款", CONTAINS))) == "r2"

    @pytest.mark.parametrize(
        ("now", "hits"),
        [
            (NOW - timedelta(microseconds=1), False),
            (NOW, True),
            (NOW + DAY - timedelta(microseconds=1), True),
            (NOW + DAY, False),
        ],
    )
    def test_a_schedule_includes_its_start_but_not_its_end(
        self, now: datetime, *, hits: bool
    ) -> None:
        scheduled = rule("r1", ("书", EXACT), starts_at=NOW, ends_at=NOW + DAY)

        assert winner("书", scheduled, now=now) == ("r1" if hits else "")

    def test_a_schedule_without_zone_is_utc(self) -> None:
        scheduled = rule("r1", ("书", EXACT), starts_at=NOW.replace(tzinfo=None))
        beijing = NOW.astimezone(timezone(timedelta(hours=8)))

        assert winner("书", scheduled, now=beijing) == "r1"
        assert winner("书", scheduled, now=beijing - timedelta(seconds=1)) == ""

    def test_a_rule_switched_off_does_not_answer(self) -> None:
        assert winner("书", rule("r1", ("书", EXACT), enabled=False)) == ""

    def test_an_exact_rule_at_rest_lets_the_others_answer(self) -> None:
        off = rule("r1", ("电子书", EXACT), enabled=False)

        assert winner("电子书", off, rule("r2", ("电子", PREFIX))) == "r2"


class TestTrace:
    def test_it_says_why_each_rule_did_not_win(self) -> None:
        keyword = ("电子书", EXACT)
        rules = [
            rule("r1", keyword, enabled=False),
            rule("r2", keyword, starts_at=NOW + DAY),
            rule("r3", keyword, ends_at=NOW),
            rule("r4", keyword, excluding=("电",)),
            rule("r5", keyword),
            rule("r6", keyword),
            rule("r7", keyword, enabled=False),
            rule("r8", ("电子", CONTAINS)),
        ]

        assert outcomes("电子书", *rules) == [
            ("r1", "disabled"),
            ("r2", "not_yet"),
            ("r3", "ended"),
            ("r4", "excluded"),
            ("r5", "won"),
            ("r6", "outranked"),
            ("r7", "disabled"),
        ]

    def test_it_goes_on_from_the_exact_rules_to_the_others(self) -> None:
        rules = [
            rule("r1", ("电子书", EXACT), enabled=False),
            rule("r2", ("电子书", PREFIX), ("电", CONTAINS)),
            rule("r3", ("书", CONTAINS)),
        ]

        assert outcomes("电子书", *rules) == [
            ("r1", "disabled"),
            ("r2", "won"),
            ("r3", "outranked"),
        ]

    def test_it_is_bounded_and_always_has_the_winner(self) -> None:
        off = [rule(f"r{i}", (f"电{'子' * (i % 2)}", CONTAINS), enabled=False) for i in range(50)]
        tried = outcomes("电子书", *off, rule("r99", ("书", CONTAINS)))

        assert len(tried) == 20
        assert tried[:19] == [(f"r{i}", "disabled") for i in range(19)]
        assert tried[19] == ("r99", "won")

    def test_a_text_nobody_answers_was_tried_by_nobody(self) -> None:
        match = Index.build([rule("r1", ("书", EXACT))]).match("一只猫！", now=NOW)

        assert (match.rule, match.keyword, match.tried) == (None, "", ())
        assert match.normalised == "一只猫"


class TestTriggers:
    def test_the_first_live_rule_of_its_trigger_is_used(self) -> None:
        index = Index.build(
            [
                rule("r1", trigger=Trigger.SUBSCRIBE, enabled=False),
                rule("r2", trigger=Trigger.SUBSCRIBE, starts_at=NOW + DAY),
                rule("r4", trigger=Trigger.SUBSCRIBE, position=2),
                rule("r3", trigger=Trigger.SUBSCRIBE, position=1),
                rule("r5", trigger=Trigger.DEFAULT),
            ]
        )
        greeting = index.trigger(Trigger.SUBSCRIBE, now=NOW)
        default = index.trigger(Trigger.DEFAULT, now=NOW)

        assert greeting
        assert greeting.name == "r3"
        assert default
        assert default.name == "r5"

    def test_without_one_there_is_none(self) -> None:
        assert Index.build([]).trigger(Trigger.DEFAULT, now=NOW) is None

    def test_a_trigger_rule_answers_no_text(self) -> None:
        assert winner("书", rule("r1", ("书", EXACT), trigger=Trigger.DEFAULT)) == ""


class TestRefusals:
    def test_keywords_that_cannot_be_used_are_all_named(self) -> None:
        rules = [
            rule("甲", ("(", REGEX), ("好", EXACT)),
            rule("乙", ("。。", EXACT)),
            rule("丙", ("长" * 61, CONTAINS)),
        ]
        with pytest.raises(ConfigError) as refused:
            Index.build(rules)

        assert str(refused.value).splitlines() == [
            "规则「甲」：正则「(」不能用：括号没有配对",
            "规则「乙」：关键词「。。」里没有文字",
            "规则「丙」：关键词「长长长长长长长长长长…」有 61 个字，最多 60 个",
        ]

    def test_a_keyword_in_too_many_rules_under_different_conditions(self) -> None:
        rules = [rule(f"r{i}", ("书", EXACT), ends_at=NOW + i * DAY) for i in range(1001)]

        with pytest.raises(ConfigError, match="已有 1000 条规则用「书」"):
            Index.build(rules)


def test_a_dismantled_index_is_empty() -> None:
    index = Index.build([rule("r1", ("电子书", EXACT), ("电子", CONTAINS), ("书本 电子", ALL_OF))])
    index.dismantle()

    assert index.match("电子书", now=NOW).tried == ()
    assert index.suggest("电子数", now=NOW) is None


# ---- the oracle: every rule asked in turn ----


def naive(text: str, rules: list[Rule], now: datetime) -> Rule | None:
    text = normalise(text)
    in_order = sorted(rules, key=lambda each: (each.position, each.id))
    for modes in ((EXACT,), (CONTAINS, PREFIX, ALL_OF, REGEX)):
        for each in in_order:
            if text and naive_hit(text, each, modes) and naive_live(text, each, now):
                return each
    return None


def naive_hit(text: str, each: Rule, modes: tuple[MatchMode, ...]) -> bool:
    return any(keyword.mode in modes and naive_holds(text, keyword) for keyword in each.keywords)


def naive_holds(text: str, keyword: Keyword) -> bool:
    key = normalise(keyword.text)
    match keyword.mode:
        case MatchMode.EXACT:
            return text == key
        case MatchMode.CONTAINS:
            return key in text
        case MatchMode.PREFIX:
            return text.startswith(key)
        case MatchMode.ALL_OF:
            return all(normalise(word) in text for word in key.split())
        case MatchMode.REGEX:
            return re2.search(f"(?i){keyword.text}", text) is not None


def naive_live(text: str, each: Rule, now: datetime) -> bool:
    return (
        each.enabled
        and not (each.starts_at and now < each.starts_at)
        and not (each.ends_at and now >= each.ends_at)
        and not any(normalise(word) in text for word in each.excluding)
    )


WORDS = st.sampled_from(
    [
        "a",
        "b",
        "ab",
        "书",
        "电",
        "电书",
        "书 a",
        "a书",
        "ba",
        "a+",
        "+b",
        "电 书 b",
        "aa",
        "bab",
        "书书",
    ]
)
MOMENTS = st.none() | st.sampled_from([NOW - DAY, NOW, NOW + DAY])
KEYWORDS = st.builds(
    Keyword, WORDS, st.sampled_from([EXACT, CONTAINS, PREFIX, ALL_OF])
) | st.builds(
    Keyword,
    st.sampled_from(["a.*书", "^(a|电)", "b+$", "[ab]{2}", "书", "ab*电?", ".", "(?:ab)+书|电"]),
    st.just(REGEX),
)
RULES = st.lists(
    st.builds(
        Rule,
        id=st.integers(1, 9),
        name=st.just("r"),
        keywords=st.lists(KEYWORDS, min_size=1, max_size=2).map(tuple),
        excluding=st.lists(WORDS, max_size=1).map(tuple),
        replies=st.just(SAYS),
        enabled=st.sampled_from([True, True, True, False]),
        position=st.integers(0, 3),
        starts_at=MOMENTS,
        ends_at=MOMENTS,
    ),
    max_size=12,
)


@settings(max_examples=2000, deadline=None)
@given(st.text(st.sampled_from("ab书电 +。A"), max_size=8), RULES)
def test_the_index_finds_what_asking_every_rule_finds(text: str, rules: list[Rule]) -> None:
    match = Index.build(rules).match(text, now=NOW)

    assert match.rule is naive(text, rules, NOW)
    assert [each.outcome for each in match.tried].count("won") == (match.rule is not None)


@settings(max_examples=2000, deadline=None)
@given(st.text(st.sampled_from("ab书"), min_size=1, max_size=3), st.lists(MOMENTS, max_size=60))
def test_many_rules_for_one_keyword_are_thinned_without_losing_the_winner(
    text: str, ends: list[datetime | None]
) -> None:
    rules = [rule(f"r{i}", ("书", CONTAINS), ends_at=end) for i, end in enumerate(ends)]
    match = Index.build(rules).match(text, now=NOW)

    assert match.rule is naive(text, rules, NOW)
