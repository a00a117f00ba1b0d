"""What Redis is good for is known within a second, whatever has become of it."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from bot.jobs.broker import state
from tests.redises import Redis

Fault = Callable[[Redis], AbstractContextManager[None]]


def test_redis_alive_frozen_and_dead(redis_server: Redis) -> None:
    assert state(redis_server.address) == "ok"

    with redis_server.frozen():
        begun = time.monotonic()
        assert state(redis_server.address) == "unreachable"
        assert time.monotonic() - begun < 3

    redis_server.kill()
    assert state(redis_server.address) == "unreachable"


@pytest.mark.parametrize("fault", [Redis.read_only, Redis.full])
def test_a_redis_that_takes_no_writes_is_not_ok(redis_server: Redis, fault: Fault) -> None:
    with fault(redis_server):
        assert state(redis_server.address) == "takes no writes"
    assert state(redis_server.address) == "ok"
