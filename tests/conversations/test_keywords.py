"""Keywords are answered at once, exactly, in every mode WeChat pushes in."""

import socket
import time
from collections.abc import Callable

import pytest

from bot.keywords import documents
from bot.models import (
    Article,
    ImageReply,
    Keyword,
    MatchMode,
    NewsReply,
    Pick,
    Reply,
    Rule,
    TextReply,
)
from bot.store import rules
from bot.store.database import Database
from bot.wechat.crypto import Mode
from tests.worlds import World

Make = Callable[..., World]


def text(reply: Reply | None) -> str:
    assert isinstance(reply, TextReply)
    return reply.content


def teach(world: World, *added: Rule) -> None:
    """Replace the rules, as an operator's save does, and see them live."""
    documented = [documents.to_dict(rule) for rule in added]
    rules.replace(world.bot.db, world.bot.account_id, documented)
    world.bot.snapshots.refresh()


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("MySQL知识图谱", "MySQL"),
        ("电子书", "电子书"),
        ("大厂内推", "内推"),
        ("AI", "AI"),
        ("  ａｉ。", "AI"),
        ("電子書！", "电子书"),
    ],
)
def test_a_seed_keyword_gets_its_resources(world: World, said: str, heard: str) -> None:
    """Case, width, surrounding punctuation and traditional characters make no difference."""
    reply = text(world.say(said))

    assert heard in reply
    assert "http" in reply
    assert world.sandbox.calls("/v1/images") == []


@pytest.mark.parametrize("mode", list(Mode))
def test_a_keyword_is_answered_in_every_mode(make_world: Make, mode: Mode) -> None:
    world = make_world(wechat_aes_key="") if mode is Mode.PLAINTEXT else make_world()
    world.sandbox.phone("POST", "account", {"mode": mode})

    assert "电子书" in text(world.say("电子书"))


def test_the_greeting_names_every_seed_keyword(world: World) -> None:
    greeting = text(world.tap("subscribe"))

    for keyword in ("MySQL知识图谱", "电子书", "大厂内推", "AI"):
        assert keyword in greeting


def test_a_keyword_within_a_sentence_is_a_prompt(world: World) -> None:
    assert "收到，正在画" in text(world.say("AI画一只猫"))


def test_the_picture_of_a_rule_is_text_until_wechat_has_it_and_then_a_picture(
    world: World,
) -> None:
    rule = Rule(
        name="图",
        keywords=(Keyword("看图"),),
        replies=(ImageReply("file:mysql-map.jpg", "先看文字"),),
    )
    teach(world, rule)

    assert world.say("看图") == TextReply("先看文字")
    world.work()
    answered = world.say("看图")

    assert isinstance(answered, ImageReply)
    assert [call["status"] for call in world.sandbox.calls("/cgi-bin/media/upload")] == [200]


def test_all_replies_of_a_rule_arrive_the_rest_pushed_once(world: World) -> None:
    card = NewsReply((Article("标题", "说明", "https://example.com/"),))
    teach(
        world,
        Rule(
            name="全部",
            keywords=(Keyword("全部"),),
            replies=(TextReply("一"), TextReply("二"), card),
        ),
    )
    message = world.message("全部", openid=world.openid)
    world.say("额度")  # opens WeChat's window for pushes

    assert [world.answer(message) for _ in range(3)] == [TextReply("一\n\n二")] * 3
    world.work()
    world.work()

    assert [item["kind"] for item in world.pushed()] == ["news"]


def test_an_account_that_cannot_push_gets_all_replies_in_one(world: World) -> None:
    world.sandbox.phone("POST", "account", {"verified": False})
    teach(
        world,
        Rule(
            name="全部",
            keywords=(Keyword("全部"),),
            replies=(TextReply("一"), ImageReply("file:none.jpg", "图的文字")),
        ),
    )
    learnt(world)

    assert text(world.say("全部")) == "一\n\n图的文字"


def learnt(world: World) -> None:
    """Have the account learn that it cannot push, the way it does: by trying."""
    world.say("一只橘猫")
    world.work()
    world.bot.snapshots.refresh()


