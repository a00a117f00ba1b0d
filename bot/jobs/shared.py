"""Dramatiq on a Redis that may be away, frozen, full or emptied at any time.

Whatever it forgets or repeats is made up for by SQL, so nobody waits for it and nobody fails with
it: a message it does not take is somebody else's, one it does not give comes another way.
"""

import logging
import time
from collections.abc import Iterable
from typing import Any, cast

from dramatiq import Message, MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed, ConnectionFailed
from redis import RedisError

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds until a Redis that is away is asked again


class Shared(RedisBroker):
    """The broker all workers share. *reachable* is whether Redis did what it was last asked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call] # it is untyped
        self.reachable = True
        self.resting = False

    @property
    def consumer_class(self) -> type["_Consumer"]:
        return _Consumer

    def rest(self) -> None:
        """Fetch nothing more: this process takes no new work."""
        self.resting = True

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Hand *message* to whoever fetches it.

        Raises:
            ConnectionFailed: Redis did not say that it has it, though it may.
        """
        try:
            return super().enqueue(message, delay=delay)
        except RedisError as error:
            self.lost(error)
            raise ConnectionFailed("Redis did not take it") from None  # type: ignore[no-untyped-call]

    def do_fetch(self, *asked: Any) -> list[bytes | None]:
        """Fetch messages: whoever can, sees that Redis is there."""
        found: list[bytes | None] = self._dispatch("fetch")(*asked)  # type: ignore[no-untyped-call]
        if not self.reachable:
            log.warning("redis is back")
        self.reachable = True
        return found

    def lost(self, error: Exception) -> None:
        if self.reachable:
            log.warning("redis is away, each worker hands out for itself: %s", error)
        self.reachable = False


class _Consumer(_RedisConsumer):
    """Fetches messages; a Redis that is away has none."""

    broker: Shared

    def __next__(self) -> MessageProxy | None:
        if self.broker.resting and not self.message_cache:
            time.sleep(self.timeout / 1000)
            return None
        try:
            return cast("MessageProxy | None", super().__next__())  # type: ignore[no-untyped-call]
        except (RedisError, ConnectionClosed) as error:
            self.broker.lost(error)
            time.sleep(PAUSE)
            return None

    def ack(self, message: MessageProxy) -> None:
        """Say that *message* is done with; if that is lost it may come again, and do nothing."""
        try:
            super().ack(message)  # type: ignore[no-untyped-call]
        except (RedisError, ConnectionClosed) as error:
            self.broker.lost(error)

    nack = ack  # no dead letters are kept: what failed is in SQL

    def requeue(self, messages: Iterable[Message[Any] | MessageProxy]) -> None:
        try:
            super().requeue(messages)  # type: ignore[no-untyped-call]
        except RedisError as error:
            self.broker.lost(error)

    def close(self) -> None:
        """Give back what was fetched and not begun."""
        self.requeue([Message.decode(one) for one in self.message_cache if one])
        self.message_cache = []
