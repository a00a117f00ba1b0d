"""What is wrong with a style as an operator writes it, a sentence for each field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.errors import ConfigError
from bot.images import named, sizes
from bot.images.styles import Style, Styles

LONGEST_NAME: Final = 10
LONGEST_ALIAS: Final = 20
MOST_ALIASES: Final = 30
LONGEST_WORDS: Final = 1_000
LONGEST_INSTEAD: Final = 30
LONGEST_EXAMPLE: Final = 60
_NAME: Final = re.compile(r"[\w .+·&'-]+")
_BETWEEN: Final = re.compile(r"[、，,;；\n\r\t]+")
# What says how, not which.
_GENERAL: Final = {"风格", "画风", "风", "样式", "效果", "滤镜", "图", "图片", "照片", "背景"}


class Wrong(ConfigError):
    """A style that cannot be kept: (sentence, values) for each field."""

    def __init__(self, problems: Mapping[str, tuple[str, dict[str, Any]]]) -> None:
        super().__init__("\n".join(said % values for said, values in problems.values()))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A style as it was typed: *aliases* with commas or lines between."""

    name: str = ""
    aliases: str = ""
    words: str = ""
    instead: str = ""
    example: str = ""
    common: bool = False
    on: bool = True


def aliases_of(written: str) -> tuple[str, ...]:
    """Return what stands between commas or on lines of its own, each once."""
    return tuple(dict.fromkeys(one for one in map(str.strip, _BETWEEN.split(written)) if one))


def style_of(written: Written) -> Style:
    name = written.name.strip()
    aliases = tuple(one for one in aliases_of(written.aliases) if one.casefold() != name.casefold())
    return Style(
        name=name,
        aliases=aliases,
        words=" ".join(written.words.split()),
        instead=written.instead.strip(),
        example=written.example.strip() or f"变成{name}风格",
        common=written.common,
        on=written.on,
    )


def checked(known: Styles, style: Style, reserved: frozenset[str]) -> Style:
    """Return the style if it may stand among the *known* ones; *reserved* are commands.

    Raises:
        Wrong: it may not.
    """
    others = {
        called.casefold(): other.name
        for other in known.every
        if other.key != style.key
        for called in other.called
    }
    problems = {
        field: found
        for field, check in _CHECKS.items()
        if (found := check(style, others, reserved)) is not None
    }
    if problems:
        raise Wrong(problems)
    return style


_Problem = tuple[str, dict[str, Any]] | None


def _name_problem(style: Style, others: Mapping[str, str], reserved: frozenset[str]) -> _Problem:
    if not style.name:
        return "名字没有写", {}
    return _called_problem(style.name, others, reserved, longest=LONGEST_NAME)


def _alias_problem(style: Style, others: Mapping[str, str], reserved: frozenset[str]) -> _Problem:
    if len(style.aliases) > MOST_ALIASES:
        return "别的叫法太多了：最多 %(most)s 个", {"most": MOST_ALIASES}
    found = (_called_problem(one, others, reserved, longest=LONGEST_ALIAS) for one in style.aliases)
    return next((one for one in found if one), None)


def _called_problem(
    called: str, others: Mapping[str, str], reserved: frozenset[str], *, longest: int
) -> _Problem:
    values = {"name": called}
    if len(called) > longest:
        return "“%(name)s”太长了：最多 %(most)s 个字", values | {"most": longest}
    if not _NAME.fullmatch(called) or not re.search(r"[^\W\d_]", called):
        return "“%(name)s”里有不能用的字：用文字，可以带数字和空格", values
    if other := others.get(called.casefold()):
        return "“%(name)s”已经是“%(other)s”的叫法", values | {"other": other}
    if called in reserved or called in _GENERAL or _means_something(called):
        return "“%(name)s”对机器人有别的意思，粉丝这样说不会当成画风", values
    return None


def _means_something(word: str) -> bool:
    """Whether our own patterns take the word for a size, a quality or a ground."""
    if sizes.split(word)[1] != word:
        return True
    return bool(named.quality(word) or named.ground(word) or named.transparent(word))


def _words_problem(style: Style, _others: object, _reserved: object) -> _Problem:
    if not style.words:
        return "没有写：不写描述，画出来就没有这种画风", {}
    if len(style.words) > LONGEST_WORDS:
        return "太长了：最多 %(most)s 个字", {"most": LONGEST_WORDS}
    return None


def _short(field: str, most: int) -> Callable[[Style, object, object], _Problem]:
    def check(style: Style, _others: object, _reserved: object) -> _Problem:
        written = getattr(style, field)
        if len(written) > most:
            return "太长了：最多 %(most)s 个字", {"most": most}
        return None if written.isprintable() else ("写成一行文字", {})

    return check


_CHECKS: Final[dict[str, Callable[[Style, Mapping[str, str], frozenset[str]], _Problem]]] = {
    "name": _name_problem,
    "aliases": _alias_problem,
    "words": _words_problem,
    "instead": _short("instead", LONGEST_INSTEAD),
    "example": _short("example", LONGEST_EXAMPLE),
}
