"""Every verdict on words and pictures, with its reason; three blocks in a day are enough."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from bot.store.database import Database, now_ms
from bot.store.tables import decision, image_job, message

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


def blocks(db: Database, account_id: int, *, openid: str, day: str, but: str = "") -> int:
    """How often the follower was blocked that day, *but* for one message, since any pardon."""
    counts = _counts(account_id, day).where(
        decision.c.openid == openid, decision.c.message_key != but
    )
    with db.read() as tx:
        row = tx.execute(counts).one_or_none()
    return int(row[1]) if row else 0


def paused(db: Database, account_id: int, *, day: str, most: int) -> dict[str, int]:
    """Return who was blocked *most* times or more that day, since any pardon, and how often."""
    counts = _counts(account_id, day).subquery()
    query = select(counts.c.openid, counts.c.count).where(counts.c.count >= most)
    with db.read() as tx:
        rows = tx.execute(query.order_by(counts.c.openid)).all()
    return dict(rows)


def _counts(account_id: int, day: str) -> Select[Any]:
    """How often each follower was blocked, since any pardon.

    A message may be blocked at more than one stage.
    """
    pardon = decision.alias("pardon")
    pardoned = (
        select(pardon.c.id)
        .where(
            pardon.c.account_id == account_id,
            pardon.c.openid == decision.c.openid,
            pardon.c.day == day,
            pardon.c.verdict == Verdict.PARDONED,
            pardon.c.id > decision.c.id,
        )
        .exists()
    )
    return (
        select(decision.c.openid, func.count(decision.c.message_key.distinct()).label("count"))
        .where(
            decision.c.account_id == account_id,
            decision.c.day == day,
            decision.c.verdict == Verdict.BLOCKED,
            ~pardoned,
        )
        .group_by(decision.c.openid)
    )


def of_job(db: Database, job_id: int) -> list[Decision]:
    """Return what was decided of a job, in order."""
    query = select(*_COLUMNS).where(decision.c.job_id == job_id).order_by(decision.c.id)
    with db.read() as tx:
        return [Decision(**row._mapping) for row in tx.execute(query)]  # noqa: SLF001 — public


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked(Decision):
    """*words* are what was blocked, as long as they are kept."""

    words: str | None


def newest(
    db: Database, account_id: int, *, most: int, skip: int = 0, stage: str = ""
) -> tuple[list[Blocked], int]:
    """Return what was blocked and pardoned, the newest first, and how many there are in all."""
    mine = [decision.c.account_id == account_id, decision.c.verdict != Verdict.PASSED]
    if stage:
        mine.append(decision.c.stage == stage)
    # A job's own words before the message's: a tapped menu key says less.
    said = func.coalesce(image_job.c.prompt, message.c.content).label("words")
    asked = and_(
        message.c.account_id == decision.c.account_id,
        message.c.message_key == decision.c.message_key,
    )
    query = (
        select(*_COLUMNS, said)
        .outerjoin(image_job, image_job.c.id == decision.c.job_id)
        .outerjoin(message, asked)
        .where(*mine)
        .order_by(decision.c.id.desc())
    )
    with db.read() as tx:
        total: int = tx.execute(
            select(func.count()).select_from(decision).where(*mine)
        ).scalar_one()
        rows = tx.execute(query.limit(most).offset(skip)).all()
    return [Blocked(**row._mapping) for row in rows], total  # noqa: SLF001 — public
