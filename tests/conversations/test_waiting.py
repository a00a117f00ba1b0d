"""Waiting well: 进度, 额度, 对方正在输入…, and one text with the choices after a picture."""

import re
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from bot.jobs.lanes import lanes
from bot.keywords import documents
from bot.models import ImageReply, JobState, Reply, TextReply
from bot.store import accounts, claims, collecting, money, outbox
from bot.store.database import now_ms
from bot.store.outbox import Packed
from bot.store.tables import image_job
from handlers.quota import left_of_day
from handlers.sentences import SENTENCES
from tests.worlds import World

Make = Callable[..., World]
SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
CANCEL = "不想等了：取消（还没开画的都取消，次数退回）"


def words(said: str) -> str:
    """Return what is read of a text: its taps without their addresses."""
    return re.sub(r"<a [^>]*>(.*?)</a>", r"\1", said)


def text(reply: Reply | None) -> str:
    assert isinstance(reply, TextReply)
    return words(reply.content)


def choices(number: int) -> str:
    numbered = "1 再来一张　2 高清　3 换风格　4 换方向"
    return f"第 {number} 号画好了，接着可以：\n{numbered}\n或直接说想改哪里"


def pushed(world: World, openid: str = "") -> list[str]:
    """What the follower was pushed: its kind, of a text its words."""
    items = world.pushed(openid=openid)
    return [words(one["text"]) if one["kind"] == "text" else str(one["kind"]) for one in items]


def work(world: World) -> None:
    """Work until the texts after the pictures have been pushed, too."""
    world.work()
    world.work()
    for thread in threading.enumerate():
        if thread.name == "typing":
            thread.join(5)


def put(world: World, *ids: int, **values: Any) -> None:
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).where(image_job.c.id.in_(ids)).values(values))


def cannot_push(world: World) -> World:
    world.sandbox.phone("POST", "account", {"verified": False})
    bot = world.bot
    app_id = bot.settings.wechat_app_id
    accounts.learn(bot.db, bot.account_id, app_id, name="push", allowed=False, code=48001)
    bot.snapshots.refresh()
    return world


def followers(world: World) -> list[str]:
    return [one["openid"] for one in world.sandbox.phone("GET", "state")["followers"]]


class TestProgress:
    def test_every_state_is_said_in_words(self, world: World) -> None:
        assert text(world.say("进度")) == "你还没有画过图。把想要的画面说给我听就行。"
        world.say("一只戴着草帽坐在田埂上的橘猫")
        first = "第 1 号 一只戴着草帽坐在田埂上的…："
        assert text(world.say("还要多久？")) == f"{first}排队第 1 位，约 30 秒\n{CANCEL}"
        (claim,) = claims.claim(world.bot.db, concurrent=2, lanes=lanes(world.bot), most=1)
        put(world, 1, state=JobState.GENERATING, called_at=now_ms() - 12_200)
        found = re.fullmatch(
            rf"{first}正在画，已画 (\d+) 秒，一般要 30 秒", text(world.say("进度"))
        )
        assert found is not None
        assert 12 <= int(found[1]) < 60
        put(world, 1, state=JobState.GENERATED)
        assert text(world.say("画好了吗")) == f"{first}画好了，正在送"
        put(world, 1, state=JobState.WAITING, lease_until=0, fence=claim.fence + 1)
        assert text(world.say("进度")) == f"{first}画好了，等你来领\n领图：取图"
        put(world, 1, state=JobState.COLLECTED)
        assert text(world.say("进度")) == (
            "现在没有在画的图。最近的第 1 号 一只戴着草帽坐在田埂上的… 已经给你了。\n"
            "再看一次：上一张　没收到就点：取图"
        )
        world.say("一只猫")
        world.say("取消")
        assert "最近的第 2 号 一只猫 取消了。" in text(world.say("进度"))
        put(world, 2, state=JobState.FAILED, reason="provider_down")
        assert text(world.say("进度")).startswith("第 2 号：画图服务暂时不可用，没有扣次数。")

    def test_a_queue_that_stands_still_promises_no_time(self, make_world: Make) -> None:
        make_world().say("一只猫")
        world = make_world(drawing="off")
        told = text(world.say("进度")).split("\n")
        assert told[0] == "第 1 号 一只猫：画图暂停了，排在第 1 位，恢复后就画"

    def test_a_sheet_is_one_request_and_says_its_page(self, world: World) -> None:
        world.say("抽卡 雪山下喝茶的猫")
        for number in range(6):
            world.say(f"第{number}幅山水画")
        told = text(world.say("排队")).split("\n")
        assert told[0] == "第 1 号 雪山下喝茶的猫：排队第 1 位，约 60 秒"
        assert told[1] == "第 6 号 第0幅山水画：排队第 2 位，约 2 分钟"
        assert told[4:] == [
            "第 9 号 第3幅山水画：排队第 5 位，约 2 分钟",
            "后面还有 2 个。",
            CANCEL,
        ]
        put(world, 2, state=JobState.KEPT)
        put(world, 3, state=JobState.GENERATING, called_at=now_ms())
        told = text(world.say("进度")).split("\n")
        assert told[0] == "第 1 号 雪山下喝茶的猫：正在画第 2 张草图，共 4 张，约 60 秒"
        assert len(world.say("进度").content.encode()) < 2_048  # type: ignore[union-attr]


