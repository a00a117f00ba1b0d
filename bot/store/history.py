"""Who changed what: an append-only chain in which every row holds the hash of the one before."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update

from bot.store.database import Database, clock
from bot.store.tables import account
from bot.store.tables import history as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts and from where: *via* is ``console``, ``api``, ``cli``, ``chat`` or ``system``."""

    name: str
    via: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one *object* (``rule:12``, ``menu``, ``setting:BUDGET_DAILY`` …).

    *action* is ``subject.verb`` (``rule.save``, ``rule.delete`` …), *title* what people call the
    object. *before* and *after* are its documents, None where there was or is none; no secret may
    be in them. Changes of one *batch* are undone together.
    """

    action: str
    object: str
    title: str = ""
    note: str = ""
    before: Any = None
    after: Any = None
    batch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Change):
    """A change as it was kept. *at* is in epoch ms."""

    id: int
    at: int
    actor: str
    via: str
    address: str
    previous: str
    hash: str


_COLUMNS = [table.c[one.name] for one in fields(Entry)]


def lock(tx: Connection, account_id: int) -> None:
    """Make those who change anything of the account come one after the other."""
    mine = account.c.id == account_id
    tx.execute(update(account).where(mine).values(created_at=account.c.created_at))


def record(tx: Connection, account_id: int, actor: Actor, *changes: Change) -> None:
    """Add *changes* to the chain in the transaction that makes them; the caller holds `lock`."""
    previous = tx.execute(
        select(table.c.hash)
        .where(table.c.account_id == account_id)
        .order_by(table.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    previous, at = previous or "", clock(tx)
    rows = []
    for change in changes:
        row = _row(account_id, actor, change, at=at, previous=previous)
        previous = row["hash"]
        rows.append(row)
    if rows:
        tx.execute(table.insert(), rows)


def _row(
    account_id: int, actor: Actor, change: Change, *, at: int, previous: str
) -> dict[str, Any]:
    row = {name: getattr(change, name) for name in ("action", "object", "batch")}
    row |= {"title": change.title[:191], "note": change.note[:255]}
    row |= {"before": _dump(change.before), "after": _dump(change.after)}
    row |= {"actor": actor.name[:64], "via": actor.via, "address": actor.address[:64]}
    row |= {"account_id": account_id, "at": at, "previous": previous}
    return row | {"hash": _hash(row)}


def _dump(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


def _hash(row: dict[str, Any]) -> str:
    sealed = {name: value for name, value in row.items() if name not in {"id", "hash"}}
    return sha256(_dump(sealed).encode()).hexdigest()


def verify(db: Database, account_id: int) -> tuple[int, int]:
    """Walk the chain; return how many entries hold, and the id of the first that does not or 0."""
    previous, count = "", 0
    own = table.c.account_id == account_id
    with db.read() as tx:
        for row in tx.execute(select(table).where(own).order_by(table.c.id)).mappings():
            if row["previous"] != previous or _hash(dict(row)) != row["hash"]:
                return count, int(row["id"])
            previous, count = row["hash"], count + 1
    return count, 0


def get(db: Database, account_id: int, entry_id: int) -> Entry | None:
    found = _read(db, and_(table.c.account_id == account_id, table.c.id == entry_id), most=1)
    return found[0] if found else None


def of(db: Database, account_id: int, name: str, *, most: int = 100) -> list[Entry]:
    """The object's changes, newest first."""
    return _read(db, and_(table.c.account_id == account_id, table.c.object == name), most=most)


def knows(tx: Connection, account_id: int, name: str) -> bool:
    """Whether a batch of that name is recorded already."""
    own = and_(table.c.account_id == account_id, table.c.batch == name)
    query = select(table.c.id).where(own).limit(1)
    return bool(name) and tx.execute(query).one_or_none() is not None


def batch(db: Database, account_id: int, name: str) -> list[Entry]:
    """The changes of one batch, newest first."""
    return _read(db, and_(table.c.account_id == account_id, table.c.batch == name), most=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the list is narrowed to; empty is everything. *subject* is the action's first word."""

    text: str = ""
    actor: str = ""
    subject: str = ""
    object: str = ""

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        if self.text:
            yield or_(
                *(one.contains(self.text, autoescape=True) for one in (table.c.title, table.c.note))
            )
        if self.actor:
            yield table.c.actor == self.actor
        if self.subject:
            yield table.c.action.startswith(f"{self.subject}.", autoescape=True)
        if self.object:
            yield table.c.object == self.object


def page(
    db: Database, account_id: int, wanted: Filter, *, most: int, skip: int = 0
) -> tuple[list[Entry], int]:
    """Return a page of entries, newest first, and how many there are in all."""
    where = and_(table.c.account_id == account_id, *wanted.conditions())
    with db.read() as tx:
        total: int = tx.execute(select(func.count()).select_from(table).where(where)).scalar_one()
    return _read(db, where, most=most, skip=skip), total


def latest(db: Database, account_id: int, objects: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Return who changed each object last, and when in epoch ms."""
    own = and_(table.c.account_id == account_id, table.c.object.in_(objects))
    newest = select(func.max(table.c.id)).where(own).group_by(table.c.object)
    query = select(table.c.object, table.c.actor, table.c.at).where(table.c.id.in_(newest))
    with db.read() as tx:
        return {name: (actor, at) for name, actor, at in tx.execute(query)}


def _read(
    db: Database, where: ColumnElement[bool], *, most: int | None, skip: int = 0
) -> list[Entry]:
    query = select(*_COLUMNS).where(where).order_by(table.c.id.desc()).limit(most).offset(skip)
    with db.read() as tx:
        return [_entry(row) for row in tx.execute(query)]


def _entry(row: Row[Any]) -> Entry:
    values = dict(row._mapping)  # noqa: SLF001 — SQLAlchemy's public name begins so
    values |= {name: json.loads(values[name]) for name in ("before", "after")}
    return Entry(**values)


def as_dict(entry: Entry) -> dict[str, Any]:
    return asdict(entry)
