"""The worker as it runs: its threads, its leader, its stop; in the process and on a real Redis."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import update

from bot.jobs.crew import Crew
from bot.jobs.worker import Worker
from bot.models import JobState
from bot.store import leases
from bot.store.tables import follower
from tests.redises import Redis
from tests.worlds import World

Make = Callable[..., World]


def draw(world: World) -> None:
    worker = Worker(world.bot, world.outside)
    worker.start()
    try:
        for number in range(3):
            world.say(f"第{number}幅山水画")
        until = time.monotonic() + 20
        while any(world.job(number).state is not JobState.DELIVERED for number in (1, 2, 3)):
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        worker.stop(grace=5)


def test_pictures_are_drawn_within_the_process(world: World) -> None:
    draw(world)

    assert len(world.pushed()) == 3
    assert leases.count(world.bot.db, leases.ALIVE) == 0


def test_pictures_are_drawn_through_redis(make_world: Make, redis_server: Redis) -> None:
    world = make_world(redis_url=redis_server.address)
    draw(world)

    assert len(world.pushed()) == 3


def test_two_workers_have_one_dispatcher(world: World) -> None:
    assert leases.take(world.bot.db, "dispatcher", owner="other", seconds=60)
    worker = Worker(world.bot, world.outside)
    worker.start()
    try:
        world.say("一只橘猫")
        time.sleep(1)
        assert world.job().state is JobState.QUEUED
        leases.release(world.bot.db, "dispatcher", owner="other")
        until = time.monotonic() + 10
        while world.job().state is not JobState.DELIVERED:
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        worker.stop(grace=5)


def test_who_has_left_is_forgotten_without_being_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.worker.UPKEEP", 0.1)
    world.say("一只橘猫")
    world.tap("unsubscribe")
    world.bot.buffer.flush()
    with world.bot.db.write() as tx:
        tx.execute(update(follower).values(left_at=1))
    worker = Worker(world.bot, world.outside)
    worker.start()
    try:
        until = time.monotonic() + 20
        while world.job().openid != world.bot.former(world.openid):
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        worker.stop(grace=5)


def test_threads_that_are_not_to_be_had_leave_none_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {one for one in threading.enumerate() if one.is_alive()}
    start, started = threading.Thread.start, iter(range(4))

    def started_or_not(thread: threading.Thread) -> None:
        if next(started, None) is None:
            raise RuntimeError("can't start new thread")
        start(thread)

    crew = Crew("", threads=8, draw=lambda *_: None, send=lambda _: None)
    monkeypatch.setattr(threading.Thread, "start", started_or_not)
    with pytest.raises(RuntimeError):
        crew.start()

    until = time.monotonic() + 10
    while {one for one in threading.enumerate() if one.is_alive()} - before:
        assert time.monotonic() < until
        time.sleep(0.05)
