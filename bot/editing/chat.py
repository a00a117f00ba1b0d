"""Edits spoken in the chat: found again by the message, so that a repeated one changes nothing."""

from dataclasses import dataclass
from hashlib import sha256
from zoneinfo import ZoneInfo

from bot.editing import bulk, exchange, rules, undoing
from bot.editing.bulk import Work
from bot.editing.cells import to_cells
from bot.editing.desk import Desk, Document
from bot.errors import NotThere
from bot.keywords.normalise import normalise
from bot.store import history
from bot.store import rules as stored
from bot.store.history import Entry
from bot.store.rules import Stored

MOST = 200
NEAR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One message of an operator: whose desk it is, and what the message is called."""

    desk: Desk
    zone: ZoneInfo
    key: str

    @property
    def batch(self) -> str:
        """What the message's changes are called in the history."""
        return f"chat-{sha256(self.key.encode()).hexdigest()[:32]}"

    def done(self) -> list[Entry]:
        """What this very message has changed already, for the same answer once more."""
        desk = self.desk
        found = history.batch(desk.db, desk.account_id, self.batch)
        return [one for one in found if rules.id_of(one.object)]


def find(desk: Desk, word: str) -> list[Stored]:
    """Return the rules of that name or with that keyword, in the operator's order."""
    wanted = stored.Filter(text=word)
    found, _total = stored.page(desk.db, desk.account_id, wanted, most=MOST)
    spelt = normalise(word)
    return [one for one in found if spelt in map(normalise, _names(one.document))]


def near(desk: Desk, word: str) -> list[str]:
    """Return the names of some rules that have *word* in them."""
    wanted = stored.Filter(text=word)
    found, _total = stored.page(desk.db, desk.account_id, wanted, most=NEAR)
    return [one.document["name"] for one in found]


def _names(document: Document) -> list[str]:
    keywords = document.get("keywords", ())
    words = [one if isinstance(one, str) else one["text"] for one in keywords]
    return [document["name"], *words]


def add(spoken: Spoken, keywords: list[str], reply: str) -> None:
    """Add a rule of some keywords, named after the first. Raises `ConfigError`."""
    cells = {"关键词": "\n".join(keywords), "回复1": reply}
    first = exchange.checked({"名称": "新规则", **cells}, zone=spoken.zone)["keywords"][0]
    name = first if isinstance(first, str) else first["text"]
    document = exchange.checked({"名称": name[:60], **cells}, zone=spoken.zone)
    bulk.apply(spoken.desk, Work(creates=[document]), batch=spoken.batch)


def change(spoken: Spoken, one: Stored, reply: str) -> None:
    """Let the rule answer with *reply* and nothing else. Raises `ConfigError`, `NotThere`."""
    cells = {
        column: cell
        for column, cell in to_cells(one.document, zone=spoken.zone).items()
        if not column.startswith("回复") and column != "权重"
    }
    document = exchange.checked({**cells, "回复1": reply}, zone=spoken.zone)
    bulk.apply(spoken.desk, Work(changes={one.id: document}), batch=spoken.batch)


def delete(spoken: Spoken, one: Stored) -> None:
    """Raises `NotThere` if the rule is gone."""
    bulk.apply(spoken.desk, Work(deletes=[one.id]), batch=spoken.batch)


def undo(spoken: Spoken) -> None:
    """Take back the operator's last change from the chat.

    Raises:
        NotThere: there is none, or its rule was changed once more since.
    """
    last = undoing.last(spoken.desk, own=True)
    if last is None:
        raise NotThere("你最近没有在这里改过规则。")
    undoing.take_back(spoken.desk, last, into=spoken.batch)
