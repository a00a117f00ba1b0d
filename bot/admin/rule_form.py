"""The editor's form: a rule's document → fields, and what was posted → a document.

A reply's fields are named ``<key>.<field>``, an article's ``<key>.<key>.<field>``; the hidden
fields ``reply`` and ``<key>.article`` hold the keys in their order, so that a page may add, remove
and move blocks without counting. Nothing is judged here: what cannot be a value of a document is
handed on as it was typed, for the document's reader to complain about.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

Document = dict[str, Any]
Form = MultiDict[str, str]

# type → its fields, in the order of the form; articles are apart.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("content",),
    "image": ("media", "alt"),
    "voice": ("media", "alt"),
    "video": ("media", "title", "description", "alt"),
    "music": ("thumb", "title", "description", "url", "hq_url", "alt"),
    "news": (),
    "miniprogram": ("app_id", "path", "title", "thumb", "url"),
    "transfer": ("account",),
}
ARTICLE: Final = ("title", "description", "url", "pic_url")
LONG: Final = frozenset({"content", "description", "alt"})  # these may hold line ends
_FILES: Final = frozenset({"media", "thumb"})
_ALWAYS: Final = frozenset({"content", "media", "app_id", "description"})
_MOST_BLOCKS = 50  # a form with more was not made by the page


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """A block of the form: *values* as typed, *articles* with their keys."""

    key: str
    type: str
    weight: str
    values: Mapping[str, str]
    articles: tuple[tuple[str, Mapping[str, str]], ...] = ()

    def with_files(self, names: Container[str]) -> "ReplyDraft":
        if self.type == "miniprogram":  # its cover is a media_id, never a file
            return self
        named = {
            name: f"file:{value.strip()}"
            for name, value in self.values.items()
            if name in _FILES and value.strip() in names
        }
        return replace(self, values={**self.values, **named}) if named else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The form as it was posted, for the page to show again."""

    name: str
    trigger: str
    keywords: tuple[tuple[str, str], ...]
    excluding: str
    replies: tuple[ReplyDraft, ...]
    pick: str
    tags: str
    enabled: bool
    starts_at: str
    ends_at: str
    note: str = ""
    revision: int = 0
    base: str = ""

    @classmethod
    def read(cls, form: Form) -> "Draft":
        pairs = zip(form.getlist("keyword"), form.getlist("mode"), strict=False)
        revision = form.get("revision", "")
        return cls(
            name=form.get("name", ""),
            trigger=form.get("trigger", "keyword"),
            keywords=tuple(pairs),
            excluding=_plain(form.get("excluding", "")),
            replies=tuple(_reply(form, key) for key in form.getlist("reply")[:_MOST_BLOCKS]),
            pick=form.get("pick", "all"),
            tags=form.get("tags", ""),
            enabled="enabled" in form,
            starts_at=form.get("starts_at", ""),
            ends_at=form.get("ends_at", ""),
            note=form.get("note", ""),
            revision=int(revision) if revision.isascii() and revision.isdigit() else 0,
            base=form.get("base", ""),
        )

    def with_files(self, names: Container[str]) -> "Draft":
        """Write ``file:`` before what is the bare name of a file; WeChat knows no such media."""
        return replace(self, replies=tuple(reply.with_files(names) for reply in self.replies))

    def document(self, zone: ZoneInfo) -> Document:
        """Return what the form says, without what was left empty."""
        made: Document = {"name": self.name, "trigger": self.trigger, "pick": self.pick}
        keywords = [{"text": text, "mode": mode} for text, mode in self.keywords if text.strip()]
        excluding = [word for word in self.excluding.split("\n") if word.strip()]
        tags = [tag for each in re.split("[,，]", self.tags) if (tag := each.strip())]
        weights = [_number(reply.weight) for reply in self.replies]
        made |= {"keywords": keywords} if keywords else {}
        made |= {"excluding": excluding} if excluding else {}
        made |= {"tags": tags} if tags else {}
        made |= {} if self.enabled else {"enabled": False}
        if any(reply.weight.strip() for reply in self.replies):
            made["weights"] = weights
        for name, value in (("starts_at", self.starts_at), ("ends_at", self.ends_at)):
            if value.strip():
                made[name] = _moment(value, zone)
        made["replies"] = [_reply_document(reply) for reply in self.replies]
        return made


