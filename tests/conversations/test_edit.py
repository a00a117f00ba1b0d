"""Operators edit the replies from the chat; a message that WeChat repeats changes nothing twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.editing import rules as editing
from bot.editing.desk import Desk
from bot.models import Reply, TextReply
from bot.store import history, members, rules
from bot.store.history import Actor, Filter
from bot.store.members import Role
from tests.worlds import XIAOHUA, World

OPERATOR = "oOperator-0000000000000000001"
Say = Callable[[str], str]


def text(reply: Reply | None) -> str:
    assert isinstance(reply, TextReply)
    return reply.content


def join(world: World, openid: str, *, name: str = "小林", role: Role = Role.EDITOR) -> int:
    with world.bot.db.write() as tx:
        member_id = members.insert(tx, world.bot.account_id, name=name, password_hash="", role=role)
        members.change(tx, member_id, openid=openid)
    return member_id


@pytest.fixture(name="say")
def _say(world: World) -> Say:
    """Say something as the operator; what was changed is live."""
    rules.replace(world.bot.db, world.bot.account_id, [])
    join(world, OPERATOR)

    def say(said: str) -> str:
        answer = text(world.answer(world.message(said, openid=OPERATOR)))
        world.bot.snapshots.refresh()
        return answer

    return say


def follower(world: World, said: str) -> str:
    return text(world.answer(world.message(said)))


def documents(world: World) -> list[Any]:
    return [one[2] for one in rules.read(world.bot.db, world.bot.account_id)[1]]


def changes(world: World) -> int:
    return history.page(world.bot.db, world.bot.account_id, Filter(), most=1)[1]


def test_a_rule_is_added_changed_shown_deleted_and_brought_back(world: World, say: Say) -> None:
    assert (
        say("#加 优惠券、折扣 满一百减二十\n限今天")
        == "已加上「优惠券」，一秒内生效。改错了回 #撤销"
    )
    assert follower(world, "折扣") == "满一百减二十\n限今天"
    assert say("＃改 折扣 满两百减五十").startswith("已改好「优惠券」，")
    assert follower(world, "优惠券") == "满两百减五十"
    assert "关键词：优惠券\n折扣" in say("#看 优惠券")
    assert say("#删 折扣").startswith("已删除「优惠券」")
    assert documents(world) == []

    assert say("#撤销") == "已撤销：恢复了「优惠券」，一秒内生效。"
    assert follower(world, "优惠券") == "满两百减五十"
    say("#撤销")
    assert follower(world, "优惠券") == "满一百减二十\n限今天"
    assert say("#撤销") == "已撤销：删掉了新加的「优惠券」，一秒内生效。"
    assert documents(world) == []
    assert say("#撤销") == "没有改：你最近没有在这里改过规则。"
    entry = history.page(world.bot.db, world.bot.account_id, Filter(), most=9)[0][-1]
    assert (entry.actor, entry.via, entry.action) == ("小林", "chat", "rule.create")


ALL = ("#加 折扣 八折", "#改 优惠券 新的", "#删 优惠券", "#撤销", "#看 优惠券", "#")


def test_a_message_that_comes_three_times_acts_once(world: World, say: Say) -> None:
    for before in ("#", "#改 优惠券 旧的", "#删 优惠券"):
        for said in ALL:
            rules.replace(world.bot.db, world.bot.account_id, [])
            say("#加 优惠券 满一百减二十")
            say(before)
            message = world.message(said, openid=OPERATOR)

            first = world.answer(message)
            after, count = documents(world), changes(world)
            assert [world.answer(message), world.answer(message)] == [first, first]

            assert documents(world) == after, (before, said)
            assert changes(world) == count, (before, said)


def test_pushes_of_one_message_at_the_same_time_act_once(world: World, say: Say) -> None:
    message = world.message("#加 优惠券 满一百减二十", openid=OPERATOR)

    with ThreadPoolExecutor(3) as pool:
        answers = set(pool.map(lambda _: world.answer(message), range(3)))

    assert answers == {TextReply("已加上「优惠券」，一秒内生效。改错了回 #撤销")}
    assert len(documents(world)) == 1
    assert "还没有" not in say("#看 优惠券")


def test_the_same_checks_as_in_the_console(world: World, say: Say) -> None:
    assert say("#加 优惠券") == "这样写：#加 关键词 回复内容\n例：#加 优惠券 满一百减二十"
    assert say("#加 正则：( 八折").startswith("没有改：")
    assert "最多 2000 字节" in say(f"#加 优惠券 {'长' * 667}")
    assert documents(world) == []
    say("#加 包含：优惠 满一百减二十")
    assert follower(world, "有优惠吗") == "满一百减二十"
    assert say("#加 优惠 x").startswith("已经有「优惠」了。")
    assert "要新加：#加 没有 回复内容" in say("#看 没有")
    assert "相近的有：优惠" in say("#改 优 x")
    assert "本来就是这样" in say("#改 优惠 满一百减二十")


def test_what_is_more_than_one_text_is_not_lost_unsaid(world: World, say: Say) -> None:
    desk = Desk(world.bot.db, world.bot.account_id, Actor(name="小李", via="console"))
    replies = ["一", {"type": "image", "media": "file:a.jpg", "alt": "图"}]
    rule = {"name": "优惠", "keywords": ["优惠"], "replies": replies, "weights": [1, 2]}
    rule_id = editing.create(desk, rule)

    assert "[图片]\n文件：file:a.jpg" in say("#看 优惠")
    assert "（原来 2 条回复换成这一条）" in say("#改 优惠 <b>三</b>")
    assert "＜b＞三＜/b＞" in say("#看 优惠")
    # Somebody else's later change is not taken back unseen, nor is somebody else's at all.
    editing.switch(desk, [rule_id], enabled=False)
    assert say("#撤销") == "没有改：「优惠」之后又被改过，请到控制台的操作记录里恢复"


def test_several_rules_of_one_word(world: World, say: Say) -> None:
    desk = Desk(world.bot.db, world.bot.account_id, Actor(name="小李", via="console"))
    for name in ("甲", "乙"):
        editing.create(desk, {"name": name, "keywords": ["优惠"], "replies": [name]})

    assert say("#删 优惠") == "有 2 条规则用“优惠”：甲、乙\n请用规则的名称再说一次。"
    assert say("#删 乙").startswith("已删除「乙」")


@pytest.mark.parametrize("said", ["#", "#帮助", "＃？", "#别的"])
def test_help(say: Say, said: str) -> None:
    assert say(said).startswith("直接在这里改关键词回复：\n#加 关键词 回复内容")


def test_nobody_else_is_listened_to(world: World, say: Say) -> None:
    viewer = join(world, "oViewer", name="看客", role=Role.VIEWER)
    gone = join(world, "oGone", name="离职")
    with world.bot.db.write() as tx:
        members.change(tx, gone, disabled=True)
    say("#加 优惠券 满一百减二十")

    for openid in (XIAOHUA, "oViewer", "oGone"):
        said = text(world.answer(world.message("#删 优惠券", openid=openid)))
        assert "已删除" not in said
    assert len(documents(world)) == 1
    assert viewer


def test_ordinary_messages_ask_the_database_nothing(
    world: World, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("#加 优惠券 满一百减二十")

    def refuse(*_: object) -> None:
        raise AssertionError("looked up")

    monkeypatch.setattr(members, "speaking", refuse)
    assert follower(world, "优惠券") == "满一百减二十"
