"""A blocked follower gets one sentence to a message, nothing to an event, and costs nothing."""

import time
from typing import Any

import pytest
from sqlalchemy import select

from bot.editing import followers
from bot.editing.desk import Desk
from bot.models import ClickEvent, JobState, TextReply
from bot.store.followers import FOR_EVER
from bot.store.history import Actor
from bot.store.tables import follower, message
from tests.worlds import World


@pytest.fixture(name="openid")
def _openid(world: World) -> str:
    """A follower who has spoken."""
    world.say("电子书")
    world.bot.buffer.flush()
    return world.openid


def desk(world: World) -> Desk:
    return Desk(world.bot.db, world.bot.account_id, Actor(name="小李", via="console"))


def test_messages_get_one_sentence_and_prompts_no_picture(world: World, openid: str) -> None:
    followers.block(desk(world), openid, until=FOR_EVER)
    world.bot.snapshots.refresh()

    said = TextReply("运营者暂停了对你的服务。有疑问请联系运营者。")
    assert [world.say(text) for text in ("电子书", "一只橘猫", "取图")] == [said] * 3
    world.work()
    assert world.sandbox.calls("/v1/images/generations") == []
    with world.bot.db.read() as tx:
        handlers = tx.execute(select(message.c.handler).order_by(message.c.id)).scalars().all()
    assert handlers == ["keyword", "blocked", "blocked", "blocked"]


def test_the_sentence_says_until_when(world: World, openid: str) -> None:
    until = int(time.time() * 1000) + 86_400_000
    followers.block(desk(world), openid, until=until)
    world.bot.snapshots.refresh()
    end = time.strftime("%Y-%m-%d %H:%M", time.gmtime(until / 1000 + 8 * 3600))

    assert world.say("电子书") == TextReply(
        f"运营者暂停了对你的服务，{end} 后恢复。有疑问请联系运营者。"
    )


def test_events_get_nothing_and_are_logged(world: World, openid: str) -> None:
    followers.block(desk(world), openid, until=FOR_EVER)
    world.bot.snapshots.refresh()
    tapped: Any = ClickEvent(
        to="gh", openid=openid, created=int(time.time()), name="click", key="电子书"
    )

    assert world.push(tapped) == b"success"
    world.tap("unsubscribe")
    world.bot.buffer.flush()
    with world.bot.db.read() as tx:
        rows = tx.execute(select(message.c.kind, message.c.handler).order_by(message.c.id)).all()
        subscribed = tx.execute(select(follower.c.subscribed)).scalar_one()
    assert [tuple(row) for row in rows[1:]] == [("click", "blocked"), ("unsubscribe", "blocked")]
    assert subscribed is False


def test_it_is_live_within_a_second_ends_by_the_clock_and_needs_no_database(
    world: World, openid: str
) -> None:
    begun = time.monotonic()
    followers.block(desk(world), openid, until=int(time.time() * 1000) + 3_000)
    while not world.bot.snapshots.current.blocked:
        time.sleep(0.01)
    assert time.monotonic() - begun < 1
    with world.bot.db.write():  # the writers' lock, held by somebody else
        assert "暂停" in str(world.answer(world.message("电子书", openid=openid)))
    until = world.bot.snapshots.current.blocked[openid]
    while time.time() * 1000 < until:
        time.sleep(0.01)

    assert "暂停" not in str(world.say("电子书"))


def test_a_picture_that_was_asked_for_before_still_arrives(world: World, openid: str) -> None:
    world.say("一只橘猫")
    followers.block(desk(world), openid, until=FOR_EVER)
    world.work()

    assert world.job().state is JobState.DELIVERED
