"""The list of styles: found in a sentence, put into words for a model.

The first list is `assets/styles.toml`; the operator's own lies over it (`bot.live`).
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from bot.errors import ConfigError
from bot.settings import ASSETS

_LONGEST_NAME: Final = 10
_KEYS: Final = {"name", "aliases", "words", "instead", "example", "common"}
_NOT: Final = r"(?<!不要)(?<!不用)(?<!不是)(?<!别)"
_TURN: Final = r"[变换改转画做弄处调][成为到]|制成|用|走|来个|[一1][张幅个](?!\w{0,2}的)"
_AFTER: Final = (
    r"的?(?:画?风(?![景筝车铃暴吹雪雨沙衣扇])格?|样式|效果|滤镜|质感|版(?!权|图|面)|感(?!觉|情|谢))"
)
_BOUNDS: Final = "，,。.;；、!！?？\n：: "
_FILLER: Final = re.compile(
    r"(?:[请把将它这那张个幅图照相片画面整换变改做弄转成为到的一下吧呗帮我想要用\d，,。！!\s]|风格?|自拍)*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One style; what its fields mean stands at the head of the file.

    *key* stays the same whatever the operator calls it; one that is not *on* is not found in
    sentences, but jobs that were asked for in it are still drawn in it.
    """

    name: str
    words: str
    example: str
    aliases: tuple[str, ...] = ()
    instead: str = ""
    common: bool = False
    key: str = ""
    on: bool = True

    @property
    def called(self) -> tuple[str, ...]:
        return (self.name, *self.aliases, *filter(None, (self.instead,)))


@cache
def first() -> "Styles":
    """Return the styles of the file, which is read once.

    Raises:
        ConfigError: everything that is wrong with the file, a line each.
    """
    return Styles(load((ASSETS / "styles.toml").read_text(encoding="utf-8")))


def load(text: str) -> tuple[Style, ...]:
    """Read the text of a list of styles.

    Raises:
        ConfigError: everything that is wrong with it, a line each.
    """
    try:
        entries = tomllib.loads(text).get("styles", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"assets/styles.toml 读不懂：{error}") from error
    if not isinstance(entries, list):
        raise ConfigError("assets/styles.toml：每种画风写成一段 [[styles]]")
    problems = [
        f"assets/styles.toml 第 {place} 种画风{_name(entry)}：{problem}"
        for place, entry in enumerate(entries, 1)
        for problem in _problems(entry)
    ]
    if not problems:
        problems = [f"assets/styles.toml：{problem}" for problem in _doubles(entries)]
    if problems:
        raise ConfigError("\n".join(problems))
    return tuple(
        Style(**{**entry, "aliases": tuple(entry.get("aliases", ())), "key": entry["name"]})
        for entry in entries
    )


def _name(entry: Any) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return f"“{name}”" if isinstance(name, str) and name else ""


def _problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "写成一段 [[styles]]"
        return
    for key in ("name", "words", "example"):
        if not (isinstance(entry.get(key), str) and entry[key].strip()):
            yield f"{key} 没有写"
    if len(str(entry.get("name", ""))) > _LONGEST_NAME:
        yield f"name 太长，最多 {_LONGEST_NAME} 个字"
    aliases = entry.get("aliases", [])
    if not isinstance(aliases, list) or not all(isinstance(one, str) and one for one in aliases):
        yield 'aliases 写成 ["叫法", "叫法"]'
    if not isinstance(entry.get("instead", ""), str):
        yield "instead 写成一段文字"
    if not isinstance(entry.get("common", False), bool):
        yield "common 写 true 或 false"
    if unknown := sorted(set(entry) - _KEYS):
        yield f"不认识 {'、'.join(unknown)}"


def _doubles(entries: list[dict[str, Any]]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for entry in entries:
        for name in (entry["name"], *entry.get("aliases", [])):
            if other := seen.get(name.casefold()):
                yield f"“{name}”既是“{other}”又是“{entry['name']}”"
            seen[name.casefold()] = entry["name"]
    if not entries:
        yield "一种画风也没有"


# ---- in a sentence ----


class Styles:
    """A list of styles, *every* one in the operator's order; *known* are those that are on.

    Whoever made the list saw to it that no two are called the same.
    """

    def __init__(self, every: Iterable[Style]) -> None:
        self.every = tuple(every)
        self.known = tuple(style for style in self.every if style.on)

    def find(self, text: str) -> str:
        """Return the name of the style *text* asks for, the last one of several, or nothing."""
        found = [*self._patterns.finditer(text)]
        return self._by_name[_called(found[-1])] if found else ""

    def is_all(self, text: str) -> bool:
        """Whether *text* is a style and nothing else: 水彩, 吉卜力风格的."""
        return self._alone.fullmatch(text.strip(_BOUNDS)) is not None

    def is_only(self, text: str) -> bool:
        """Whether *text* asks for nothing but a style: 把这张照片变成水彩风格."""
        return _FILLER.fullmatch(self._patterns.sub("", text)) is not None

    def words(self, name: str) -> str:
        """Return what a model is told of the style of that name; nothing if it is gone."""
        style = self._named(name)
        return style.words if style else ""

    def unnamed(self, prompt: str, name: str) -> str:
        """Return *prompt* with what describes the style where its name belongs to somebody."""
        style = self._named(name)
        if style is None or not style.instead:
            return prompt
        # A function: what an operator wrote is no pattern.
        return re.sub(_either(style.called), lambda _: style.instead, prompt, flags=re.IGNORECASE)

    def _named(self, name: str) -> Style | None:
        return next((style for style in self.every if style.name == name), None)

    @cached_property
    def _by_name(self) -> dict[str, str]:
        described = {style.instead.casefold(): style.name for style in self.known}
        own = {
            called.casefold(): style.name
            for style in self.known
            for called in (style.name, *style.aliases)
        }
        return described | own

    @cached_property
    def _patterns(self) -> re.Pattern[str]:
        """A style is named by 风格 behind it, 变成 before it or a clause of its own, or by itself.

        By itself only where its name is no common word.
        """
        every = _either([called for style in self.known for called in style.called])
        proper = [called for style in self.known if not style.common for called in style.called]
        clause = f"[{re.escape(_BOUNDS)}]"
        return re.compile(
            rf"{_NOT}(?:(?:{_TURN})({every})(?:的?|{_AFTER}的?)(?=$|{clause}|吧|试试|看看|就行)"
            rf"|({every}){_AFTER}"
            rf"|(?:^|(?<={clause}))({every})(?=$|{clause})"
            rf"|({_either(proper)})(?!笔|颜料|工作室|学校|学院|老师|博物馆|乐园))",
            re.IGNORECASE,
        )

    @cached_property
    def _alone(self) -> re.Pattern[str]:
        every = _either([called for style in self.known for called in style.called])
        return re.compile(
            rf"(?:要|想要|用|来个?|试试|换个?)?{every}(?:{_AFTER})?的?(?:吧|呢|试试|看看)?",
            re.IGNORECASE,
        )


def _called(match: re.Match[str]) -> str:
    called: str = next(filter(None, match.groups()))
    return called.casefold()


def _either(names: list[str] | tuple[str, ...]) -> str:
    """Match any of the names, the longest first: 皮克斯3D is more than 皮克斯."""
    if not names:
        return r"(?!)"  # nothing is called so
    return "(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + ")"
