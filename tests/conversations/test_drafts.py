"""抽卡: four quick drafts on one sheet, one of the follower's pictures; 选2 makes the final."""

import io
import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from bot.images import label
from bot.models import JobKind, JobState, Reply, TextReply
from bot.store import money
from tests.worlds import World

Make = Callable[..., World]
GENERATIONS = "/v1/images/generations"
EDITS = "/v1/images/edits"
SEND = "/cgi-bin/message/custom/send"
LOOKED_AT = Path("build/looked-at")


def text(reply: Reply | None) -> str:
    assert isinstance(reply, TextReply)
    return reply.content


def used(world: World) -> int:
    return money.used(
        world.bot.db, world.bot.account_id, openid=world.openid, day=world.bot.today()
    )


def spent(world: World) -> int:
    return money.spent(world.bot.db, world.bot.account_id, period=world.bot.today())


def test_four_drafts_come_as_one_sheet_and_one_of_them_becomes_the_picture(world: World) -> None:
    said = text(world.say("抽卡 一只猫，横版"))
    assert said.startswith("收到，先画 4 张草图给你挑（约 ")
    assert used(world) == 1
    world.work()
    world.work()

    calls = world.sandbox.calls(GENERATIONS)
    assert [(call["json"]["quality"], call["json"]["size"]) for call in calls] == (
        [("low", "1536x1024")] * 4
    )
    assert len({call["json"]["prompt"] for call in calls}) == 4
    assert all("一只猫" in call["json"]["prompt"] for call in calls)
    sheet, choices = world.pushed()
    assert (sheet["kind"], sheet["ai"]) == ("image", True)
    assert re.findall(r">选(\d)</a>", choices["text"]) == ["1", "2", "3", "4"]
    drafts = [world.job(number).state for number in (2, 3, 4, 5)]
    assert (world.job(1).state, drafts) == (JobState.DELIVERED, [JobState.KEPT] * 4)
    data = world.bot.pictures.read(world.job(1).picture)
    label.verify(data)
    with Image.open(io.BytesIO(data)) as image:
        assert image.width == 1440

    assert "把第 2 张画成成品" in text(world.say("选2"))
    world.work()

    final = world.job(6)
    assert (final.kind, final.parent_id, final.state) == (JobKind.EDIT, 3, JobState.DELIVERED)
    assert (used(world), len(world.pushed())) == (2, 3)
    assert spent(world) == sum(world.job(number).cost for number in range(1, 7))
