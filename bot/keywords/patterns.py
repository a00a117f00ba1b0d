"""Regular expressions that cannot run away: RE2, on normalised text."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from time import sleep
from typing import Any
from unicodedata import normalize

import re2

from bot.keywords.normalise import simplify

MAX_PATTERN = 200
# Patterns per filter: compiling holds the interpreter for about 10 µs a pattern.
_SHARD = 250
# Seconds given to other threads between two stretches of building: a reply's whole turn fits in.
BREATH = 0.0001

_PIECE = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\()|(?P<close>\))"
    r"|(?P<either>\|)|(?P<repeat>[*?]|\{\d+(?:,\d*)?\})|(?P<plain>[0-9A-Za-z\u3400-\u9fff])|.",
    re.DOTALL,
)
# What the pieces above would read wrongly.
_OPAQUE = re.compile(r"\\[pPxQ\d]|\[:")

_COMPLAINTS = (
    ("missing )", "括号没有配对"),
    ("unexpected )", "括号没有配对"),
    ("missing ]", "方括号没有配对"),
    ("trailing \\", "末尾多了一个反斜杠"),
    ("no argument for repetition", "重复符号前面没有内容"),
    ("bad repetition", "重复符号不能连用"),
    ("invalid repetition size", "重复次数太大，最多 1000 次"),
    ("invalid character class range", "字符范围或字符类不对"),
    ("invalid named capture", "分组的名字不对"),
    ("invalid perl operator", "不支持前后查找等扩展语法"),
    ("invalid escape", "不支持这个转义（如反向引用）"),
    ("pattern too large", "太复杂"),
)


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.log_errors = False
    # Bounds what one search can cost: about a millisecond for the longest message.
    options.max_mem = 1 << 16
    return options


_OPTIONS = _options()


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    return re2.compile(_folded(pattern), _OPTIONS)


def check(pattern: str) -> str:
    """Return what is wrong with *pattern*, in Chinese, or ""."""
    if len(pattern) > MAX_PATTERN:
        return f"正则有 {len(pattern)} 个字，最多 {MAX_PATTERN} 个"
    try:
        re2.compile(_folded(pattern), _OPTIONS)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace")
        said = (chinese for english, chinese in _COMPLAINTS if reason.startswith(english))
        return f"正则「{pattern}」不能用：{next(said, reason)}"
    return ""


def matches(pattern: str, text: str) -> bool:
    """Tell whether *pattern* is found in the normalised *text*."""
    return _compiled(pattern).search(text) is not None


def required(pattern: str) -> tuple[str, ...]:
    """Return pieces of plain text that every match of *pattern* contains; perhaps none.

    Cautious: what it does not understand it does not promise.
    """
    if _OPAQUE.search(pattern):
        return ()
    runs = [""]
    depth = 0
    for piece in _PIECE.finditer(_folded(pattern)):
        kind = piece.lastgroup
        depth += (kind == "open") - (kind == "close")
        if kind == "either" and not depth:
            return ()
        if kind == "plain" and not depth:
            runs[-1] += piece[0].lower()
            continue
        if kind == "repeat":
            runs[-1] = runs[-1][:-1]
        runs.append("")
    return tuple(filter(None, runs))


def _folded(pattern: str) -> str:
    """Return *pattern* in the spelling of normalised text; full-width signs stay literal."""
    if pattern.isascii():
        return pattern
    return "".join(
        character if character.isascii() else _literal(normalize("NFKC", character))
        for character in simplify(pattern)
    )


def _literal(text: str) -> str:
    return "".join(f"\\{sign}" if sign in r"\.+*?()|[]{}^$-" else sign for sign in text)


class Sieve:
    """Many patterns held against a text at once, in native code."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._shards = [
            (start, _filter(patterns[start : start + _SHARD]))
            for start in range(0, len(patterns), _SHARD)
        ]

    def hits(self, text: str) -> Iterator[int]:
        """Yield the places, among the patterns, of those found in the normalised *text*."""
        for start, shard in self._shards:
            for place in shard.Match(text) or ():
                yield start + place


def _filter(patterns: Sequence[str]) -> Any:
    sieve = re2.Filter()
    for pattern in patterns:
        sieve.Add(_folded(pattern), _OPTIONS)
    sieve.Compile()
    sleep(BREATH)
    return sieve
