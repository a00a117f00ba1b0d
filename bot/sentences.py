"""What the bot says, as data: a catalogue of texts with their defaults, and an operator's own.

An operator writes ``{name}`` where a value comes, ``[[取图]]`` for a word that can be tapped,
``[[看看|取图]]`` for one that shows something else than it sends, and ``[[看大图|{url}]]`` for a
link, whose field's name begins with ``url``.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from bot.errors import ConfigError, Reason
from bot.taps import link, plain, tap

log = logging.getLogger(__name__)
LONGEST: Final = 1_500  # bytes of UTF-8; an answer of WeChat's holds 2,048
_PARTS: Final = re.compile(r"\[\[(?P<tap>[^\[\]]+)\]\]|\{(?P<field>[a-z_]+)\}")
_ADDRESS: Final = re.compile(r"\{url(?:_[a-z]+)?\}$|https?://")
_FIELD: Final = re.compile(r"\{([a-z_]+)\}")
_STRAY: Final = re.compile(r"[{}]|\[\[|\]\]")


class Ready(str):
    """A value that is written as WeChat shows it; any other is a follower's own words."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One thing the bot says. *fields* are the names it may hold, each with an example.

    *needed* are those it must not be without.
    """

    name: str
    group: str
    title: str
    default: str
    fields: Mapping[str, str] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()


class Template:
    """One text, taken apart once.

    Raises:
        ConfigError: with what an operator has to change, a line each.
    """

    def __init__(self, written: str, text: Text) -> None:
        if problems := list(_problems(written, text)):
            raise ConfigError("\n".join(problems))
        self._parts = tuple(_split(written))

    def fill(self, values: Mapping[str, str | int]) -> str:
        return "".join(_said(part, values) for part in self._parts)


def _split(written: str) -> Iterator[str | re.Match[str]]:
    """Yield literal texts, and the matches of what stands for something else."""
    end = 0
    for match in _PARTS.finditer(written):
        yield written[end : match.start()]
        yield match
        end = match.end()
    yield written[end:]


def _said(part: str | re.Match[str], values: Mapping[str, str | int]) -> str:
    if isinstance(part, str):
        return part
    if name := part["field"]:
        value = values.get(name, "")
        return value if isinstance(value, Ready) else plain(str(value))
    label, _, target = part["tap"].partition("|")
    shown, sent = (_filled(one, values) for one in (label, target or label))
    # Judged by what the operator wrote: no follower's words become an address.
    if _ADDRESS.match(target):
        return link(sent, shown)
    return tap(sent, shown)


def _filled(written: str, values: Mapping[str, str | int]) -> str:
    return _FIELD.sub(lambda match: str(values.get(match[1], "")), written)


def _problems(written: str, text: Text) -> Iterator[str]:
    if not written.strip():
        yield "不能为空"
    used = set(_FIELD.findall(written))
    listed = "、".join(f"{{{name}}}" for name in text.fields) or "没有"
    for name in sorted(used - set(text.fields)):
        yield f"没有 {{{name}}} 这个占位；这一句可用的：{listed}"
    for name in sorted(text.needed - used):
        yield f"少了 {{{name}}}，这一句里一定要有它"
    rest = _FIELD.sub("", _PARTS.sub("", written))
    if stray := _STRAY.search(rest):
        yield f"“{stray[0]}” 没有配对：占位写 {{名字}}，可点的词写 [[词]]"
    if any(not one.strip() for match in _PARTS.finditer(written) for one in _halves(match)):
        yield "[[ ]] 里要有文字：[[取图]] 或 [[看看|取图]]"
    if len(written.encode(errors="replace")) > LONGEST:
        yield f"太长了：最多 {LONGEST // 3} 个汉字"


def _halves(match: re.Match[str]) -> list[str]:
    return match["tap"].split("|") if match["tap"] else []


class Sentences:
    """Everything the bot says: *texts* with their defaults, *own* what an operator wrote instead.

    An own text that cannot be used is left out: the default is said.
    """

    def __init__(self, texts: Iterable[Text], own: Mapping[str, str] | None = None) -> None:
        self.texts = {text.name: text for text in texts}
        self._templates = {name: Template(text.default, text) for name, text in self.texts.items()}
        for name in self.texts.keys() & (own or {}).keys():
            try:
                self._templates[name] = Template((own or {})[name], self.texts[name])
            except ConfigError as problem:
                log.warning("the text %s is said as it was at first: %s", name, problem)

    def say(self, name: str, **values: str | int) -> str:
        """Return the text of that name, its fields filled."""
        return self._templates[name].fill(values)

    def refusal(self, reason: Reason, details: Mapping[str, str | int]) -> str:
        return self.say(f"reason.{reason}", **details)

    def check(self, name: str, written: str) -> str:
        """Return how *written* would be said as that text, with its examples.

        Raises:
            ConfigError: with what has to be changed, a line each.
        """
        text = self.texts[name]
        return Template(written, text).fill(text.fields)

    def sent_by_taps(self) -> frozenset[str]:
        """Return the words that a tap sends, by the first texts: the bot's own commands."""
        targets = (
            match["tap"].rpartition("|")[2]
            for text in self.texts.values()
            for match in _PARTS.finditer(text.default)
            if match["tap"]
        )
        return frozenset(one for one in targets if not _FIELD.search(one))

    def with_own(self, own: Mapping[str, str]) -> Self:
        """Return these sentences with an operator's own in their place."""
        return type(self)(self.texts.values(), own)
