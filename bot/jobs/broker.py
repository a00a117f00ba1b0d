"""The task engine: Dramatiq on Redis, or within the worker process where there is none."""

from typing import Any

from dramatiq import Broker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware

# Retries, age limits, time limits and shutdown exceptions stay off: SQL decides what runs again,
# deadlines live in the HTTP clients, and nothing may be thrown into the middle of a paid call.
MIDDLEWARE: list[Middleware] = []


PATIENCE = 0.5  # seconds each for a connection and an answer where one only looks


def answers(redis_url: str) -> bool:
    """Whether Redis answers, soon."""
    import redis  # noqa: PLC0415 — the embedded default does without it

    once = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    options: dict[str, Any] = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    client = redis.Redis.from_url(redis_url, retry=once, **options)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def connect(redis_url: str, *, threads: int) -> Broker:
    """Return the broker of *redis_url*, or an in-process one for an empty address."""
    if not redis_url:
        return StubBroker(middleware=MIDDLEWARE)
    import redis  # noqa: PLC0415 — the embedded default does without it
    from dramatiq.brokers.redis import RedisBroker  # noqa: PLC0415 — the same

    options: dict[str, Any] = {"socket_timeout": 5, "socket_connect_timeout": 2}
    # redis-py caps a pool at 100 connections; every thread may hold one, and the consumers theirs.
    pool = redis.BlockingConnectionPool.from_url(redis_url, max_connections=threads + 16, **options)
    client = redis.Redis(connection_pool=pool)
    return RedisBroker(client=client, middleware=MIDDLEWARE)  # type: ignore[no-untyped-call] # it is untyped
