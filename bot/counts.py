"""What a process counts of itself: in memory only, so cheaply that no reply feels it.

The Prometheus library's own counters are not used for it. In its mode for several processes each
of them costs 3 µs, and its files are mapped into memory: a full disk would kill the process with
SIGBUS.
"""

import json
import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

MOST = 1000  # series of one process; whatever comes then is counted as OTHER
OTHER: Final = "other"

MESSAGES: Final = "huaxin_messages"
REFUSED_PUSHES: Final = "huaxin_refused_pushes"
FAILED_ANSWERS: Final = "huaxin_failed_answers"
REFUSALS: Final = "huaxin_refusals"
ACCEPTED: Final = "huaxin_accepted_jobs"
FAILED_JOBS: Final = "huaxin_failed_jobs"
PROVIDER_CALLS: Final = "huaxin_provider_calls"
WECHAT_CALLS: Final = "huaxin_wechat_calls"
DELIVERIES: Final = "huaxin_deliveries"
MODERATION: Final = "huaxin_moderation"
HANDED_AGAIN: Final = "huaxin_jobs_handed_again"
LOST: Final = "huaxin_lost_statistics"
WEBHOOK_SECONDS: Final = "huaxin_webhook_seconds"
JOB_SECONDS: Final = "huaxin_job_seconds"
PROVIDER_SECONDS: Final = "huaxin_provider_seconds"

_AT_THE_DOOR = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_AT_WORK = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """What is counted under a name. *bounds* in seconds are those of a histogram, else empty."""

    told: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


METRICS: Final[Mapping[str, Metric]] = {
    MESSAGES: Metric(
        "Pushes, by kind, by who answered, by a rule or not", ("kind", "handler", "rule")
    ),
    REFUSED_PUSHES: Metric("Pushes that are not WeChat's, late, or cannot be read", ("reason",)),
    FAILED_ANSWERS: Metric("Pushes answered with the sentence for a fault of ours"),
    REFUSALS: Metric("What followers asked for and did not get", ("reason",)),
    ACCEPTED: Metric("Jobs accepted, a sheet or a deck as one", ("kind",)),
    FAILED_JOBS: Metric("Jobs that ended without a picture", ("state", "reason")),
    PROVIDER_CALLS: Metric("Calls of image and text services", ("provider", "outcome")),
    WECHAT_CALLS: Metric("Calls of WeChat's API; stable_token is the token", ("call", "outcome")),
    DELIVERIES: Metric("What became of finished pictures", ("outcome", "errcode")),
    MODERATION: Metric("Verdicts on words and pictures", ("stage", "verdict")),
    HANDED_AGAIN: Metric("Jobs that were handed out, not begun, and handed out again"),
    LOST: Metric("Lines of statistics that were lost: the buffer was full"),
    WEBHOOK_SECONDS: Metric("Time a push takes at the door", ("road",), _AT_THE_DOOR),
    JOB_SECONDS: Metric("Time a job spends in each step", ("step",), _AT_WORK),
    PROVIDER_SECONDS: Metric("Time a service takes for one call", ("provider",), _AT_WORK),
}
"""Every label's values are few: names of ours, of the settings, or of a closed list."""

_BOUNDS = {name: metric.bounds for name, metric in METRICS.items()}

Key = tuple[str, ...]  # a metric's name and the values of its labels


@dataclass(frozen=True, slots=True)
class Counted:
    """What one process, or several together, have counted.

    *times* are a histogram's counts by bucket, the last one for what is beyond the bounds, and the
    sum of the seconds. *state* is what a process is now, by name; it is never added up.
    """

    numbers: dict[Key, float] = field(default_factory=dict)
    times: dict[Key, list[float]] = field(default_factory=dict)
    state: dict[str, float] = field(default_factory=dict)

    def dump(self) -> bytes:
        rows = ([[*key, value] for key, value in part.items()] for part in self._parts())
        return json.dumps([*rows, self.state], separators=(",", ":")).encode()

    @classmethod
    def load(cls, data: bytes) -> Self:
        numbers, times, state = json.loads(data)
        return cls(_by_key(numbers), _by_key(times), state)

    def _parts(self) -> tuple[Mapping[Key, object], Mapping[Key, object]]:
        return self.numbers, self.times


def _by_key(rows: list[list[Any]]) -> dict[Key, Any]:
    return {tuple(key): value for *key, value in rows}


def together(every: Iterable[Counted]) -> Counted:
    """Add up what several processes have counted."""
    total = Counted()
    for one in every:
        for key, number in one.numbers.items():
            total.numbers[key] = total.numbers.get(key, 0) + number
        for key, times in one.times.items():
            known = total.times.get(key, [0.0] * len(times))
            total.times[key] = [a + b for a, b in zip(known, times, strict=True)]
    return total


class Counts:
    """One process's counts since its start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[Key, float] = {}
        self._times: dict[Key, list[float]] = {}

    def add(self, name: str, *labels: str, by: float = 1) -> None:
        key = (name, *labels)
        with self._lock:
            try:
                self._numbers[key] += by
            except KeyError:
                if len(self._numbers) >= MOST:
                    key = (name, *(OTHER for _ in labels))
                self._numbers[key] = self._numbers.get(key, 0) + by

    def time(self, name: str, seconds: float, *labels: str) -> None:
        """Count something that took *seconds*; what seems to end before it begins took none."""
        if seconds < 0:
            seconds = 0.0
        key, bounds = (name, *labels), _BOUNDS[name]
        with self._lock:
            times = self._times.get(key)
            if times is None:
                times = self._times[key] = [0.0] * (len(bounds) + 2)
            times[bisect_left(bounds, seconds)] += 1
            times[-1] += seconds

    def read(self, state: Mapping[str, float] | None = None) -> Counted:
        """Return what is counted by now, beside the *state* of the process."""
        with self._lock:
            times = {key: list(found) for key, found in self._times.items()}
            return Counted(dict(self._numbers), times, dict(state or {}))

    def resume(self, before: Counted) -> None:
        """Go on from what a process that is gone had counted."""
        with self._lock:
            both = together([before, Counted(self._numbers, self._times)])
            self._numbers, self._times = both.numbers, both.times
