"""What one installation needs while nobody writes: memory and CPU of `huaxin run`."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from bench.children import child, environment, folder, free_bind
from soak import samples
from soak.samples import SANDBOX, WEB, Sample

SETTLE = 15.0  # seconds; a worker reads its certificates and fonts meanwhile
LOOKED_AT = 20.0  # seconds
PROCESSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """*memory* in megabytes, what processes share counted once; *cpu* in hundredths of a core."""

    memory: float
    cpu: float

    def __sub__(self, other: Self) -> Self:
        return replace(self, memory=self.memory - other.memory, cpu=self.cpu - other.cpu)


def idle(*, settle: float = SETTLE, seconds: float = LOOKED_AT) -> tuple[Idle, Idle]:
    """Start the product with nobody who writes, and watch it for *seconds* after *settle*.

    Return what all of it needs with two web processes, and what one of these needs.
    """
    with folder() as place:
        bind = free_bind()
        own = {
            "DATA_DIR": str(place / "data"),
            "BIND": bind,
            "SANDBOX_BIND": free_bind(),
            "WEB_PROCESSES": str(PROCESSES),
        }
        words, ready = ("bot.cli", "run", "--sandbox"), f"http://{bind}/readyz"
        with child(*words, env=environment(own), cwd=place, ready=ready) as root:
            time.sleep(settle)
            before = samples.take(root)
            time.sleep(seconds)
            after = samples.take(root)
    return compare(before, after, seconds=seconds)


def compare(
    before: Mapping[str, Sample], after: Mapping[str, Sample], *, seconds: float
) -> tuple[Idle, Idle]:
    """Return what the product needed for *seconds* between two looks, and one web process of it."""

    def sum_up(names: Iterable[str]) -> Idle:
        took = [(after[name].pss, after[name].cpu - before[name].cpu) for name in names]
        memory, spent = map(sum, zip(*took, strict=True))
        return Idle(memory=memory, cpu=100 * spent / seconds)

    ours = [name for name in after if name in before and SANDBOX not in name]
    return sum_up(ours), sum_up([next(name for name in ours if name.startswith(f"{WEB} "))])