class TestQuota:
    def test_what_counts_what_was_granted_and_when_it_comes_back(self, world: World) -> None:
        bot, today = world.bot, world.bot.today()
        for number in range(3):
            world.say(f"第{number}只猫")
        put(world, 3, state=JobState.FAILED)
        with bot.db.write() as tx:
            money.give_back(tx, bot.account_id, openid=world.openid, day=today)
        assert text(world.say("额度")).startswith("今天画了 2 张，还能画 8 张。\n明天 0 点（还有 ")
        with bot.db.write() as tx:
            money.grant(bot.db, tx, bot.account_id, openid=world.openid, day=today, more=5)
        first, second, third = text(world.say("额度")).split("\n")
        assert first == "今天画了 2 张，还能画 13 张（含运营者今天加送的 5 张）。"
        assert re.fullmatch(r"明天 0 点（还有 (\d+ 小时 )?\d+ 分钟?）恢复到 10 张。", second)
        assert third == "画成的才算，没画成、取消的都退回。抽卡一次算 1 张，PPT 一页算 1 张。"

    @pytest.mark.parametrize(
        ("now", "zone", "left"),
        [
            ("2026-11-27T12:48:00", "Asia/Shanghai", "3 小时 12 分"),
            ("2026-11-27T15:59:50", "Asia/Shanghai", "1 分钟"),
            ("2026-11-01T04:00:00", "America/New_York", "25 小时 0 分"),  # clocks are put back
        ],
    )
    def test_the_day_ends_by_the_clock_of_the_zone(self, now: str, zone: str, left: str) -> None:
        moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
        assert left_of_day(SENTENCES, moment, ZoneInfo(zone)) == left


class TestTyping:
    def test_it_shows_beside_the_call_and_what_is_learnt_is_kept(self, make_world: Make) -> None:
        world = make_world(typing=True)
        world.say("一只猫")
        work(world)
        (call,) = world.sandbox.calls(TYPING)
        assert call["json"] == {"touser": world.openid, "command": "Typing"}
        assert pushed(world) == ["image"]

        # Refused in passing: nothing is learnt. Refused for good: not tried again for a day.
        for code, known in ((45081, True), (48001, False)):
            world.sandbox.script({"match": TYPING, "times": 1, "errcode": code})
            world.say(f"一只猫，{code}")
            work(world)
            assert world.bot.snapshots.current.capabilities["typing"].allowed is known
        world.say("一只狗")
        put(world, 4, created_at=0)
        work(world)
        assert len(world.sandbox.calls(TYPING)) == 3
        assert pushed(world) == ["image"] * 4

    def test_one_that_hangs_costs_the_job_nothing(self, make_world: Make) -> None:
        world = make_world(typing=True)
        world.sandbox.script({"match": TYPING, "times": 1, "delay": 3.0})
        world.say("一只猫")
        work(world)
        assert pushed(world) == ["image"]
        assert world.job().state is JobState.DELIVERED
        assert len(world.sandbox.calls(TYPING)) == 1
        assert world.bot.snapshots.current.capabilities["typing"].allowed


class TestChoices:
    def test_one_text_follows_the_last_picture_of_a_burst(self, make_world: Make) -> None:
        world = make_world(choices="on")
        world.say("一只猫")
        world.say("一只狗")
        work(world)
        assert pushed(world) == ["image", "image", choices(2)]
        assert quote("再来一张") in world.pushed()[2]["text"]

        # Sent once more by hand, the picture comes alone; so does one that was asked for in a menu.
        collecting.send_again(world.bot.db, 2)
        world.tap("CLICK", key="画一只鸟")
        work(world)
        assert pushed(world)[3:] == ["image", "image"]
        assert [world.job(number).told for number in (1, 2, 3)] == ["", "choices", ""]

    def test_a_kill_between_picture_and_choices_loses_at_most_the_choices(
        self, make_world: Make
    ) -> None:
        world = make_world(choices="on")
        world.say("一只猫")
        world.work()
        assert (world.job().state, pushed(world)) == (JobState.DELIVERED, ["image"])
        (parcel,) = outbox.claim(world.bot.db, most=10)
        assert outbox.take(world.bot.db, parcel) is not None  # and the worker is gone
        work(world)
        assert pushed(world) == ["image"]

        world.say("一只狗")
        world.work()
        world.sandbox.script({"match": SEND, "times": 1, "errcode": 45047})
        work(world)
        assert pushed(world) == ["image", "image"]
        assert len(world.sandbox.calls(SEND)) == 3
        assert world.job(2).state is JobState.DELIVERED

    def test_it_is_never_the_fifth_push_to_a_message(self, make_world: Make) -> None:
        world = make_world(choices="on", follower_concurrent_images=5)
        one, two = followers(world)[:2]
        world.tap("subscribe", openid=two)
        asked: Iterable[tuple[str, int]] = ((one, 3), (two, 4))
        for openid, count in asked:
            for number in range(count):
                world.say(f"第{number}幅山水画", openid=openid)
        work(world)
        assert pushed(world, one) == ["image"] * 3 + [choices(3)]
        assert pushed(world, two) == ["image"] * 4

        # What a keyword had pushed meanwhile counts, too.
        bot = world.bot
        world.say("一只猫", openid=one)
        rest = documents.dump_replies([TextReply(str(number)) for number in range(3)])
        with bot.db.write() as tx:
            outbox.put(bot.db, tx, [Packed(bot.account_id, "rest", one, rest)])
        work(world)
        assert pushed(world, one)[4:] == ["0", "1", "2", "image"]

    def test_an_account_that_cannot_push_gets_none(self, make_world: Make) -> None:
        world = make_world(choices="on", typing=True)
        world.say("一只猫")
        work(cannot_push(world))
        assert world.job().state is JobState.WAITING
        assert world.sandbox.calls("/cgi-bin/message/custom/") == []
        assert isinstance(world.say("取图"), ImageReply)
