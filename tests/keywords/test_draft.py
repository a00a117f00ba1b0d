"""A draft among the live rules does what it would do once saved."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.keywords.draft import LAST, rivals, try_out
from bot.keywords.index import Index
from bot.models import Keyword, MatchMode, Rule, TextReply, Trigger

NOW = datetime(2026, 11, 27, tzinfo=UTC)
_WORD = st.sampled_from(["书", "电子书", "电子", "优惠", "优惠 书"])
_RULE = st.builds(
    Rule,
    name=st.just("规则"),
    keywords=st.lists(
        st.builds(Keyword, _WORD, st.sampled_from(MatchMode)), min_size=1, max_size=3
    ).map(tuple),
    excluding=st.lists(st.sampled_from(["不", "优惠"]), max_size=1).map(tuple),
    replies=st.just((TextReply("答"),)),
    enabled=st.sampled_from([True, True, True, False]),
)
_TEXT = st.sampled_from(["电子书", "书", "电子书优惠", "不要书", "优惠", "别的"])


def rule(name: str, *keywords: Keyword, id_: int, **changes: object) -> Rule:
    made = Rule(id=id_, position=id_, name=name, keywords=keywords, replies=(TextReply(name),))
    return replace(made, **changes)  # type: ignore[arg-type]  # what a test says


@given(st.lists(_RULE, max_size=6), _RULE, _TEXT, st.integers(0, 7))
def test_trying_a_draft_is_what_saving_it_would_do(
    rules: list[Rule], draft: Rule, text: str, place: int
) -> None:
    live = [replace(one, id=number, position=number) for number, one in enumerate(rules, 1)]
    if 1 <= place <= len(live):
        draft = replace(draft, id=place, position=place)
        after = [draft if one.id == place else one for one in live]
    else:
        draft = replace(draft, id=0, position=LAST)
        after = [*live, draft]

    tried = try_out(Index.build(live), draft, text, now=NOW)
    saved = Index.build(after).match(text, now=NOW)

    assert (tried.rule, tried.keyword, tried.normalised) == (
        *(saved.rule, saved.keyword),
        saved.normalised,
    )
    assert [one.outcome for one in tried.tried].count("won") == (saved.rule is not None)


def test_a_draft_is_told_who_else_its_keywords_hit() -> None:
    book, part = Keyword("电子书"), Keyword("书", MatchMode.CONTAINS)
    live = Index.build(
        [
            rule("先", book, id_=1),
            rule("含", part, id_=2),
            rule("停", book, id_=3, enabled=False),
            rule("自己", book, id_=4),
        ]
    )

    mine = rule("自己", book, id_=4)
    assert [(one.rule.name, one.first) for one in rivals(live, mine, now=NOW)] == [
        ("先", True),
        ("含", False),
    ]


def test_rules_that_spell_a_keyword_alike_are_in_conflict() -> None:
    live = Index.build(
        [
            rule("一", Keyword("AI"), id_=1),
            rule("二", Keyword(" ai！"), id_=2),
            rule("别的方式", Keyword("AI", MatchMode.CONTAINS), id_=3),
            rule("停了", Keyword("书"), id_=4, enabled=False),
            rule("独一", Keyword("书"), Keyword("书。"), id_=5),
            rule("问候", id_=6, trigger=Trigger.SUBSCRIBE),
        ]
    )

    assert live.conflicts() == {1, 2}


def test_a_rule_too_far_behind_to_win_is_in_conflict_all_the_same() -> None:
    live = Index.build([rule("同", Keyword("AI"), id_=number) for number in range(1, 31)])

    assert live.conflicts() == set(range(1, 31))


def test_a_rule_can_be_passed_over() -> None:
    live = Index.build([rule("一", Keyword("AI"), id_=1), rule("二", Keyword("AI"), id_=2)])

    found = live.match("ai", now=NOW, without=1)

    assert found.rule is not None
    assert (found.rule.id, [one.rule_id for one in found.tried]) == (2, [2])
