"""Rules as files that people edit: TOML and YAML."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import tomlkit
import yaml
from tomlkit.items import AoT, Item, Table

from bot.errors import ConfigError
from bot.keywords.documents import to_dict
from bot.keywords.reading import Reader
from bot.models import Rule

Form = Literal["toml", "yaml"]
# libyaml reads faster; it is not built everywhere.
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ANCHOR, _ALIAS = re.compile(r"&\w"), re.compile(r"\*\w")
_BIG = 100_000  # characters
_MAX_PROBLEMS = 50
_LINE_ENDS = frozenset("\r\x85\u2028\u2029\ufeff")


def loads(text: str, *, form: Form) -> tuple[Rule, ...]:
    """Return the rules of a file, in its order.

    Raise ConfigError with the problems of all rules and their places.
    """
    reader = Reader()
    rules = tuple(
        reader.rule(item, f"第 {number} 条规则")
        for number, item in enumerate(items(text, form=form), 1)
    )
    if problems := reader.problems:
        more = len(problems) - _MAX_PROBLEMS
        rest = [f"还有 {more} 处问题没有列出"] if more > 0 else []
        raise ConfigError("\n".join(problems[:_MAX_PROBLEMS] + rest))
    return rules


def dumps(rules: Iterable[Rule], *, form: Form) -> str:
    """Return *rules* as the text of a file, for people to read and change."""
    documents = [to_dict(rule) for rule in rules]
    if form == "yaml":
        return yaml.dump(
            {"rules": documents}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100
        )
    return "\n".join(tomlkit.dumps({"rules": _tables([document])}) for document in documents)


def items(text: str, *, form: Form) -> list[object]:
    """Return what a file lists as rules, unread. Raise ConfigError where it is no list of any."""
    try:
        data = _toml(text) if form == "toml" else _yaml(text)
    except RecursionError:
        raise ConfigError("文件里的括号套得太深") from None
    if data is None:
        return []
    if not isinstance(data, dict) or set(data) - {"rules"}:
        raise ConfigError("规则文件最外层应该只有 rules")
    found = data.get("rules") or []
    if not isinstance(found, list):
        raise ConfigError("rules 应该是一个列表")
    return found


def _toml(text: str) -> object:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"不是正确的 TOML：{error}") from error


def _yaml(text: str) -> object:
    try:
        # A few aliases of aliases unfold to more than memory holds.
        aliases = _ANCHOR.search(text) and _ALIAS.search(text)
        if aliases and any(isinstance(token, yaml.AliasToken) for token in _tokens(text)):
            raise ConfigError("YAML 里不能用 & 和 * 引用，请把内容写全")
        loader = _Patient if len(text) > _BIG else _Loader
        return yaml.load(text, Loader=loader)  # noqa: S506 - the loader is a safe one
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"不是正确的 YAML：{error}") from error


def _tokens(text: str) -> Iterator[yaml.Token]:
    return yaml.scan(text, Loader=_Loader)


def _tables(documents: Iterable[dict[str, Any]]) -> AoT:
    tables = tomlkit.aot()
    for document in documents:
        tables.append(_table(document))
    return tables


def _table(document: dict[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in document.items():
        tabular = key in ("replies", "articles")
        table.add(key, _tables(value) if tabular else _value(value))
    return table


def _value(value: object) -> Item:
    if isinstance(value, str):
        # A carriage return would become a line feed there.
        return tomlkit.string(value, multiline="\n" in value and "\r" not in value)
    return tomlkit.item(value)


class _Once:
    """Refuses keys written twice; the first would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        counted = Counter(str(key.value) for key, _ in node.value)
        twice = [key for key, times in counted.items() if times > 1]
        if twice:
            line = node.start_mark.line + 1
            raise yaml.YAMLError(f"第 {line} 行起的一段里，{'、'.join(sorted(twice))} 写了两次")
        return super().construct_mapping(node, deep=deep)  # type: ignore[misc]  # a loader's


class _Loader(_Once, _Safe):  # type: ignore[misc]  # which class it is depends on the build
    """For files of the usual size."""


class _Patient(_Once, yaml.SafeLoader):
    """For big ones: libyaml lets no other thread run for seconds, and replies would wait."""


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    # YAML takes these for line ends, or for its own mark.
    style = '"' if _LINE_ENDS.intersection(text) else style
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent)
