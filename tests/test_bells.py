"""A save is heard by every process at once through Redis, and found without it as before."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress

import pytest

from bot import memory, snapshot
from bot.commands import terminal
from bot.doctor import examine
from bot.editing import settings as editing
from bot.editing.desk import Desk
from bot.editing.settings import Drawer
from bot.engine import Bot
from bot.store.history import Actor
from handlers import CHAIN
from handlers.sentences import SENTENCES
from tests.redises import Redis
from tests.workers import eventually
from tests.worlds import World

Make = Callable[..., World]
Pair = tuple[Bot, Bot]
AT_ONCE = 0.2  # seconds


@pytest.fixture(name="pair")
def _pair(make_world: Make, redis_server: Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Two bots as in two processes, which look by themselves only after a minute."""
    monkeypatch.setattr(snapshot, "PAUSE", 60.0)
    monkeypatch.setattr(memory, "REST", 0.3)
    monkeypatch.setattr(memory, "SILENCE", 0.2)
    bot = make_world(redis_url=redis_server.address).bot
    other = Bot(bot.base.settings, chain=CHAIN, sentences=SENTENCES)
    other.start()
    wait_for_ears(redis_server, 2)
    yield bot, other
    other.stop()


def wait_for_ears(server: Redis, count: int) -> None:
    until = time.monotonic() + 10
    while ears(server) != count:
        assert time.monotonic() < until
        time.sleep(0.02)


def ears(server: Redis) -> int:
    channels = server.ask("PUBSUB", "CHANNELS")
    return sum(server.ask("PUBSUB", "NUMSUB", channel)[1] for channel in channels)


def knocks(server: Redis, *, seconds: float) -> int:
    """Return how often somebody came to the dead *server*'s address."""
    path = server.folder / "socket"
    path.unlink()
    count, until = 0, time.monotonic() + seconds
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen()
        while (left := until - time.monotonic()) > 0:
            door.settimeout(left)
            with suppress(TimeoutError):
                door.accept()[0].close()
                count += 1
    return count


def save(bot: Bot, value: int, *, desk: Desk | None = None) -> float:
    """Save a setting and return how many seconds that took."""
    desk = desk or Desk(bot.db, bot.account_id, Actor(name="小林", via="console"))
    begun = time.monotonic()
    editing.save(Drawer(desk, bot.base, bot.vault), {"FOLLOWER_DAILY_IMAGES": str(value)})
    return time.monotonic() - begun


def seconds_until(bot: Bot, value: int, *, most: float = 5.0) -> float:
    begun = time.monotonic()
    while bot.settings.follower_daily_images != value:
        if time.monotonic() - begun > most:
            return most
        time.sleep(0.002)
    return time.monotonic() - begun


def test_a_save_is_heard_at_once(pair: Pair) -> None:
    bot, other = pair
    took = []
    for value in range(11, 16):
        save(bot, value)
        took.append(seconds_until(other, value))

    assert min(took) < AT_ONCE
    assert max(took) < 2


def test_a_save_in_the_terminal_is_heard_at_once(pair: Pair) -> None:
    bot, other = pair
    save(bot, 11, desk=terminal.desk(bot.base.settings))

    assert seconds_until(other, 11) < 1
    assert seconds_until(bot, 11) < 1


def test_without_redis_nothing_rings(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "PAUSE", 60.0)
    bot = make_world().bot
    other = Bot(bot.base.settings, chain=CHAIN, sentences=SENTENCES)
    other.start()
    try:
        save(bot, 11)
        assert seconds_until(other, 11, most=0.5) == 0.5
        assert "bells" not in [thread.name for thread in threading.enumerate()]
    finally:
        other.stop()


def test_a_lost_redis_slows_no_save_and_is_told_once(
    pair: Pair,
    redis_server: Redis,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bot, other = pair
    with redis_server.frozen():
        threads = threading.active_count()
        with monkeypatch.context() as patch:
            patch.setattr(memory, "REST", 0.01)  # so that each would pay who rang by itself
            assert min(save(bot, value) for value in (11, 12, 13)) < AT_ONCE / 2
        monkeypatch.setattr(snapshot, "PAUSE", 0.1)
        save(bot, 14)
        assert seconds_until(bot, 14) < 1
        time.sleep(1)
        redis_server.kill()
        assert bot.snapshots.redis_lost
        assert 1 <= knocks(redis_server, seconds=1) <= 2 * (1 / memory.REST + 1)
        assert threading.active_count() <= threads  # those of earlier tests may end meanwhile
    told = [one.getMessage() for one in caplog.records if one.name == memory.__name__]
    assert len(told) == 2  # one of each bot's
    assert all("Redis is away" in line for line in told)

    redis_server.start()
    wait_for_ears(redis_server, 2)
    monkeypatch.setattr(snapshot, "PAUSE", 60.0)
    time.sleep(0.3)  # what looked every tenth of a second is done with it
    save(other, 15)
    assert seconds_until(bot, 15) < 1
    assert not bot.snapshots.redis_lost


def test_who_stops_hears_no_more(pair: Pair, redis_server: Redis) -> None:
    pair[1].stop()
    wait_for_ears(redis_server, 1)


@pytest.mark.parametrize("fault", [Redis.read_only, Redis.full])
def test_a_redis_that_takes_no_writes_is_lost(
    pair: Pair, redis_server: Redis, fault: Callable[[Redis], AbstractContextManager[None]]
) -> None:
    bot, _ = pair
    assert not bot.snapshots.redis_lost

    with fault(redis_server):
        eventually(lambda: bot.snapshots.redis_lost, seconds=5, what="that it is lost")
        (told,) = (one for one in examine(bot.base.settings) if one.subject == "Redis")
        assert not told.healthy
        assert "写不进" in told.sentence
    eventually(lambda: not bot.snapshots.redis_lost, seconds=5, what="that it is back")
