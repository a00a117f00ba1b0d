"""The library: what ``file:<name>`` in a rule may be — the operators' uploads, then what ships."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select

from bot.settings import ASSETS
from bot.store import rules
from bot.store.database import Database
from bot.store.files import Files
from bot.store.rules import Stored
from bot.store.tables import history, rule
from bot.store.tables import library as table

BUILT_IN = ASSETS / "replies"
PREFIX = "file:"
SUBJECT = "library."  # of the history's actions
# Where each type of reply names its file, and what that file must be.
FIELDS: Mapping[str, tuple[str, str]] = {
    "image": ("media", "image"),
    "voice": ("media", "voice"),
    "video": ("media", "video"),
    "music": ("thumb", "thumb"),
}
_KINDS = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif"), "image"),
    **dict.fromkeys((".mp3", ".amr"), "voice"),
    ".mp4": "video",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """*kind* is WeChat's: image, voice, video, thumb. What ships has nobody as *created_by*."""

    name: str
    kind: str
    sha256: str
    size: int
    width: int = 0
    height: int = 0
    created_at: int = 0
    created_by: str = ""

    @property
    def built_in(self) -> bool:
        return not self.created_by


@dataclass(frozen=True, slots=True)
class Use:
    """A rule that answers with a file; *kind* is what the reply takes it for."""

    rule_id: int
    rule: str
    kind: str


_COLUMNS = [table.c[one.name] for one in fields(Item)]


def items(db: Database, account_id: int) -> list[Item]:
    """Return everything, the newest upload first and what ships last."""
    query = select(*_COLUMNS).where(table.c.account_id == account_id)
    with db.read() as tx:
        rows = tx.execute(query.order_by(table.c.created_at.desc(), table.c.name)).mappings()
        own = [Item(**row) for row in rows]
    known = {one.name for one in own}
    return own + [one for one in built_in() if one.name not in known]


def find(db: Database, account_id: int, name: str) -> Item | None:
    with db.read() as tx:
        return get(tx, account_id, name) or shipped(name)


def get(tx: Connection, account_id: int, name: str) -> Item | None:
    """Return an upload."""
    row = tx.execute(select(*_COLUMNS).where(_own(account_id, name))).mappings().first()
    return Item(**row) if row else None


def read(files: Files, item: Item) -> bytes:
    """Return the bytes of an item. Raises OSError where they are lost."""
    return (BUILT_IN / item.name).read_bytes() if item.built_in else files.read(item.sha256)


# ---- what ships ----


def built_in() -> list[Item]:
    found = (shipped(path.name) for path in sorted(BUILT_IN.iterdir()))
    return [one for one in found if one]


def shipped(name: str) -> Item | None:
    """Return a file of ``assets/replies``, None if there is none of that name."""
    path = BUILT_IN / name
    # A rule names a file, never a path.
    if path.parent != BUILT_IN or path.suffix.lower() not in _KINDS or not path.is_file():
        return None
    seen = path.stat()
    sha256 = _digest(path, seen.st_mtime_ns, seen.st_size)
    return Item(name=name, kind=_KINDS[path.suffix.lower()], sha256=sha256, size=seen.st_size)


@lru_cache(maxsize=1024)
def _digest(path: Path, _modified: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ---- what an editor does, inside its own transaction ----


def put(tx: Connection, account_id: int, item: Item) -> None:
    """Keep *item* under its name, whatever stood there."""
    remove(tx, account_id, item.name)
    tx.execute(table.insert().values(account_id=account_id, **asdict(item)))


def remove(tx: Connection, account_id: int, name: str) -> None:
    tx.execute(delete(table).where(_own(account_id, name)))


# ---- where files are used ----


def using(tx: Connection, account_id: int, name: str) -> list[Stored]:
    """Return the rules that answer with the file, in the operator's order."""
    written = json.dumps(PREFIX + name, ensure_ascii=False)[1:-1]
    where = (rule.c.account_id == account_id) & rule.c.document.contains(written, autoescape=True)
    ids = tx.execute(select(rule.c.id).where(where)).scalars().all()
    found = rules.fetch(tx, account_id, ids)
    return [one for one in found if any(used == name for used, _ in _named(one.document))]


def uses(db: Database, account_id: int) -> dict[str, list[Use]]:
    """Return name → the rules that answer with that file."""
    where = (rule.c.account_id == account_id) & rule.c.document.contains(PREFIX)
    found: dict[str, list[Use]] = {}
    with db.read() as tx:
        rows = tx.execute(
            select(rule.c.id, rule.c.name, rule.c.document)
            .where(where)
            .order_by(rule.c.position, rule.c.id)
        ).all()
    for id_, title, document in rows:
        # A rule may answer with one file twice.
        for name, kind in dict.fromkeys(_named(json.loads(document))):
            found.setdefault(name, []).append(Use(id_, title, kind))
    return found


def renamed(document: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return a rule's document with its references to one file pointed at another."""

    def pointed(reply: Any) -> Any:
        field = FIELDS[reply["type"]][0] if _file(reply) == old else ""
        return {**reply, field: PREFIX + new} if field else reply

    return {**document, "replies": [pointed(one) for one in document["replies"]]}


def _named(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for reply in document.get("replies", ()):
        if name := _file(reply):
            yield name, FIELDS[reply["type"]][1]


def _file(reply: Any) -> str:
    """Return the name after ``file:`` in a reply, empty if it names none."""
    field = FIELDS.get(reply["type"]) if isinstance(reply, dict) else None
    value = str(reply.get(field[0], "")) if field else ""
    return value.removeprefix(PREFIX) if value.startswith(PREFIX) else ""


# ---- bytes nobody needs ----


def needed(tx: Connection, hashes: Iterable[str], *, since: int) -> set[str]:
    """Return those of the hashes that an item has, or had at a change since then (epoch ms)."""
    kept = set(tx.execute(select(table.c.sha256)).scalars())
    changed = select(history.c.before, history.c.after).where(
        history.c.action.startswith(SUBJECT, autoescape=True), history.c.at >= since
    )
    documents = (json.loads(one) for row in tx.execute(changed) for one in row)
    kept |= {str(one.get("sha256")) for one in documents if isinstance(one, dict)}
    return kept & set(hashes)


def _own(account_id: int, name: str) -> Any:
    return (table.c.account_id == account_id) & (table.c.name == name)
