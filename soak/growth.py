"""Flat or not: the last third of a run against its middle third, process by process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from soak.samples import Sample

SHARE = 1.05
MORE = {"rss": 3.0, "descriptors": 3.0, "threads": 3.0}
"""What may be added to a third besides its twentieth: megabytes, descriptors, threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The medians of one figure of one process in the second and the last third of the run."""

    middle: float
    last: float
    more: float

    @property
    def flat(self) -> bool:
        return self.last <= self.middle * SHARE + self.more


def of(samples: Sequence[Sample]) -> Mapping[str, Growth]:
    """Compare the thirds of a process's *samples*; the first third is its warm-up."""
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[2 * third :]
    return {
        name: Growth(
            middle=median(getattr(one, name) for one in middle),
            last=median(getattr(one, name) for one in last),
            more=more,
        )
        for name, more in MORE.items()
    }
