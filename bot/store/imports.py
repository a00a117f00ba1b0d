"""Imports of rules: how far the reading is, the plan it made, and what became of it."""

import json
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update

from bot.store import leases
from bot.store.database import Database, changed, now_ms
from bot.store.tables import lease, rule_import

KEPT = 50
ALIVE = 15  # seconds without a sign of life after which its thread is taken for dead


class State(StrEnum):
    READING = "reading"
    READY = "ready"  # the plan is made and waits for the operator
    FAILED = "failed"  # the file cannot be used; the plan says why
    APPLIED = "applied"
    UNDONE = "undone"
    INTERRUPTED = "interrupted"  # reading, but nobody is at it any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """*batch* is what its changes are called in the history; *created_at* is in epoch ms."""

    id: int
    source: str
    state: State
    done: int
    total: int
    batch: str
    created_by: str
    created_at: int


_COLUMNS = [rule_import.c[one.name] for one in fields(Import)]


def begin(db: Database, account_id: int, *, source: str, by: str, plan: Any) -> int:
    """Keep a new import that is being read; old ones go, their changes stay in the history."""
    mine = rule_import.c.account_id == account_id
    values = {"source": source[:191], "created_by": by[:64], "state": State.READING}
    newest = select(rule_import.c.id).where(mine).order_by(rule_import.c.id.desc())
    with db.write() as tx:
        made = tx.execute(
            rule_import.insert().values(
                account_id=account_id, plan=_packed(plan), created_at=now_ms(), **values
            )
        )
        kept = tx.execute(newest.limit(KEPT)).scalars().all()
        tx.execute(delete(rule_import).where(mine, rule_import.c.id.not_in(kept)))
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def hold(db: Database, import_id: int, *, owner: str) -> bool:
    """Say that somebody is reading it; False if it is another."""
    return leases.take(db, _lease(import_id), owner=owner, seconds=ALIVE)


def progress(db: Database, import_id: int, *, done: int, total: int) -> None:
    """Note how far the reading is."""
    own = and_(rule_import.c.id == import_id, rule_import.c.state == State.READING)
    with db.write() as tx:
        tx.execute(update(rule_import).where(own).values(done=done, total=total))


def finish(db: Database, import_id: int, *, owner: str, state: State, plan: Any) -> None:
    """Keep what the reading has come to."""
    own = and_(rule_import.c.id == import_id, rule_import.c.state == State.READING)
    with db.write() as tx:
        tx.execute(update(rule_import).where(own).values(state=state, plan=_packed(plan)))
    leases.release(db, _lease(import_id), owner=owner)


def again(db: Database, account_id: int, import_id: int) -> bool:
    """Let an interrupted import be read again; False if it is not."""
    found = get(db, account_id, import_id)
    if found is None or found.state is not State.INTERRUPTED:
        return False
    with db.write() as tx:
        own = _own(account_id, import_id)
        tx.execute(update(rule_import).where(own).values(state=State.READING, done=0, total=0))
    return True


def replan(db: Database, account_id: int, import_id: int, plan: Any) -> None:
    """Put a new plan in the place of one that waits."""
    own = and_(_own(account_id, import_id), rule_import.c.state == State.READY)
    with db.write() as tx:
        tx.execute(update(rule_import).where(own).values(plan=_packed(plan)))


def settle(
    db: Database, account_id: int, import_id: int, *, was: State, state: State, batch: str
) -> bool:
    """Take the import from one state to the next; False if somebody else just did."""
    own = and_(_own(account_id, import_id), rule_import.c.state == was)
    with db.write() as tx:
        return changed(tx, update(rule_import).where(own).values(state=state, batch=batch)) == 1


def get(db: Database, account_id: int, import_id: int) -> Import | None:
    found = _read(db, _own(account_id, import_id), most=1)
    return found[0] if found else None


def latest(db: Database, account_id: int, *, most: int = KEPT) -> list[Import]:
    """The newest imports, newest first."""
    return _read(db, rule_import.c.account_id == account_id, most=most)


def plan(db: Database, account_id: int, import_id: int) -> Any:
    with db.read() as tx:
        packed = tx.execute(
            select(rule_import.c.plan).where(_own(account_id, import_id))
        ).scalar_one()
    return json.loads(zlib.decompress(b64decode(packed)))


def _packed(document: Any) -> str:
    """Return a plan as the column holds it: 100,000 rows are more than MySQL takes at once."""
    text = json.dumps(document, ensure_ascii=False)
    return b64encode(zlib.compress(text.encode(), 1)).decode()


def _read(db: Database, where: ColumnElement[bool], *, most: int) -> list[Import]:
    query = select(*_COLUMNS).where(where).order_by(rule_import.c.id.desc()).limit(most)
    held = select(lease.c.name).where(lease.c.name.startswith(_LEASE), lease.c.until > now_ms())
    fresh = rule_import.c.created_at > now_ms() - ALIVE * 1000
    with db.read() as tx:
        rows = tx.execute(query.add_columns(fresh)).all()
        reading = any(row.state == State.READING for row in rows)
        alive = set(tx.execute(held).scalars()) if reading else set()
    found = []
    for *values, new in rows:
        named = dict(zip((one.name for one in fields(Import)), values, strict=True))
        named["state"] = State(named["state"])
        lost = named["state"] is State.READING and not new and _lease(named["id"]) not in alive
        found.append(Import(**named | {"state": State.INTERRUPTED} if lost else named))
    return found


_LEASE = "import:"


def _lease(import_id: int) -> str:
    return f"{_LEASE}{import_id}"


def _own(account_id: int, import_id: int) -> ColumnElement[bool]:
    return and_(rule_import.c.account_id == account_id, rule_import.c.id == import_id)
