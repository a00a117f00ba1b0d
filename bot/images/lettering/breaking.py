"""Breaks a title into lines, by the rules of Chinese typesetting; Latin words stay whole.

Pure: widths come from the caller, in ems.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf

CLOSING = frozenset("，。、！？：；）］｝》〉」』】〕〗”’…—～·％‰℃°,.!?:;)]}%>~々〞｠ー")
"""What begins no line."""
OPENING = frozenset("（［｛《〈「『【〔〖“‘([{<＃#＠@￥¥$＄€£№〝｟")
"""What ends no line."""
_PAUSES = frozenset("，。、！？：；—…,!?;·～")
_CLINGING = frozenset("的了着过吗呢吧啊呀们节日年月号届期周岁元")  # rarely begins a word
_UNITS = frozenset(
    "年月日号届期周岁元折杯个人位天点分时小万千百亿块张场楼层级度家次种条件款台米克斤℃"
)
_LEADING = frozenset("第不在和与及或最更很一二三四五六七八九十")  # rarely ends one
_LINKS = frozenset("和与及或")

_SLIGHT = CLOSING | OPENING | {" "}
_LEAST = 2  # characters besides those in a line: none stands alone

_NATURAL, _LIKELY, _UNSURE, _UNLIKELY = 0.0, 0.3, 1.0, 3.0
_WEIGHT = 0.1  # of a break's cost beside the square of a line's share too long or short

Widths = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Broken:
    """*cost* is that of the dearest break: 0 at a pause, 1 inside what may be a word."""

    lines: tuple[str, ...]
    cost: float


def is_han(character: str) -> bool:
    """Whether *character* is written in a square of its own: Han, kana, full-width signs."""
    return unicodedata.east_asian_width(character) in "WF"


def cost_of_break(text: str, at: int) -> float:
    """Return what a line break before ``text[at]`` costs; infinite where none may be."""
    before, after = text[at - 1], text[at]
    if after == " " or _is_bound(text, at):
        return inf
    if before == " ":
        return _NATURAL
    if _is_quoted(text, at):
        return _UNLIKELY
    if before in _PAUSES or after in OPENING:
        return _NATURAL
    if is_han(before) and is_han(after):
        return _between_han(before, after)
    return _LIKELY


def _is_bound(text: str, at: int) -> bool:
    """Whether ``text[at]`` may not begin a line, or what is before it may not end one."""
    before, after = text[:at].rstrip()[-1:], text[at]
    if after in CLOSING or before in OPENING or not before:
        return True
    if text[at - 1] == " ":
        return False
    # A number and its unit (5月, 第3届), and a word of Latin letters.
    if (before.isdecimal() and after in _UNITS) or (before == "第" and after.isdecimal()):
        return True
    return not is_han(before) and not is_han(after) and before not in "-/—…"


def _is_quoted(text: str, at: int) -> bool:
    """Whether a bracket or quotation mark is open there."""
    return any(
        text.count(a, 0, at) > text.count(b, 0, at) for a, b in ("《》", "（）", "“”", "「」")
    )


def _between_han(before: str, after: str) -> float:
    if after in _CLINGING or before in _LEADING:
        return _UNLIKELY
    return _LIKELY if before == "的" or after in _LINKS else _UNSURE


def break_lines(text: str, *, lines: int, width: Widths) -> Broken | None:
    """Return *text* in exactly that many *lines*, as even as the rules allow; None if they forbid.

    *width* measures one character. Spaces at a break are dropped, nothing else is.
    """
    ends = list(accumulate(map(width, text), initial=0.0))
    inked = list(accumulate((one not in _SLIGHT for one in text), initial=0))
    least = _LEAST if lines > 1 else 0
    ideal = max(ends[-1] / lines, 0.01)
    costs = {at: cost_of_break(text, at) for at in range(1, len(text))} | {len(text): 0.0}
    # The best way to come to each place in so many lines: badness, and the breaks on the way.
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for _ in range(lines):
        reached: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (bad, breaks) in best.items():
            for end in range(start + 1, len(text) + 1):
                if inked[end] - inked[start] < least:
                    continue
                uneven = ((ends[end] - ends[start]) / ideal - 1) ** 2
                found = bad + uneven + _WEIGHT * costs[end]
                if found < reached.get(end, (inf,))[0]:
                    reached[end] = (found, (*breaks, end))
        best = reached
    if len(text) not in best:
        return None
    breaks = best[len(text)][1]
    made = tuple(text[start:end].strip() for start, end in pairwise(breaks))
    return Broken(made, max((costs[at] for at in breaks[1:-1]), default=0.0))
