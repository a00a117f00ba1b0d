"""Complaints: taken once per message, listed with the open ones first, handled with a note."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select, update

from bot.store.database import Database, now_ms, retried
from bot.store.tables import complaint, image_job

DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """*job_id* is the picture it names, 0 for none; *handled_at* 0 while it is open."""

    id: int
    openid: str
    job_id: int
    content: str
    created_at: int
    handled_at: int
    handled_by: str
    note: str


_COLUMNS = [complaint.c[one.name] for one in fields(Complaint)]


@retried
def take(
    db: Database,
    account_id: int,
    *,
    openid: str,
    message_key: str,
    job_id: int,
    content: str,
    most_a_day: int,
) -> int | None:
    """Keep a complaint once per message; return its number, None where there are too many.

    A *job_id* of no picture of the account is left out.
    """
    mine = and_(complaint.c.account_id == account_id, complaint.c.openid == openid)
    known = select(complaint.c.id).where(complaint.c.message_key == message_key)
    with db.write() as tx:
        if number := tx.execute(known).scalar():
            return int(number)
        lately = and_(mine, complaint.c.created_at > now_ms() - DAY_MS)
        count = select(func.count()).select_from(complaint).where(lately)
        if tx.execute(count).scalar_one() >= most_a_day:
            return None
        own = {"account_id": account_id, "openid": openid, "message_key": message_key}
        job = and_(image_job.c.account_id == account_id, image_job.c.id == job_id)
        named = tx.execute(select(image_job.c.id).where(job)).scalar() or 0
        values = {"job_id": named, "content": content, "created_at": now_ms()}
        tx.execute(db.insert_new(complaint).values(**own, **values))
        return int(tx.execute(known).scalar_one())


def page(
    db: Database, account_id: int, *, state: str = "", most: int, skip: int = 0
) -> tuple[list[Complaint], int]:
    """Return a page, the open ones first, and how many there are; *state* ``open``, ``handled``."""
    where = complaint.c.account_id == account_id
    if state:
        is_open = complaint.c.handled_at == 0
        where = and_(where, is_open if state == "open" else complaint.c.handled_at > 0)
    first = case((complaint.c.handled_at == 0, 0), else_=1)
    query = select(*_COLUMNS).where(where).order_by(first, complaint.c.id.desc())
    with db.read() as tx:
        total: int = tx.execute(
            select(func.count()).select_from(complaint).where(where)
        ).scalar_one()
        return [_record(row) for row in tx.execute(query.limit(most).offset(skip))], total


def waiting(db: Database, account_id: int) -> tuple[int, int]:
    """Return how many are open, and since when the oldest is (epoch ms)."""
    still = (complaint.c.account_id == account_id, complaint.c.handled_at == 0)
    query = select(func.count(), func.min(complaint.c.created_at)).where(*still)
    with db.read() as tx:
        count, oldest = tx.execute(query).one()
    return count, oldest or 0


def find(tx: Connection, account_id: int, number: int) -> Complaint | None:
    row = tx.execute(select(*_COLUMNS).where(_own(account_id, number))).one_or_none()
    return _record(row) if row else None


def change(tx: Connection, account_id: int, number: int, **values: Any) -> None:
    tx.execute(update(complaint).where(_own(account_id, number)).values(values))


def _own(account_id: int, number: int) -> ColumnElement[bool]:
    return and_(complaint.c.account_id == account_id, complaint.c.id == number)


def _record(row: Any) -> Complaint:
    return Complaint(**row._mapping)  # noqa: SLF001 — public
