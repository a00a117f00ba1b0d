"""IMAGE_PROVIDERS: the file in which an operator lists image services, read with every mistake."""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.errors import ConfigError
from bot.images.providers.adapter import Adapter
from bot.images.providers.entry import Entry, TextEntry

_HEADER = re.compile(r"\s*\[\[\s*provider\s*\]\]")
_MOST_SECONDS = 1800
_MOST_PER_MINUTE = 10_000
_MOST_IMAGES = 16
_KEYS = {one.name for one in fields(Entry)} | {"api_key_env"}
_TEXT_KEYS = {one.name for one in fields(TextEntry)} | {"api_key_env"}


@dataclass(frozen=True, slots=True)
class Written:
    """What the file says; *text* is None where it has no such table."""

    providers: tuple[Entry, ...]
    text: TextEntry | None


Kinds = Mapping[str, type[Adapter]]


def read(path: Path, *, environ: Mapping[str, str], kinds: Kinds) -> Written:
    """Return what the file at *path* says; *environ* has the keys that ``api_key_env`` names.

    Raises:
        ConfigError: everything that is wrong, each with its line and what to do; no secret.
    """
    text, content = _parsed(path)
    problems = [
        f"不认识 {name}：只有 [[provider]] 和 [text]"
        for name in sorted(content.keys() - {"provider", "text"})
    ]
    tables = content.get("provider", [])
    if not isinstance(tables, list) or not tables:
        problems.append("一个 [[provider]] 也没有（注意是两对方括号）")
        tables = []
    places = _places(text, len(tables))
    entries: dict[str, Entry] = {}
    for place, table in zip(places, tables, strict=True):
        found: list[str] = []
        entry = _entry(table, environ, kinds, found)
        if entry and entry.name in entries:
            found.append(f"name = {entry.name!r} 用过了：每个服务取不同的名字")
        if entry:
            entries[entry.name] = entry
        problems += [f"{place}：{problem}" for problem in found]
    written = _text(content.get("text"), environ, problems)
    if problems:
        listed = "\n".join(f"  · {problem}" for problem in problems)
        raise ConfigError(f"IMAGE_PROVIDERS={path} 有 {len(problems)} 处要改：\n{listed}")
    return Written(tuple(entries.values()), written)


def _parsed(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the file's text and its tables."""
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise ConfigError(f"IMAGE_PROVIDERS={path} 打不开（{error.strerror}）") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # A decode error tells a line and a column, and none of the text.
        raise ConfigError(f"IMAGE_PROVIDERS={path} 不是正确的 TOML（{error}）") from None


def _places(text: str, count: int) -> list[str]:
    """Say where each ``[[provider]]`` stands: its line, or its number where that is unclear."""
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _HEADER.match(line)]
    if len(lines) != count:
        return [f"第 {number} 个 [[provider]]" for number in range(1, count + 1)]
    return [f"第 {line} 行的 [[provider]]" for line in lines]


def _entry(
    table: object, environ: Mapping[str, str], kinds: Kinds, problems: list[str]
) -> Entry | None:
    """Return the entry of *table*, None where it cannot be one; add what is wrong to *problems*."""
    if not isinstance(table, dict):
        problems.append("不是一张表")
        return None
    problems += _unknown(table, _KEYS)
    values: dict[str, Any] = {
        name: _value(name, table[name], problems) for name in sorted(table.keys() & _READERS.keys())
    }
    kind = values.get("kind")
    keyless = {name for name, one in kinds.items() if one.keyless}
    values["api_key"] = _key(table, environ, problems, needed=kind not in keyless)
    problems += [f"{name} 没有写" for name in ("name", "kind", "model") if not table.get(name)]
    if kind and kind not in kinds:
        known = "、".join(kinds)
        problems.append(f"kind = {kind!r} 不认识，只能是 {known}{_meant(kind, set(kinds))}")
    if problems or not isinstance(kind, str):
        return None
    entry = Entry(**values)
    try:
        made = kinds[kind](entry)
    except ConfigError as problem:
        problems.append(str(problem))
        return None
    if entry.quality and entry.quality not in made.qualities:
        can = "、".join(made.qualities)
        problems.append(f"quality 只能是 {can}" if can else "quality 要去掉：这种服务没有画质可选")
    return entry


