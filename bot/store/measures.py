"""What is true of all processes and machines together, for `/metrics`: asked of the database."""

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from bot.models import JobState
from bot.store.breakers import Breaker
from bot.store.breakers import read as read_breakers
from bot.store.database import Database, now_ms
from bot.store.leases import ALIVE, count
from bot.store.tables import budget
from bot.store.tables import image_job as job

OPEN = (JobState.QUEUED, JobState.GENERATING, JobState.GENERATED)
DEPTH = (*OPEN, JobState.WAITING, JobState.UNKNOWN)
RESERVED = (JobState.QUEUED, JobState.GENERATING, JobState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """*depth* and *oldest* (ms since the oldest was asked for) are by state; 0 where there is none.

    *booked* is spent and reserved, *reserved* what of it may still come back, both in micro-units
    by period (``2026-11-23``, ``2026-11``).
    """

    depth: dict[str, int]
    oldest: dict[str, int]
    booked: dict[str, int]
    reserved: dict[str, int]
    breakers: dict[str, Breaker]
    workers: int


def read(db: Database, account_id: int, *, day: str, month: str) -> Measured:
    """Raises StoreError: the database does not answer."""
    with db.read() as tx:
        depth = _depth(tx, account_id)
        oldest = _oldest(tx, account_id)
        booked = _booked(tx, account_id, (day, month))
        reserved = _reserved(tx, account_id, day=day, month=month)
    return Measured(
        depth=depth,
        oldest=oldest,
        booked=booked,
        reserved=reserved,
        breakers=read_breakers(db, account_id),
        workers=count(db, ALIVE),
    )


def _depth(tx: Connection, account_id: int) -> dict[str, int]:
    counted = select(job.c.state, func.count()).group_by(job.c.state)
    rows = tx.execute(counted.where(job.c.account_id == account_id, job.c.state.in_(DEPTH)))
    return dict.fromkeys(map(str, DEPTH), 0) | dict(rows.all())


def _oldest(tx: Connection, account_id: int) -> dict[str, int]:
    ages = select(job.c.state, now_ms() - func.min(job.c.created_at)).group_by(job.c.state)
    rows = tx.execute(ages.where(job.c.account_id == account_id, job.c.state.in_(OPEN)))
    return dict.fromkeys(map(str, OPEN), 0) | {state: int(age) for state, age in rows}


def _booked(tx: Connection, account_id: int, periods: tuple[str, ...]) -> dict[str, int]:
    query = select(budget.c.period, budget.c.amount).where(
        budget.c.account_id == account_id, budget.c.period.in_(periods)
    )
    return dict.fromkeys(periods, 0) | dict(tx.execute(query).all())


def _reserved(tx: Connection, account_id: int, *, day: str, month: str) -> dict[str, int]:
    of_day = func.coalesce(func.sum(case((job.c.day == day, job.c.cost), else_=0)), 0)
    of_month = func.coalesce(func.sum(job.c.cost), 0)
    row = tx.execute(
        select(of_day, of_month).where(
            job.c.account_id == account_id, job.c.state.in_(RESERVED), job.c.month == month
        )
    ).one()
    return {day: int(row[0]), month: int(row[1])}
