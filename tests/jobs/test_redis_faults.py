"""Redis is killed, frozen, refuses and forgets; two real workers go on drawing without it."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.redises import Redis
from tests.workers import Workers, eventually, working
from tests.worlds import World

pytestmark = pytest.mark.slow
THREADS = 2
MANY = 2 * THREADS  # jobs under each fault, for all threads of both; WeChat takes five pushes
SOON = 20.0  # seconds; on an idle machine it takes one or two, and 30 is what a lost lease takes


@contextmanager
def dead(redis: Redis) -> Iterator[None]:
    redis.kill()
    yield
    redis.start()


@contextmanager
def emptied(redis: Redis) -> Iterator[None]:
    redis.restart()
    yield


FAULTS: dict[str, Callable[[Redis], AbstractContextManager[None]]] = {
    "dead": dead,
    "frozen": Redis.frozen,
    "read-only": Redis.read_only,
    "full": Redis.full,
    "restarted empty": emptied,
}


def fetching(redis: Redis) -> int:
    """How many workers have fetched, or tried to, in the last half second."""
    return int(redis.ask("ZCOUNT", "dramatiq:__heartbeats__", time.time() * 1000 - 500, "+inf"))


def ended(workers: Workers) -> int:
    return workers.states().get("delivered", 0)


def bought(world: World) -> Counter[str]:
    return Counter(call["json"]["prompt"] for call in world.sandbox.calls("/v1/images/generations"))


def test_pictures_are_drawn_whatever_becomes_of_redis(
    make_world: Callable[..., World], redis_server: Redis
) -> None:
    world = make_world(
        redis_url=redis_server.address,
        worker_threads=THREADS,
        follower_daily_images=1000,
        follower_concurrent_images=100,
    )
    world.sandbox.phone("POST", "account", {"image_delay": 0.3})
    with working(world) as workers:
        workers.start(2)
        for number, (name, fault) in enumerate(FAULTS.items(), 1):
            eventually(lambda: fetching(redis_server) == 2, seconds=SOON, what="Redis in use")
            with fault(redis_server):
                for one in range(MANY):
                    world.say(f"第{one}幅{name}的山水画")
                many = number * MANY
                eventually(lambda many=many: ended(workers) == many, seconds=SOON, what=name)  # type: ignore[misc]
        took_part = workers.drawn_by()

    assert set(bought(world).values()) == {1}
    assert len(bought(world)) == len(world.pushed()) == len(FAULTS) * MANY
    assert min(took_part.values()) > len(FAULTS)  # both go on, not only the one who leads