def fields(document: Mapping[str, Any], zone: ZoneInfo) -> Form:
    """Return *document* as the page's form would post it."""
    form: Form = MultiDict(
        {
            "name": _line(document.get("name", "")),
            "trigger": document.get("trigger", "keyword"),
            "pick": document.get("pick", "all"),
            "excluding": "\n".join(map(_line, document.get("excluding", ()))),
            "tags": ", ".join(map(_line, document.get("tags", ()))),
        }
    )
    for keyword in document.get("keywords", ()):
        written = {"text": keyword} if isinstance(keyword, str) else keyword
        form.add("keyword", _line(written["text"]))
        form.add("mode", written.get("mode", "exact"))
    if document.get("enabled", True):
        form.add("enabled", "on")
    for name in ("starts_at", "ends_at"):
        if document.get(name):
            form.add(name, _local(document[name], zone))
    weights = document.get("weights", ())
    for number, reply in enumerate(document.get("replies", ())):
        written = {"type": "text", "content": reply} if isinstance(reply, str) else reply
        _add_reply(form, f"r{number}", written)
        form.add(f"r{number}.weight", str(weights[number]) if number < len(weights) else "")
    return form


def _add_reply(form: Form, key: str, reply: Mapping[str, Any]) -> None:
    form.add("reply", key)
    form.add(f"{key}.type", reply["type"])
    for name in FIELDS[reply["type"]]:
        form.add(f"{key}.{name}", _typed(name, reply.get(name, "")))
    for number, article in enumerate(reply.get("articles", ())):
        form.add(f"{key}.article", f"a{number}")
        for name in ARTICLE:
            form.add(f"{key}.a{number}.{name}", _typed(name, article.get(name, "")))


def _reply(form: Form, key: str) -> ReplyDraft:
    kind = form.get(f"{key}.type", "")
    articles = form.getlist(f"{key}.article")[:_MOST_BLOCKS] if kind == "news" else []
    return ReplyDraft(
        key,
        kind,
        form.get(f"{key}.weight", ""),
        {name: _plain(form.get(f"{key}.{name}", "")) for name in FIELDS.get(kind, ())},
        tuple(
            (one, {name: _plain(form.get(f"{key}.{one}.{name}", "")) for name in ARTICLE})
            for one in articles
        ),
    )


def _reply_document(reply: ReplyDraft) -> Document:
    if reply.type == "news":
        return {"type": "news", "articles": [_given(values) for _, values in reply.articles]}
    return {"type": reply.type} | _given(reply.values)


def _given(values: Mapping[str, str]) -> Document:
    return {name: value for name, value in values.items() if value.strip() or name in _ALWAYS}


def _number(weight: str) -> int | str:
    """Return a weight, 1 where none was typed; what is no number as it is."""
    weight = weight.strip()
    try:
        return int(weight or "1")
    except ValueError:
        return weight


def _moment(local: str, zone: ZoneInfo) -> str:
    try:
        return datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return local


def _local(moment: str | datetime, zone: ZoneInfo) -> str:
    """Return a moment as ``datetime-local`` writes it, in the zone's time."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = moment.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _typed(name: str, value: str) -> str:
    return _plain(value) if name in LONG else _line(value)


def _plain(text: str) -> str:
    r"""Return *text* with its lines ended by ``\n``; browsers post ``\r\n``."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(text: str) -> str:
    """Return *text* as a field of one line can hold it."""
    return re.sub("[\r\n]+", " ", text)


def blank(kind: str) -> ReplyDraft:
    """Return an empty block for the page to copy; ``KEY`` and ``ARTICLE`` stand for its keys."""
    empty = dict.fromkeys(ARTICLE, "")
    articles = (("ARTICLE", empty),) if kind == "news" else ()
    return ReplyDraft("KEY", kind, "", dict.fromkeys(FIELDS[kind], ""), articles)
