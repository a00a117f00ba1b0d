"""The access token: one fetch for all threads and processes, renewed in time, never hammered."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Protocol

from bot.errors import WeChatError
from bot.wechat.errcodes import Code, Kind, kind

EARLY = 300  # seconds before its end a token is renewed; WeChat hands out the next one then
LEAST = 30  # seconds a token is kept that has less than that left
FORCE_EVERY = 600  # seconds between forced refreshes; WeChat allows 20 a day
PAUSE = 60  # seconds without a call after a refusal
SHORT_PAUSE = 3  # the same after no answer
TURN_SECONDS = 3  # how long a killed process keeps the others from asking
LOOK = 0.05  # seconds between looks at what the process that has the turn came back with

# What processes share: the last word of WeChat's, whose turn it is to ask, the forced refresh.
WORD, TURN, FORCE = "word", "turn", "force"
# Refusals of one machine's address; another's may be welcome.
_OWN = {Code.IP_NOT_LISTED, Code.IP_UNCONFIRMED, Code.IP_REFUSED_DAY, Code.IP_REFUSED_HOUR}


class Ask(Protocol):
    """Asks WeChat for a token and returns it with the seconds it has left."""

    def __call__(self, *, force: bool, end: float) -> tuple[str, int]: ...


class Shared(Protocol):
    """What processes know together. Nothing raises: what cannot be reached is empty and free."""

    def read(self, key: str) -> tuple[str, float] | None:
        """Return the text and the seconds until its end."""

    def write(self, key: str, text: str, *, seconds: float) -> None: ...

    def take(self, key: str, *, seconds: float) -> str | None:
        """Take the turn for so long; return what gives it back, None if it is another's."""

    def give_back(self, key: str, mine: str) -> None: ...


class Alone:
    """What a process shares that knows of no other."""

    def read(self, key: str) -> None: ...

    def write(self, key: str, text: str, *, seconds: float) -> None: ...

    def take(self, key: str, *, seconds: float) -> str:  # noqa: ARG002 — always free
        return key

    def give_back(self, key: str, mine: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _Saved:
    value: str
    until: float


class AccessToken:
    """The token of one process, and through *shared* that of all.

    What *shared* says goes first, so that a refusal stops every process before its next call.
    Where it says nothing, this process does by itself what it would do alone; WeChat's
    ``stable_token`` hands out the same token meanwhile.
    """

    def __init__(
        self, ask: Ask, *, shared: Shared | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self._ask = ask
        self._shared = shared or Alone()
        self._clock = clock
        self._lock = threading.Lock()
        self._saved: _Saved | None = None
        self._refused = ""  # a token WeChat did not take
        self._refusal: WeChatError | None = None
        self._resume_at = 0.0
        self._force_at = 0.0

    def get(self, *, end: float) -> str:
        """Return the token, fetched by one thread while the others wait, until *end* at most.

        Raise the WeChatError of a refusal, and for a while after it without asking again.
        """
        if value := self._known():
            return value
        with self._turn(end) as value:
            return value or self._fetch("", end=end)

    def renew(self, refused: str, *, end: float) -> str:
        """Return a token other than *refused*, which WeChat would not take."""
        self._refused = refused
        with self._turn(end) as value:
            return value or self._fetch(refused, end=end)

    def distrust(self, refused: str, error: WeChatError) -> None:
        """Forget *refused*, a renewed token WeChat would not take either, and pause."""
        self._refused = refused
        # Whoever has the turn is asking for another one already.
        with suppress(WeChatError), self._turn(monotonic()) as value:
            if not value:
                self._pause(error, of_all=True)

    @contextmanager
    def _turn(self, end: float) -> Iterator[str]:
        """Wait until only we ask; give the token that somebody else came back with, or ""."""
        if not self._lock.acquire(timeout=max(0.0, end - monotonic())):
            raise WeChatError(0, "the token is still being fetched")
        mine = None
        try:
            value = ""
            while not value and (mine := self._shared.take(TURN, seconds=TURN_SECONDS)) is None:
                value = self._known()
                if not value and monotonic() + LOOK > end:
                    raise WeChatError(0, "the token is still being fetched")
                if not value:
                    sleep(LOOK)
            yield value or self._known()
        finally:
            if mine is not None:
                self._shared.give_back(TURN, mine)
            self._lock.release()

    def _known(self) -> str:
        """Return the token as far as anybody here knows, "" for none.

        Raise a refusal that has not been waited out.
        """
        if told := self._shared.read(WORD):
            self._learn(*told)
        saved = self._saved
        if saved and saved.value != self._refused and self._clock() < saved.until:
            return saved.value
        rest = self._resume_at - self._clock()
        if self._refusal and rest > 0:
            message = f"no access token; next try in {rest:.0f} s"
            raise WeChatError(self._refusal.code, message, rid=self._refusal.rid)
        return ""

    def _learn(self, text: str, seconds: float) -> None:
        """Take over what another process, or we, had last heard of WeChat."""
        word = json.loads(text)
        if "token" in word:
            if word["token"] != self._refused:
                self._saved = _Saved(word["token"], self._clock() + seconds)
            return
        self._refusal = WeChatError(word["code"], "refused", rid=word["rid"])
        self._resume_at = self._clock() + seconds
        if word["of_all"]:
            self._saved = None

    def _fetch(self, refused: str, *, end: float) -> str:
        self._saved = None
        value, seconds = self._asked(force=False, end=end)
        if value == refused and self._may_force():
            value, seconds = self._asked(force=True, end=end)
        if value == refused:
            raise self._pause(WeChatError(40001, "the token handed out is refused"), of_all=True)
        kept = max(seconds - EARLY, min(seconds, LEAST))
        if value == self._refused:
            self._refused = ""
        self._saved = _Saved(value, self._clock() + kept)
        self._refusal = None
        self._shared.write(WORD, json.dumps({"token": value}), seconds=kept)
        return value

    def _may_force(self) -> bool:
        if self._clock() < self._force_at or not self._shared.take(FORCE, seconds=FORCE_EVERY):
            return False
        self._force_at = self._clock() + FORCE_EVERY
        return True

    def _asked(self, *, force: bool, end: float) -> tuple[str, int]:
        try:
            return self._ask(force=force, end=end)
        except WeChatError as error:
            # Whatever was asked for with this token has surely not been done.
            error.sent = False
            raise self._pause(error) from None

    def _pause(self, error: WeChatError, *, of_all: bool = False) -> WeChatError:
        """Remember *error*; *of_all* says that no token handed out so far is of use."""
        unanswered = kind(error.code) in (Kind.TRANSPORT, Kind.BUSY)
        seconds = SHORT_PAUSE if unanswered else PAUSE
        self._saved = None
        self._refusal = error
        self._resume_at = self._clock() + seconds
        if not unanswered and error.code not in _OWN:
            word = {"code": error.code, "rid": error.rid, "of_all": of_all}
            self._shared.write(WORD, json.dumps(word), seconds=seconds)
        return error
