"""Pictures a second of one worker and of two: whether queue, SQL and Redis take turns."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from bench import cost
from bench.plant import finished, once_each, plant
from tests.servers import Server

PICTURES = 64
THREADS = 8  # a worker
MANY = 32  # the same where the model answers at once: no thread waits for the next poll
DELAY = 2.5  # seconds a picture: two workers leave both cores time to spare
PATIENCE = 120.0  # seconds until all must be done


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How so many *workers* did. *cpu* is in seconds a picture, by who spent it.

    *busy* is the share of all cores that was used, *once* whether every job was one generation,
    one upload and one send.
    """

    workers: int
    per_second: float
    cpu: dict[str, float]
    busy: float
    once: bool


def measure(server: Server) -> Iterator[Speed]:
    """Measure one worker, two, and one whose model answers at once.

    The delay keeps pixels from being what takes the time: two workers use half of two cores.
    """
    for workers, delay, threads in ((1, DELAY, THREADS), (2, DELAY, THREADS), (1, 0.0, MANY)):
        yield speed(server, workers, pictures=PICTURES, delay=delay, threads=threads)


def speed(server: Server, workers: int, *, pictures: int, delay: float, threads: int) -> Speed:
    with plant(server, threads=threads) as built, ExitStack() as running:
        built.delay(delay)
        with built.web():
            built.fill(pictures)
        pids = [running.enter_context(built.worker()) for _ in range(workers)]
        begun, before = time.monotonic(), _spent(pids)
        built.go()
        found = built.wait(finished(pictures), seconds=PATIENCE)
        spent = {name: now - before[name] for name, now in _spent(pids).items()}
        took = time.monotonic() - begun
    return Speed(
        workers=workers,
        per_second=pictures / (found["last"] - found["first"]),
        cpu={name: seconds / pictures for name, seconds in spent.items()},
        busy=sum(spent.values()) / took / (os.cpu_count() or 1),
        once=once_each(found, pictures),
    )


def _spent(workers: list[int]) -> dict[str, float]:
    ours = sum(map(cost.cpu, workers))
    return {"worker": ours, "others": cost.cpu_below(os.getpid()) - ours}
