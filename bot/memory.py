"""What all processes remember together, through Redis; any of it may be lost at any moment."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from redis import Redis, RedisError
from redis import TimeoutError as RedisTimeoutError
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.retry import Retry

from bot.errors import ConfigError

T = TypeVar("T")
PATIENCE = 0.2  # seconds each for a connection and an answer
REST = 5.0  # seconds Redis is left alone once it has failed
SILENCE = 1.0  # seconds without a bell after which the connection must show that it lives
# A turn that ran out may be another's by now.
GIVE_BACK = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1])"

log = logging.getLogger(__name__)


class Seals(Protocol):
    """Makes a text unreadable for whoever can look into Redis, and readable again."""

    def seal(self, text: str) -> str: ...
    def open(self, sealed: str) -> str: ...


def bounds(patience: float) -> dict[str, Any]:
    """Return the options of a client whose connection and answer take *patience* seconds at most.

    redis-py's own defaults are to wait for ever, and to ask ten times.
    """
    once = Retry(NoBackoff(), 0)
    return {"retry": once, "socket_timeout": patience, "socket_connect_timeout": patience}


class _Line:
    """The way to Redis: a failure is told once and costs `PATIENCE` once in `REST` seconds.

    *meanwhile* says what is done without it.
    """

    def __init__(self, redis_url: str, *, meanwhile: str) -> None:
        self.client = Redis.from_url(redis_url, **bounds(PATIENCE))
        self._meanwhile = meanwhile
        self._resume_at = 0.0
        self.lost = False

    def tried(self, ask: Callable[[], T], otherwise: T) -> T:
        """Return what Redis answers, *otherwise* while it is away."""
        if time.monotonic() < self._resume_at:
            return otherwise
        try:
            found = ask()
        except RedisError as error:
            self.fails(error)
            return otherwise
        self.works()
        return found

    def fails(self, error: RedisError) -> None:
        self._resume_at = time.monotonic() + REST
        if not self.lost:
            self.lost = True
            log.warning("Redis is away (%s); meanwhile %s", type(error).__name__, self._meanwhile)

    def works(self) -> None:
        if self.lost:
            self.lost = False
            log.warning("Redis is back")


class Memory:
    """Texts under *name*, sealed, each with its end.

    No method raises: while Redis is away nothing is known, what is written is lost and every turn
    is free.
    """

    def __init__(self, redis_url: str, *, name: str, seals: Seals) -> None:
        self._line = _Line(redis_url, meanwhile="each process asks for a token itself")
        self._client = self._line.client
        self._name = name
        self._seals = seals

    def read(self, key: str) -> tuple[str, float] | None:
        """Return the text and the seconds until its end."""
        both: Any = self._client.pipeline(transaction=False)
        both.get(self._key(key)).pttl(self._key(key))
        found: list[Any] = self._line.tried(both.execute, [None, 0])
        sealed, left = found
        if sealed is None or left <= 0:
            return None
        try:
            return self._seals.open(sealed.decode(errors="replace")), left / 1000
        except ConfigError:  # damaged
            return None

    def write(self, key: str, text: str, *, seconds: float) -> None:
        sealed, end = self._seals.seal(text), max(1, int(seconds * 1000))
        self._line.tried(lambda: self._client.set(self._key(key), sealed, px=end), None)

    def take(self, key: str, *, seconds: float) -> str | None:
        """Take the turn *key* for so long; return what gives it back, None if it is another's."""
        mine, end = secrets.token_hex(16), int(seconds * 1000)
        taken = self._line.tried(
            lambda: bool(self._client.set(self._key(key), mine, px=end, nx=True)),
            True,
        )
        return mine if taken else None

    def give_back(self, key: str, mine: str) -> None:
        self._line.tried(lambda: self._client.eval(GIVE_BACK, 1, self._key(key), mine), None)

    def _key(self, key: str) -> str:
        return f"huaxin:{self._name}:{key}"


class Bells:
    """Tells all processes at once that something was saved; a bell may be lost.

    *heard* is called from a thread of ours, at every bell, also at one's own.
    """

    def __init__(self, redis_url: str, *, name: str, heard: Callable[[], None]) -> None:
        self._line = _Line(redis_url, meanwhile="changes are found by looking")
        self._channel = f"huaxin:{name}:bell"
        self._probe = f"huaxin:{name}:probe"
        self._heard = heard
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bells", daemon=True)

    @property
    def lost(self) -> bool:
        """Whether Redis was away, or took no writes, when it was last listened to."""
        return self._line.lost

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def ring(self) -> None:
        """Never raises; takes `PATIENCE` at most."""
        self._line.tried(lambda: self._line.client.publish(self._channel, b""), 0)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._line.client.pubsub() as ear:  # type: ignore[no-untyped-call] # it is untyped
                    self._listen(ear)
            except RedisError as error:
                self._line.fails(error)
            except Exception:
                log.exception("bells are listened to again")
            self._stop.wait(REST)

    def _listen(self, ear: PubSub) -> None:
        self._write()
        ear.subscribe(self._channel)
        asked = False
        while not self._stop.is_set():
            told = ear.get_message(timeout=SILENCE)
            if told is None and asked:
                raise RedisTimeoutError
            if told is None:
                self._write()
                ear.ping()
            else:
                self._line.works()
            asked = told is None
            if told and told["type"] == "message":
                self._heard()

    def _write(self) -> None:
        """Raise RedisError where Redis answers and yet keeps nothing: READONLY, or full."""
        self._line.client.set(self._probe, b"", ex=1)
