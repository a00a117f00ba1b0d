"""The rules of a first start: useful, right, and short enough for one answer."""

import re
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest

from bot.keywords.files import dumps, loads
from bot.keywords.index import Index
from bot.keywords.replies import MAX_BYTES, choose, combine, resolve
from bot.models import ImageReply, MatchMode, NewsReply, Rule, TextReply, Trigger
from bot.settings import ASSETS

NOW = datetime(2026, 5, 1, tzinfo=UTC)
RULES = loads((ASSETS / "rules.toml").read_text(encoding="utf-8"), form="toml")
INDEX = Index.build(RULES)
KEYWORDS = ("MySQL知识图谱", "电子书", "大厂内推", "AI")


def _texts() -> list[str]:
    return [
        reply.content for rule in RULES for reply in rule.replies if isinstance(reply, TextReply)
    ]


@pytest.mark.parametrize(
    "text", [*KEYWORDS, "ａｉ ", "Ａｉ！", "電子書", "mysql知識圖譜。", "大厂内推！"]
)
def test_the_four_keywords_are_answered_with_links(text: str) -> None:
    rule = INDEX.match(text, now=NOW, exact_only=True).rule

    assert rule
    assert isinstance(rule.replies[0], TextReply)
    assert rule.replies[0].content.count('<a href="https://') >= 8


@pytest.mark.parametrize("text", ["AI画一只猫", "画电子书", "一只猫", "大厂内推海报"])
def test_nothing_else_is_taken_for_a_keyword(text: str) -> None:
    assert INDEX.match(text, now=NOW).rule is None
    assert INDEX.suggest(text, now=NOW) is None


def test_the_rules_match_exactly() -> None:
    modes = {keyword.mode for rule in RULES for keyword in rule.keywords}

    assert modes == {MatchMode.EXACT}


def test_the_greeting_names_them_all_and_shows_how_to_draw() -> None:
    greeting = INDEX.trigger(Trigger.SUBSCRIBE, now=NOW)

    assert greeting
    (reply,) = greeting.replies
    assert isinstance(reply, TextReply)
    assert all(f">{keyword}</a>" in reply.content for keyword in KEYWORDS)
    assert "画一只" in reply.content


def test_there_is_a_default_answer() -> None:
    assert INDEX.trigger(Trigger.DEFAULT, now=NOW)


def test_texts_fit_a_message_and_read_short() -> None:
    for text in _texts():
        assert len(text.encode()) <= MAX_BYTES
        assert len(re.sub("<[^>]+>", "", text)) <= 600


def test_every_link_is_well_formed() -> None:
    for text in _texts():
        links = re.findall(r'<a href="([^"<>\s]+)">([^<>]+)</a>', text)
        assert len(links) == text.count("<a ") == text.count("</a>")
        for href, label in links:
            if href.startswith("weixin:"):
                said = re.fullmatch(
                    r"weixin://bizmsgmenu\?msgmenucontent=([^&]+)&msgmenuid=1", href
                )
                assert said
                assert unquote(said[1]) == label
            else:
                assert href.startswith("https://")


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_an_account_that_cannot_push_loses_nothing(keyword: str) -> None:
    rule = INDEX.match(keyword, now=NOW).rule
    assert rule
    replies = [resolve(reply, {}) for reply in choose(rule, message_key="k")]
    passive, rest = combine(replies, can_push=False)

    assert isinstance(passive, TextReply)
    assert rest == ()
    assert not passive.content.endswith("…")


def test_there_is_a_picture_and_a_card() -> None:
    kinds = [type(reply) for rule in RULES for reply in rule.replies]

    assert ImageReply in kinds
    assert NewsReply in kinds


def test_the_picture_is_one_wechat_accepts() -> None:
    files = {
        reply.media.removeprefix("file:")
        for rule in RULES
        for reply in rule.replies
        if isinstance(reply, ImageReply)
    }
    assert files == {"mysql-map.jpg"}
    data = (ASSETS / "replies" / "mysql-map.jpg").read_bytes()
    assert data.startswith(b"\xff\xd8\xff")
    assert len(data) < 500_000


def test_they_survive_export_and_import() -> None:
    def same(rules: tuple[Rule, ...]) -> None:
        assert rules == RULES

    same(loads(dumps(RULES, form="toml"), form="toml"))
    same(loads(dumps(RULES, form="yaml"), form="yaml"))
