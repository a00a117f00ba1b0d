"""The sizes a model draws, and the one of them nearest to what is wanted."""

from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import Protocol

from bot.images.contract import Size


class Sizes(Protocol):
    def nearest(self, width: int, height: int) -> Size: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A model that knows these sizes and no others."""

    sizes: tuple[Size, ...]

    def nearest(self, width: int, height: int) -> Size:
        """Return the one nearest in ratio; of those, the one nearest in area."""
        return min(self.sizes, key=lambda size: _distance(size, width, height))


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """A model that draws any size within limits: *step* and sides in pixels, area in pixels.

    *ratio* is the longest side over the shortest, at most.
    """

    step: int = 16
    sides: tuple[int, int]
    area: tuple[int, int]
    ratio: float = 3

    def nearest(self, width: int, height: int) -> Size:
        """Return the legal size nearest in ratio; of those, the one nearest in area."""
        if width < height:
            return _nearest(self, height, width)[::-1]
        return _nearest(self, width, height)

    def legal(self, width: int, height: int) -> bool:
        long, short = max(width, height), min(width, height)
        return (
            width % self.step == height % self.step == 0
            and self.sides[0] <= short
            and long <= self.sides[1]
            and self.area[0] <= width * height <= self.area[1]
            and long <= self.ratio * short
        )


@lru_cache(maxsize=512)
def _nearest(rule: Free, width: int, height: int) -> Size:
    """Return the size for a wish that is as wide as high, or wider."""
    if rule.legal(width, height):
        return width, height
    ratio = min(width / height, rule.ratio)
    first, last = rule.sides
    sizes = [
        size
        for across in range(first, last + 1, rule.step)
        for down in _around(across / ratio, rule.step)
        if rule.legal(*(size := (across, down)))
    ]
    return min(sizes, key=lambda size: _distance(size, width, height))


def _around(side: float, step: int) -> tuple[int, ...]:
    below = int(side / step) * step
    return tuple(step_ for step_ in (below, below + step) if step_ > 0)


def _distance(size: Size, width: int, height: int) -> tuple[float, float]:
    """How far *size* is off: by ratio, to a half percent nobody sees, and then by area."""
    off = abs(log(size[0] / size[1]) - log(width / height))
    return round(off * 200), abs(log(size[0] * size[1] / (width * height)))
