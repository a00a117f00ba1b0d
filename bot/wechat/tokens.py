"""The access token: one fetch for all threads, renewed in time, a refusal never hammered."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from bot.errors import WeChatError
from bot.wechat.errcodes import Kind, kind

EARLY = 300  # seconds before its end a token is renewed; WeChat hands out the next one then
LEAST = 30  # seconds a token is kept that has less than that left
FORCE_EVERY = 600  # seconds between forced refreshes; WeChat allows 20 a day
PAUSE = 60  # seconds without a call after a refusal
SHORT_PAUSE = 3  # the same after no answer


class Ask(Protocol):
    """Asks WeChat for a token and returns it with the seconds it has left."""

    def __call__(self, *, force: bool, end: float) -> tuple[str, int]: ...


@dataclass(frozen=True, slots=True)
class _Saved:
    value: str
    until: float


class AccessToken:
    def __init__(self, ask: Ask, *, clock: Callable[[], float] = monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._saved: _Saved | None = None
        self._refusal: WeChatError | None = None
        self._resume_at = 0.0
        self._force_at = 0.0

    def get(self, *, end: float) -> str:
        """Return the token, fetched by one thread while the others wait, until *end* at most.

        Raise the WeChatError of a refusal, and for a while after it without asking again.
        """
        if value := self._valid():
            return value
        with self._turn(end):
            return self._valid() or self._fetch(force=False, end=end)

    def renew(self, refused: str, *, end: float) -> str:
        """Return a token other than *refused*, which WeChat would not take."""
        with self._turn(end):
            value = self._valid()
            if value and value != refused:
                return value
            self._saved = None
            value = self._fetch(force=False, end=end)
            if value == refused and self._clock() >= self._force_at:
                self._force_at = self._clock() + FORCE_EVERY
                value = self._fetch(force=True, end=end)
            if value == refused:
                raise self._pause(WeChatError(40001, "the token handed out is refused"))
            return value

    def distrust(self, refused: str, error: WeChatError) -> None:
        """Forget *refused*, a renewed token WeChat would not take either, and pause."""
        # Whoever holds the lock is asking for another one already.
        if self._lock.acquire(blocking=False):
            if self._saved and self._saved.value == refused:
                self._pause(error)
            self._lock.release()

    def _valid(self) -> str:
        saved = self._saved
        return saved.value if saved and self._clock() < saved.until else ""

    @contextmanager
    def _turn(self, end: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=max(0.0, end - monotonic())):
            raise WeChatError(0, "the token is still being fetched")
        try:
            yield
        finally:
            self._lock.release()

    def _fetch(self, *, force: bool, end: float) -> str:
        rest = self._resume_at - self._clock()
        if self._refusal and rest > 0:
            message = f"no access token; next try in {rest:.0f} s"
            raise WeChatError(self._refusal.code, message, rid=self._refusal.rid)
        try:
            value, seconds = self._ask(force=force, end=end)
        except WeChatError as error:
            # Whatever was asked for with this token has surely not been done.
            error.sent = False
            raise self._pause(error) from None
        self._saved = _Saved(value, self._clock() + max(seconds - EARLY, min(seconds, LEAST)))
        self._refusal = None
        return value

    def _pause(self, error: WeChatError) -> WeChatError:
        unanswered = kind(error.code) in (Kind.TRANSPORT, Kind.BUSY)
        self._saved = None
        self._refusal = error
        self._resume_at = self._clock() + (SHORT_PAUSE if unanswered else PAUSE)
        return error
