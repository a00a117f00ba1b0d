"""What one worker takes while hundreds of pictures are in flight."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from bench import cost
from bench.cost import Cost
from bench.plant import Plant, finished, once_each, plant
from tests.servers import Server

PICTURES = 300
WARM_UP = 8  # pictures before, so that all there is to load is loaded
DELAY = 30.0  # seconds a picture: the first must not be there before the last is asked for
ARENAS = {"MALLOC_ARENA_MAX": "2"}  # as deploy/ has it
PATIENCE = 120.0  # seconds until all must be done


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """The worker *before* (some pictures are done), *during* (all wait) and *after* all are done.

    *after* holds the peak of all that came after *during*. *waiting* and *finishing* are seconds
    of CPU to each second while all waited, and from the first answer to the last send;
    *asking* seconds until all were asked for, *once* as in `Speed`.
    """

    pictures: int
    before: Cost
    during: Cost
    after: Cost
    waiting: float
    asking: float
    finishing: float
    per_second: float
    once: bool

    @property
    def each(self) -> tuple[float, float]:
        """Megabytes a picture: while all wait, and at the peak."""
        during = self.during.resident - self.before.resident
        peak = self.after.peak - self.before.resident
        return during / self.pictures / 1e6, peak / self.pictures / 1e6


def measure(
    server: Server,
    own: Mapping[str, str] = ARENAS,
    *,
    pictures: int = PICTURES,
    delay: float = DELAY,
) -> Flight:
    """Have one worker with as many threads draw so many *pictures* at once."""
    with (
        plant(server, threads=pictures) as built,
        built.web(),
        built.worker(**own) as pid,
    ):
        built.go()
        built.fill(WARM_UP)
        built.wait(finished(WARM_UP), seconds=PATIENCE)
        return _flown(built, pid, pictures, delay=delay)


def _flown(built: Plant, pid: int, pictures: int, *, delay: float) -> Flight:
    before = cost.of(pid)
    built.delay(delay)
    begun = time.monotonic()
    built.fill(pictures)
    built.wait(lambda found: found["drawing"] >= pictures, seconds=PATIENCE)
    during, all_asked = cost.of(pid), time.monotonic()
    cost.begin_peak(pid)
    built.wait(lambda found: found["drawing"] < pictures, seconds=PATIENCE)
    first = time.monotonic()
    waited = cost.cpu(pid) - during.cpu
    found = built.wait(finished(pictures + WARM_UP), seconds=PATIENCE)
    done, over = cost.cpu(pid), time.monotonic()
    return Flight(
        pictures=pictures,
        before=before,
        during=during,
        after=cost.of(pid),
        waiting=waited / (first - all_asked),
        asking=all_asked - begun,
        finishing=(done - during.cpu - waited) / (over - first),
        per_second=pictures / (found["last"] - first),
        once=once_each(found, pictures + WARM_UP),
    )
