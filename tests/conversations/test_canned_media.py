"""A picture reply never fails: media ids are renewed before they end, and words stand in."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from bot.editing import library, rules
from bot.editing.desk import Desk
from bot.models import ImageReply, Reply, TextReply
from bot.store import media
from bot.store.database import now_ms
from bot.store.history import Actor
from bot.store.media import State
from bot.store.tables import media as table
from tests.worlds import World

HOUR = 3600 * 1000


def reply(name: str) -> dict[str, Any]:
    return {"type": "image", "media": f"file:{name}", "alt": "先看文字"}


@pytest.fixture(name="desk")
def _desk(world: World) -> Desk:
    return Desk(world.bot.db, world.bot.account_id, Actor(name="小李", via="console"))


@pytest.fixture(name="name")
def _name(world: World, desk: Desk) -> str:
    """An upload that a rule answers with, already at WeChat."""
    target = BytesIO()
    Image.new("RGB", (40, 30), "red").save(target, "PNG")
    name = library.add(desk, world.bot.files, "海报.png", target.getvalue())[0].name
    rules.create(desk, {"name": "图", "keywords": ["看图"], "replies": [reply(name)]})
    world.bot.snapshots.refresh()
    world.work()
    return name


def state(world: World, name: str) -> State:
    bot = world.bot
    return media.states(bot.db, bot.account_id, bot.settings.wechat_app_id)[name]


def ends_in(world: World, milliseconds: int) -> None:
    """Let what WeChat has end that soon; the processes hear of it."""
    with world.bot.db.write() as tx:
        media.touch(tx, world.bot.account_id)
        tx.execute(update(table).values(expires_at=now_ms() + milliseconds))
    world.bot.snapshots.refresh()


def say(world: World) -> Reply | None:
    world.bot.snapshots.refresh()
    return world.say("看图")


def test_it_is_renewed_half_a_day_before_it_ends(world: World, name: str) -> None:
    first = say(world)
    ends_in(world, 13 * HOUR)
    world.work()
    assert say(world) == first

    ends_in(world, 11 * HOUR)
    assert say(world) == first  # it is still good
    world.work()
    renewed = say(world)

    assert isinstance(renewed, ImageReply)
    assert renewed != first
    found = state(world, name)
    assert found.expires_at - found.now > 70 * HOUR


def test_refused_renewals_leave_the_old_one_in_use_and_are_tried_again(
    world: World, name: str
) -> None:
    first = say(world)
    # What ships is due as well.
    world.sandbox.script({"match": "/cgi-bin/media/upload", "times": 2, "errcode": 45009})
    ends_in(world, 11 * HOUR)
    world.work()

    assert say(world) == first
    assert state(world, name).error.startswith("45009")
    before = len(world.sandbox.calls("/cgi-bin/media/upload"))
    world.work()
    assert len(world.sandbox.calls("/cgi-bin/media/upload")) == before  # left alone for a while
    with world.bot.db.write() as tx:
        tx.execute(update(table).values(not_before=0))
    world.work()
    assert isinstance(say(world), ImageReply)
    assert state(world, name).error == ""


@pytest.mark.usefixtures("name")
def test_ended_all_the_same_words_stand_in_until_it_is_back(world: World) -> None:
    ends_in(world, -HOUR)

    assert say(world) == TextReply("先看文字")
    world.work()
    assert isinstance(say(world), ImageReply)


def test_forgotten_by_wechat_the_words_are_pushed_and_the_file_uploaded_anew(
    world: World, desk: Desk, name: str
) -> None:
    texts = [
        {"type": "news", "articles": [{"title": "一", "description": "", "url": "https://a.b/"}]}
    ]
    rules.create(desk, {"name": "全", "keywords": ["全部"], "replies": [*texts, reply(name)]})
    world.bot.snapshots.refresh()
    world.say("额度")  # opens WeChat's window for pushes
    world.sandbox.script({"match": "/cgi-bin/message/custom/send", "errcode": 40007})
    world.say("全部")
    first = say(world)
    world.work()

    assert [item["kind"] for item in world.pushed()] == ["text"]
    assert world.pushed()[0]["text"] == "先看文字"
    assert state(world, name).media_id == ""
    world.work()
    renewed = say(world)
    assert isinstance(renewed, ImageReply)
    assert renewed != first


def test_lost_bytes_are_said(world: World, desk: Desk, name: str) -> None:
    item = library.replace_content(desk, world.bot.files, name, _blue())
    world.bot.files.drop(item.sha256)
    world.work()

    assert state(world, name).error == "没有这个文件：请在素材库里上传它"
    assert isinstance(say(world), ImageReply)  # the old one


def _blue() -> bytes:
    target = BytesIO()
    Image.new("RGB", (40, 30), "blue").save(target, "PNG")
    return target.getvalue()


def test_a_picture_taken_for_a_cover_stays_a_picture(world: World, desk: Desk, name: str) -> None:
    music = {"type": "music", "thumb": f"file:{name}", "title": "歌", "alt": "歌词"}
    rules.create(desk, {"name": "歌", "keywords": ["歌"], "replies": [music]})
    world.bot.snapshots.refresh()
    before = len(world.sandbox.calls("/cgi-bin/media/upload"))
    world.work()

    assert len(world.sandbox.calls("/cgi-bin/media/upload")) == before
