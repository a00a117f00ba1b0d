"""抽卡: four quick drafts on one sheet, one of the follower's pictures; 选2 makes the final."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image

from bot.editing.desk import Desk
from bot.images import label
from bot.jobs import hands, together
from bot.jobs.lanes import lanes
from bot.jobs.run import run
from bot.models import ImageReply, JobKind, JobState
from bot.store import claims, decisions
from bot.store.history import Actor
from tests.conversations.groups import (
    EDITS,
    GENERATIONS,
    SEND,
    jobs,
    refusal,
    silence,
    spent,
    text,
    used,
    worked,
)
from tests.conversations.test_pictures import unverified
from tests.worlds import World

Make = Callable[..., World]


def test_four_drafts_come_as_one_sheet_and_one_of_them_becomes_the_picture(world: World) -> None:
    message = world.message("抽卡 一只猫，横版", openid=world.openid)
    world.say("额度")
    said = text(world.answer(message))
    assert said.startswith("收到，先画 4 张草图给你挑（约 ")
    assert text(world.answer(message)) == said
    assert used(world) == 1
    sheet, choices = worked(world)

    calls = world.sandbox.calls(GENERATIONS)
    assert [(call["json"]["quality"], call["json"]["size"]) for call in calls] == (
        [("low", "1536x1024")] * 4
    )
    assert len({call["json"]["prompt"] for call in calls}) == 4
    assert all("一只猫" in call["json"]["prompt"] for call in calls)
    assert (sheet["kind"], sheet["ai"]) == ("image", True)
    assert re.findall(r">选(\d)</a>", choices["text"]) == ["1", "2", "3", "4"]
    assert [job.state for job in jobs(world, 5)] == ["delivered", *["kept"] * 4]
    data = world.bot.pictures.read(world.job(1).picture)
    label.verify(data)
    with Image.open(io.BytesIO(data)) as image:
        assert image.width == 1440

    assert "把第 2 张画成成品" in text(world.say("选2"))
    worked(world)

    final = world.job(6)
    assert (final.kind, final.parent_id, final.state) == (JobKind.EDIT, 3, JobState.DELIVERED)
    (edit,) = world.sandbox.calls(EDITS)
    assert (edit["form"]["quality"], edit["form"]["size"]) == ("high", "1536x1024")
    assert len(edit["files"]) == 1
    assert (used(world), len(world.pushed())) == (2, 3)
    assert spent(world) == sum(job.cost for job in jobs(world, 6))
    assert "最近的 2 张作品" in text(world.say("我的作品"))
    assert "一只猫" in text(world.say("我的作品"))


def test_once_more_after_a_sheet_is_another_sheet(world: World) -> None:
    world.say("抽卡 一只猫，横版")
    worked(world)
    message = world.message("再来一张", openid=world.openid)
    said = text(world.answer(message))
    assert said.startswith("收到，先画 4 张草图给你挑（约 ")
    assert text(world.answer(message)) == said
    worked(world)

    again = world.job(6)
    assert (again.kind, again.prompt, again.width, again.height) == ("sheet", "一只猫", 1536, 1024)
    assert used(world) == 2
    assert len(world.sandbox.calls(GENERATIONS)) == 8


def test_what_was_not_drawn_is_an_empty_cell_and_all_the_others_are_there(world: World) -> None:
    assert "还没有草图可选" in text(world.say("选1"))
    world.sandbox.script(refusal(GENERATIONS, skip=1), silence(GENERATIONS, skip=1))
    world.say("来四个方案：雪山")
    assert "还在画" in text(world.say("选1"))
    _sheet, choices = worked(world)

    assert [job.state for job in jobs(world, 5)] == [
        *("delivered", "kept", "failed", "unknown", "kept"),
    ]
    assert re.findall(r">选(\d)</a>", choices["text"]) == ["1", "4"]
    assert "没画成，选别的一张吧" in text(world.say("选2"))
    assert len(world.sandbox.calls(GENERATIONS)) == 4
    assert used(world) == 1
    assert world.job(4).cost > 0
    assert spent(world) == sum(job.cost for job in jobs(world, 5))

    # Three drafts were asked for: there is no fourth.
    world.say("三个方案：一座桥")
    worked(world)
    assert "只有 3 张草图" in text(world.say("4"))
    assert "把第 2 张画成成品" in text(world.say("2"))
    assert world.job(10).parent_id == 8


def test_when_none_was_drawn_the_follower_is_told_once_and_pays_nothing(world: World) -> None:
    world.sandbox.script(refusal(GENERATIONS, times=None))
    world.say("抽卡 一只猫")
    (told,) = worked(world)

    assert told["text"].startswith("第 1 号：画图服务不接受这个请求")
    assert [job.state for job in jobs(world, 5)] == ["failed"] * 5
    assert (used(world), spent(world)) == (0, 0)
    assert "还没有草图可选" in text(world.say("选1"))

    # Four drafts that may not be drawn are one message that was blocked.
    world.say("抽卡 违规的猫")
    assert "没有通过内容审核" in worked(world)[1]["text"]
    mine = {"openid": world.openid, "day": world.bot.today(), "but": ""}
    assert decisions.blocks(world.bot.db, world.bot.account_id, **mine) == 1


def test_a_draft_that_is_retried_while_its_sheet_is_put_together_is_on_it(world: World) -> None:
    """The worker that had begun without it writes nothing any more."""
    world.sandbox.script(refusal(GENERATIONS))
    world.say("抽卡 一只猫")
    own = lanes(world.bot)
    for claim in claims.claim(world.bot.db, concurrent=9, lanes=own, most=9):
        run(world.bot, world.outside, claim)
    (begun,) = claims.claim(world.bot.db, concurrent=9, lanes=own, most=9)
    assert (begun.job_id, world.job(2).state) == (1, JobState.FAILED)
    sheet = claims.begin(world.bot.db, begun, owner="a worker")
    assert sheet

    desk = Desk(world.bot.db, world.bot.account_id, Actor(name="阿强", via="console"))
    hands.retry(world.bot, desk, 2, pay_again=False)
    with pytest.raises(claims.LeaseLost):
        together.assemble(world.bot, world.outside, begun, sheet)
    _sheet, choices = worked(world)
    assert re.findall(r">选(\d)</a>", choices["text"]) == ["1", "2", "3", "4"]
    assert (used(world), len(world.sandbox.calls(GENERATIONS))) == (1, 5)


def test_cancelling_ends_what_was_not_begun_and_keeps_what_was(world: World) -> None:
    world.say("抽卡 一只猫")
    assert "已取消 1 张" in text(world.say("取消"))
    worked(world)
    assert [job.state for job in jobs(world, 5)] == ["cancelled"] * 5
    assert (used(world), spent(world), world.pushed()) == (0, 0, [])


def test_accounts_that_cannot_push_are_told_how_to_choose_beforehand(make_world: Make) -> None:
    world = unverified(make_world(public_url=""))
    said = text(world.say("抽卡 一只猫"))
    assert re.findall(r">选(\d)</a>", said) == ["1", "2", "3", "4"]
    worked(world)

    assert world.say("取图") == ImageReply(world.job(1).media_id)
    assert "没有等你领取的图片" in text(world.say("取图"))
    assert world.sandbox.calls(SEND) == []
