"""What the overview shows: today against the days before, and what needs attention."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from bot.models import JobState
from bot.store.database import Database
from bot.store.jobs import TOGETHER
from bot.store.tables import budget, counter, image_job, media, message, rule_hit

FAILED = (JobState.FAILED, JobState.UNKNOWN)
SPOKEN = ("text", "voice")


@dataclass(frozen=True, slots=True)
class Span:
    """A day of TIMEZONE (``2026-11-23``) from *start* to before *end*, in epoch ms."""

    day: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one day came to.

    *cost* is spent and reserved, in micro-units; *median* and *p95* are the answers' times in µs,
    *wait* is the median time from the prompt to the picture in ms; 0 where there was nothing.
    *counts* are the doors' counters.
    """

    day: str
    messages: int = 0
    hits: int = 0
    pictures: int = 0
    failures: int = 0
    cost: int = 0
    median: int = 0
    p95: int = 0
    wait: int = 0
    counts: dict[str, int] = field(default_factory=dict)


def spans(zone: ZoneInfo, last: date, count: int) -> list[Span]:
    """Return *count* days up to and with *last*, the oldest first."""
    days = [last - timedelta(days=number) for number in range(count)]
    return [Span(day.isoformat(), _ms(day, zone), _ms(day + timedelta(1), zone)) for day in days][
        ::-1
    ]


def _ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def days(db: Database, account_id: int, *, of: Sequence[Span]) -> list[Day]:
    """Return what each of the days *of*, which follow each other, came to."""
    names = [span.day for span in of]
    with db.read() as tx:
        said = _messages(tx, account_id, of)
        hits = _by_day(
            tx, rule_hit.c.day, func.sum(rule_hit.c.hits), _of(rule_hit, account_id, names)
        )
        spent = _by_day(tx, budget.c.period, func.sum(budget.c.amount), _spent(account_id, names))
        jobs = _jobs(tx, account_id, of)
        counts = _counts(tx, account_id, names)
        return [
            Day(
                day=span.day,
                messages=said.get(span.day, 0),
                hits=hits.get(span.day, 0),
                pictures=jobs.get(span.day, (0, 0))[0],
                failures=jobs.get(span.day, (0, 0))[1],
                cost=spent.get(span.day, 0),
                median=_reply_time(tx, account_id, span, said.get(span.day, 0), 0.5),
                p95=_reply_time(tx, account_id, span, said.get(span.day, 0), 0.95),
                wait=_wait(tx, account_id, span),
                counts=counts.get(span.day, {}),
            )
            for span in of
        ]


def _of(table: Any, account_id: int, names: Sequence[str]) -> ColumnElement[bool]:
    return and_(table.c.account_id == account_id, table.c.day.in_(names))


def _spent(account_id: int, names: Sequence[str]) -> ColumnElement[bool]:
    return and_(budget.c.account_id == account_id, budget.c.period.in_(names))


def _by_day(
    tx: Connection, day: ColumnElement[str], value: ColumnElement[Any], where: ColumnElement[bool]
) -> dict[str, int]:
    rows = tx.execute(select(day, value).where(where).group_by(day)).all()
    return {name: int(number) for name, number in rows}


def _within(column: ColumnElement[int], start: int, end: int) -> ColumnElement[bool]:
    return and_(column >= start, column < end)


def _messages(tx: Connection, account_id: int, of: Sequence[Span]) -> dict[str, int]:
    # CASE instead of a date function: no two databases share one that knows time zones.
    day = case(*((message.c.created_at < span.end, span.day) for span in of))
    where = and_(
        message.c.account_id == account_id,
        _within(message.c.created_at, of[0].start, of[-1].end),
    )
    inner = select(day.label("day")).where(where).subquery()
    return _by_day(tx, inner.c.day, func.count(), inner.c.day != "")


