"""The task engine: Dramatiq on Redis, or within the worker process where there is none."""

from typing import TYPE_CHECKING

from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware

if TYPE_CHECKING:
    from bot.jobs.shared import Shared

# Retries, age limits, time limits and shutdown exceptions stay off: SQL decides what runs again,
# deadlines live in the HTTP clients, and nothing may be thrown into the middle of a paid call.
MIDDLEWARE: list[Middleware] = []


PROBE = "huaxin:probe"
PATIENCE = 0.5  # seconds each for a connection and an answer; nobody may wait for Redis


class Within(StubBroker):
    """The broker of one process, which is always there."""

    reachable = True

    def rest(self) -> None:
        """Nothing comes in but what this process hands to itself."""


def state(redis_url: str) -> str:
    """Return ``ok``, ``unreachable`` or ``takes no writes`` (READONLY, full), soon."""
    import redis  # noqa: PLC0415 — the embedded default does without it

    from bot.memory import bounds  # noqa: PLC0415 — the same

    client = redis.Redis.from_url(redis_url, **bounds(PATIENCE))
    try:
        client.set(PROBE, b"", ex=1)
    except redis.ResponseError:
        return "takes no writes"
    except redis.RedisError:
        return "unreachable"
    finally:
        client.close()
    return "ok"


def connect(redis_url: str, *, threads: int) -> "Within | Shared":
    """Return the broker of *redis_url*, or an in-process one for an empty address."""
    if not redis_url:
        return Within(middleware=MIDDLEWARE)
    import redis  # noqa: PLC0415 — the embedded default does without it

    from bot.jobs.shared import Shared  # noqa: PLC0415 — the same
    from bot.memory import bounds  # noqa: PLC0415 — the same

    # redis-py caps a pool at 100 connections; every thread may hold one, and the consumers theirs.
    options = {**bounds(PATIENCE), "timeout": PATIENCE, "max_connections": threads + 16}
    pool = redis.BlockingConnectionPool.from_url(redis_url, **options)
    return Shared(client=redis.Redis(connection_pool=pool), middleware=MIDDLEWARE)