def test_a_random_reply_is_the_same_for_every_retry(world: World) -> None:
    many = tuple(TextReply(f"第{number}句") for number in range(10))
    teach(world, Rule(name="随机", keywords=(Keyword("抽签"),), replies=many, pick=Pick.RANDOM))
    messages = [world.message("抽签") for _ in range(20)]
    first = [world.answer(message) for message in messages]

    assert [world.answer(message) for message in messages] == first
    assert len(set(map(str, first))) > 5


def test_an_operators_exact_keyword_beats_a_command(world: World) -> None:
    teach(world, Rule(name="帮", keywords=(Keyword("帮助"),), replies=(TextReply("我的帮助"),)))

    assert world.say("帮助") == TextReply("我的帮助")


def test_a_command_beats_a_keyword_that_only_contains(world: World) -> None:
    loose = Keyword("额", MatchMode.CONTAINS)
    teach(world, Rule(name="额", keywords=(loose,), replies=(TextReply("额？"),)))

    assert "还能画 10 张" in text(world.say("额度"))
    assert world.say("额头") == TextReply("额？")


@pytest.mark.parametrize(
    ("said", "meant"), [("电子数", "电子书"), ("mysql知识", "MySQL知识图谱"), ("电子表", "电子书")]
)
def test_a_near_miss_gets_a_suggestion_and_no_bill(world: World, said: str, meant: str) -> None:
    reply = text(world.say(said))

    assert f"你是想要“{meant}”吗" in reply
    assert f"画 {said}" in reply
    world.work()
    assert world.sandbox.calls("/v1/images") == []


def test_the_suggested_words_draw_it_after_all(world: World) -> None:
    assert "收到，正在画" in text(world.say("画 电子表"))
    assert world.job().prompt == "电子表"


@pytest.mark.parametrize("said", ["你好", "在吗", "？？？", "好", "😀"])
def test_small_talk_gets_help_and_no_bill(world: World, said: str) -> None:
    assert "我会两件事" in text(world.say(said))
    world.work()
    assert world.sandbox.calls("/v1/images") == []


def test_prefix_mode_draws_only_what_says_so(make_world: Make) -> None:
    world = make_world(prompt_trigger="prefix")

    assert "收到，正在画" not in text(world.say("一只在海边的猫"))
    assert "收到，正在画" in text(world.say("画一只在海边的猫"))


def test_a_menu_tap_is_the_keyword_it_stands_for(world: World) -> None:
    assert "电子书" in text(world.tap("CLICK", key="电子书"))


def test_recognised_speech_is_treated_as_that_text(world: World) -> None:
    body = {"openid": world.openid, "type": "voice", "recognition": "电子书。"}
    push = world.sandbox.phone("POST", "send", body)["push"]

    assert "电子书" in text(world.answered(push))


def test_a_location_gets_the_default_answer(world: World) -> None:
    body = {"openid": world.openid, "type": "location", "latitude": "1.0", "longitude": "2.0"}
    push = world.sandbox.phone("POST", "send", body)["push"]

    assert text(world.answered(push))


def test_an_unsubscribe_is_acknowledged_in_silence(world: World) -> None:
    assert world.tap("unsubscribe") is None


def test_the_same_msg_id_from_two_followers_is_answered_to_both(world: World) -> None:
    one = world.message("电子书", openid="oFirst-0000000000000000000001")
    other = world.message(
        "AI", openid="oOther-0000000000000000000002", msg_id=one.msg_id, created=one.created
    )

    assert "电子书" in text(world.answer(one))
    assert "AI" in text(world.answer(other))


def test_a_canned_reply_touches_neither_database_nor_network(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = world.message("电子书")
    world.bot.buffer.stop()
    world.bot.snapshots.stop()
    time.sleep(1)

    def deny(*_: object) -> None:
        raise AssertionError("a canned reply did I/O")

    for name in ("read", "write"):
        monkeypatch.setattr(Database, name, deny)
    monkeypatch.setattr(socket.socket, "connect", deny)
    reply = world.answer(message)
    monkeypatch.undo()

    assert "电子书" in text(reply)
