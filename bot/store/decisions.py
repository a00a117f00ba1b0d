"""Every verdict on words and pictures, with its reason; three blocks in a day are enough."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, select

from bot.store.database import Database, now_ms
from bot.store.tables import decision

LONGEST_REASON = 255


class Stage(StrEnum):
    """Where a verdict is given, in the order of a job's life."""

    WORDS = "words"  # the operators' list
    INPUT = "input"  # the provider's check of the words, before the call
    DRAW = "draw"  # the provider's own, in the call
    OUTPUT = "output"  # the second check, of the picture


class Verdict(StrEnum):
    PASSED = "passed"
    BLOCKED = "blocked"
    PARDONED = "pardoned"  # by an operator: what was blocked before counts no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """*day* is that of TIMEZONE; *job_id* 0 where there was no job yet."""

    openid: str
    message_key: str
    stage: str
    verdict: str
    reason: str
    day: str
    job_id: int = 0
    at: int = 0


_COLUMNS = [decision.c[name] for name in Decision.__dataclass_fields__]


def record(db: Database, tx: Connection, account_id: int, made: Decision) -> None:
    """Add a verdict once; the first one of a message's stage stands."""
    values = {name: getattr(made, name) for name in Decision.__dataclass_fields__}
    values |= {"reason": made.reason[:LONGEST_REASON], "at": made.at or now_ms()}
    tx.execute(db.insert_new(decision).values(account_id=account_id, **values))


def blocks(db: Database, account_id: int, *, openid: str, day: str, but: str) -> int:
    """How often the follower was blocked that day, *but* for one message, since any pardon."""
    mine = (
        decision.c.account_id == account_id,
        decision.c.openid == openid,
        decision.c.day == day,
    )
    pardoned = select(func.coalesce(func.max(decision.c.id), 0)).where(
        *mine, decision.c.verdict == Verdict.PARDONED
    )
    # A message may be blocked at more than one stage.
    counted = select(func.count(decision.c.message_key.distinct())).where(
        *mine,
        decision.c.verdict == Verdict.BLOCKED,
        decision.c.message_key != but,
        decision.c.id > pardoned.scalar_subquery(),
    )
    with db.read() as tx:
        found: int = tx.execute(counted).scalar_one()
    return found


def of_job(db: Database, job_id: int) -> list[Decision]:
    """Return what was decided of a job, in order."""
    query = select(*_COLUMNS).where(decision.c.job_id == job_id).order_by(decision.c.id)
    with db.read() as tx:
        return [Decision(**row._mapping) for row in tx.execute(query)]  # noqa: SLF001 — public


def newest(db: Database, account_id: int, *, most: int, skip: int = 0) -> list[Decision]:
    """Return what was blocked, the newest first."""
    blocked = (decision.c.account_id == account_id, decision.c.verdict != Verdict.PASSED)
    query = select(*_COLUMNS).where(*blocked).order_by(decision.c.id.desc())
    with db.read() as tx:
        rows = tx.execute(query.limit(most).offset(skip)).all()
    return [Decision(**row._mapping) for row in rows]  # noqa: SLF001 — public
