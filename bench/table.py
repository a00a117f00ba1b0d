"""Tables for a terminal: columns that line up though Chinese characters are twice as wide."""

import unicodedata
from collections.abc import Iterable, Sequence


def table(rows: Iterable[Sequence[str]]) -> str:
    """Return *rows*, the first column set left, the others right."""
    listed = [list(row) for row in rows]
    widths = [max(map(_width, column)) for column in zip(*listed, strict=True)]
    return "\n".join("  " + _line(row, widths) for row in listed)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    cells = [first[0] + _gap(*first), *(_gap(*cell) + cell[0] for cell in others)]
    return "  ".join(cells).rstrip()


def _gap(text: str, width: int) -> str:
    return " " * (width - _width(text))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