def _jobs(tx: Connection, account_id: int, of: Sequence[Span]) -> dict[str, tuple[int, int]]:
    """Return the pictures made and the failures of each day."""
    drawn = func.sum(case((image_job.c.generated_at > 0, 1), else_=0))
    failed = func.sum(case((image_job.c.state.in_(FAILED), 1), else_=0))
    rows = tx.execute(
        select(image_job.c.day, drawn, failed)
        .where(
            image_job.c.account_id == account_id,
            image_job.c.kind.not_in(TOGETHER),
            _within(image_job.c.created_at, of[0].start, of[-1].end),
        )
        .group_by(image_job.c.day)
    ).all()
    return {day: (int(made), int(bad)) for day, made, bad in rows}


def _counts(tx: Connection, account_id: int, names: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    columns = (counter.c.day, counter.c.name, counter.c.value)
    for day, name, value in tx.execute(select(*columns).where(_of(counter, account_id, names))):
        found.setdefault(day, {})[name] = value
    return found


def _reply_time(tx: Connection, account_id: int, span: Span, count: int, share: float) -> int:
    if not count:
        return 0
    where = and_(
        message.c.account_id == account_id,
        _within(message.c.created_at, span.start, span.end),
    )
    return _nth(tx, message.c.micros, where, ceil(count * share) - 1)


def _wait(tx: Connection, account_id: int, span: Span) -> int:
    where = and_(
        image_job.c.account_id == account_id,
        image_job.c.kind.not_in(TOGETHER),
        _within(image_job.c.created_at, span.start, span.end),
        image_job.c.generated_at > 0,
    )
    count: int = tx.execute(select(func.count()).select_from(image_job).where(where)).scalar_one()
    took = image_job.c.generated_at - image_job.c.created_at
    return _nth(tx, took, where, (count - 1) // 2) if count else 0


def _nth(tx: Connection, value: ColumnElement[int], where: ColumnElement[bool], place: int) -> int:
    query = select(value).where(where).order_by(value).limit(1).offset(place)
    return int(tx.execute(query).scalar() or 0)


# ---- what needs attention ----


def failures(db: Database, account_id: int, span: Span) -> Counter[str]:
    """Return how many of the day's jobs failed, by reason."""
    where = and_(
        image_job.c.account_id == account_id,
        image_job.c.kind.not_in(TOGETHER),
        _within(image_job.c.created_at, span.start, span.end),
        image_job.c.state.in_(FAILED),
    )
    query = select(image_job.c.reason, func.count()).where(where).group_by(image_job.c.reason)
    with db.read() as tx:
        return Counter(dict(tx.execute(query).all()))


def last_counted(db: Database, account_id: int, name: str) -> str:
    """Return the last day something was counted at the doors, "" if never."""
    where = and_(counter.c.account_id == account_id, counter.c.name == name)
    with db.read() as tx:
        return tx.execute(select(func.max(counter.c.day)).where(where)).scalar() or ""


def last_message(db: Database, account_id: int) -> int:
    """Return when a push last came, in epoch ms, 0 if never."""
    with db.read() as tx:
        found = tx.execute(
            select(func.max(message.c.created_at)).where(message.c.account_id == account_id)
        ).scalar()
    return int(found or 0)


def unmatched(db: Database, account_id: int, *, since: int) -> int:
    """How many messages since then (epoch ms) got the default answer, a guess, or nothing."""
    guessed = and_(message.c.handler == "keyword", message.c.rule_id == 0)
    where = and_(
        message.c.account_id == account_id,
        message.c.created_at >= since,
        message.c.kind.in_(SPOKEN),
        or_(message.c.handler.in_(("", "default")), guessed),
    )
    with db.read() as tx:
        found: int = tx.execute(select(func.count()).select_from(message).where(where)).scalar_one()
    return found


def broken_files(db: Database, account_id: int, app_id: str) -> list[str]:
    """Return the canned replies' files that WeChat does not have and would not take."""
    where = and_(
        media.c.account_id == account_id,
        media.c.app_id == app_id,
        media.c.media_id == "",
        media.c.error != "",
    )
    with db.read() as tx:
        return list(tx.execute(select(media.c.name).where(where).order_by(media.c.name)).scalars())
