"""The list of styles (`assets/styles.toml`): found in a sentence, put into words for a model."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One style; what its fields mean stands at the head of the file."""

    name: str
    words: str
    example: str
    aliases: tuple[str, ...] = ()
    instead: str = ""
    common: bool = False

    @property
    def called(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@cache
def known() -> tuple[Style, ...]:
    """Return the styles in the operator's order; the file is read once.

    Raises:
        ConfigError: everything that is wrong with the file, a line each.
    """
    return load((ASSETS / "styles.toml").read_text(encoding="utf-8"))


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
        Style(**{**entry, "aliases": tuple(entry.get("aliases", ()))}) for entry in entries
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


def find(text: str) -> str:
    """Return the name of the style *text* asks for, the last one of several, or nothing."""
    found = [*_patterns().finditer(text)]
    return _by_name()[_called(found[-1])] if found else ""


def is_all(text: str) -> bool:
    """Whether *text* is a style and nothing else: 水彩, 吉卜力风格的."""
    return _alone().fullmatch(text.strip(_BOUNDS)) is not None


def words(name: str) -> str:
    """Return what a model is told of the style of that name; nothing if there is none any more."""
    return next((style.words for style in known() if style.name == name), "")


def unnamed(prompt: str, name: str) -> str:
    """Return *prompt* with what describes the style where its name belongs to somebody."""
    style = next((style for style in known() if style.name == name), None)
    if style is None or not style.instead:
        return prompt
    return re.sub(_either(style.called), style.instead, prompt, flags=re.IGNORECASE)


def _called(match: re.Match[str]) -> str:
    called: str = next(filter(None, match.groups()))
    return called.casefold()


@cache
def _by_name() -> dict[str, str]:
    return {called.casefold(): style.name for style in known() for called in style.called}


@cache
def _patterns() -> re.Pattern[str]:
    """A style is named by 风格 behind it, 变成 before it or a clause of its own, or by itself.

    By itself only where its name is no common word.
    """
    every = _either([called for style in known() for called in style.called])
    proper = _either([called for style in known() if not style.common for called in style.called])
    clause = f"[{re.escape(_BOUNDS)}]"
    return re.compile(
        rf"{_NOT}(?:(?:{_TURN})({every})(?:的?|{_AFTER}的?)(?=$|{clause}|吧|试试|看看|就行)"
        rf"|({every}){_AFTER}"
        rf"|(?:^|(?<={clause}))({every})(?=$|{clause})"
        rf"|({proper})(?!笔|颜料|工作室|学校|学院|老师|博物馆|乐园))",
        re.IGNORECASE,
    )


@cache
def _alone() -> re.Pattern[str]:
    every = _either([called for style in known() for called in style.called])
    return re.compile(
        rf"(?:要|想要|用|来个?|试试|换个?)?{every}(?:{_AFTER})?的?(?:吧|呢|试试|看看)?",
        re.IGNORECASE,
    )


def _either(names: list[str] | tuple[str, ...]) -> str:
    # The longest first: 皮克斯3D is more than 皮克斯.
    ordered = sorted(names, key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, ordered)) + ")"