def _text(table: object, environ: Mapping[str, str], problems: list[str]) -> TextEntry | None:
    if table is None:
        return None
    if not isinstance(table, dict):
        problems.append("[text] 不是一张表")
        return None
    found = list(_unknown(table, _TEXT_KEYS))
    values: dict[str, Any] = {
        name: _value(name, table[name], found)
        for name in ("model", "base_url", "timeout")
        if name in table
    }
    if not table.get("model"):
        found.append("model 没有写")
    values["api_key"] = _key(table, environ, found, needed=False)
    problems += [f"[text]：{problem}" for problem in found]
    return None if found else TextEntry(**values)


def _unknown(table: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    for name in sorted(table.keys() - known):
        yield f"不认识 {name}{_meant(name, known)}"


def _meant(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"，是不是 {close[0]}？" if close else ""


def _key(
    table: Mapping[str, Any],
    environ: Mapping[str, str],
    problems: list[str],
    *,
    needed: bool,
) -> str:
    """Return the key, written out or named; empty where none is *needed*."""
    written, named = table.get("api_key", ""), table.get("api_key_env", "")
    if written and named:
        problems.append("api_key 和 api_key_env 只写一个")
    elif not isinstance(written, str) or not isinstance(named, str):
        problems.append("api_key（或 api_key_env）要写在引号里")
    elif named and not environ.get(named):
        problems.append(f"api_key_env = {named!r}：环境变量和 .env 里都没有它")
    elif not (written or named) and needed:
        problems.append("api_key 没有写：填密钥，或用 api_key_env 写环境变量的名字")
    else:
        return written or environ.get(named, "")
    return ""


def _value(name: str, value: object, problems: list[str]) -> Any:
    read, rule = _READERS[name]
    found = read(value)
    if found is None:
        problems.append(f"{name} {rule}")
    return found


def _words(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() and value.isprintable() else None


def _switch(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(least: float, most: float) -> Callable[[object], float | None]:
    def read(value: object) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return None
        number = float(value)
        return number if least <= number <= most else None

    return read


def _count(least: int, most: int) -> Callable[[object], int | None]:
    def read(value: object) -> int | None:
        return value if type(value) is int and least <= value <= most else None

    return read


def _price(value: object) -> Decimal | None:
    # A number or, as in assets/prices.toml, a number between quotes.
    if isinstance(value, str) and re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value, re.ASCII):
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    price = Decimal(value)
    return price if price.is_finite() and 0 <= price <= 1_000_000 else None  # noqa: PLR2004


_TEXT = (_words, "要写在引号里，不能为空")
_SWITCH = (_switch, "只能是 true 或 false（不加引号）")
_READERS: Mapping[str, tuple[Callable[[object], Any], str]] = {
    "name": (
        lambda value: (
            value
            if isinstance(value, str) and re.fullmatch(r"[0-9A-Za-z_.-]{1,32}", value, re.ASCII)
            else None
        ),
        "要 1–32 位字母、数字、点、横线",
    ),
    "kind": _TEXT,
    "base_url": _TEXT,
    "model": _TEXT,
    "edit_model": _TEXT,
    "quality": _TEXT,
    "api_version": _TEXT,
    "images_per_minute": (_count(1, _MOST_PER_MINUTE), f"要 1–{_MOST_PER_MINUTE} 的整数"),
    "timeout": (_number(5, _MOST_SECONDS), f"要 5–{_MOST_SECONDS} 的秒数"),
    "price": (_price, "要每张图的价钱（按 CURRENCY），例如 0.2；免费写 0"),
    "watermark": _SWITCH,
    "edits": (_count(0, _MOST_IMAGES), f"要 0–{_MOST_IMAGES} 的整数：改图时最多几张原图"),
    "letters": _SWITCH,
    "transparent": _SWITCH,
}
