"""A keyword asked again and again while everything else breaks."""

import http.client
import statistics
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from bench.door import KEYWORD, text_for
from bench.pushes import Push, build, reply_to
from bot.models import TextReply
from bot.wechat.crypto import Credentials

EVERY = 0.05  # seconds
TRIES = 3  # as WeChat
PATIENCE = 5.0  # seconds, as WeChat


@dataclass(frozen=True, slots=True)
class Beat:
    """One keyword: when it was due, how long the answer took in ms, None if there was none."""

    due: float
    took: float | None
    tries: int = 1


@dataclass
class Pulse:
    """Asks *bind* for a canned reply from a thread of its own until the block ends."""

    bind: str
    credentials: Credentials
    beats: list[Beat] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self._expected = TextReply(text_for(KEYWORD))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def between(self, begun: float, ended: float) -> tuple[int, int, float]:
        """How many keywords were asked between two moments, how many in vain, p99 in ms."""
        beats = [beat for beat in self.beats if begun <= beat.due < ended]
        took = [beat.took for beat in beats if beat.took is not None and beat.tries == 1]
        missed = sum(beat.took is None for beat in beats)
        if len(took) < 2:  # noqa: PLR2004 — quantiles want two
            return len(beats), missed, 0.0
        return len(beats), missed, statistics.quantiles(took, n=100, method="inclusive")[98]

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            (push,) = build(self.credentials, KEYWORD, count=1, host=self.bind)
            self.beats.append(self._asked(push, due))
            # Who comes late does not ask twice at once: this is a pulse, not a load.
            due = max(due + EVERY, time.monotonic())
            self._stop.wait(max(0.0, due - time.monotonic()))

    def _asked(self, push: Push, due: float) -> Beat:
        for number in range(1, TRIES + 1):
            with suppress(OSError, http.client.HTTPException):
                if self._answered(push):
                    return Beat(due, (time.monotonic() - due) * 1000, number)
            if self._stop.wait(number):
                break
        return Beat(due, None, TRIES)

    def _answered(self, push: Push) -> bool:
        host, _, port = self.bind.rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
        try:
            head, _, body = push.wire.partition(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode()
            connection.request("POST", target, body, {"Content-Type": "text/xml"})
            answer = connection.getresponse()
            return reply_to(push, answer.read(), credentials=self.credentials) == self._expected
        finally:
            connection.close()
