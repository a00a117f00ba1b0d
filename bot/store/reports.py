"""What the reports count. Days are TIMEZONE's; their bounds are made here, not by the databases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, select

from bot.models import JobState, Trigger
from bot.store.database import Database
from bot.store.jobs import TOGETHER
from bot.store.tables import budget, counter, image_job, message, rule, rule_hit

DAY_MS: Final = 86_400_000
STEP: Final = timedelta(minutes=15)  # no zone changes its offset between two quarters of an hour
EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """The *days* up to and including *last*, in *zone*."""

    last: date
    days: int
    zone: ZoneInfo

    @property
    def dates(self) -> list[str]:
        first = self.last - timedelta(days=self.days - 1)
        return [(first + timedelta(days=number)).isoformat() for number in range(self.days)]

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first moment of the first day, and the first after the last, in UTC."""
        first = date.fromisoformat(self.dates[0])
        ends = (first, self.last + timedelta(days=1))
        start, end = (datetime(one.year, one.month, one.day, tzinfo=self.zone) for one in ends)
        return start.astimezone(UTC), end.astimezone(UTC)

    def offsets(self) -> list[tuple[int, int]]:
        """Return (until, offset) in ms: how far the zone is from UTC before *until*."""
        start, end = self.bounds
        found, now = [], start
        offset = _offset(self.zone, start)
        while now < end:
            now += STEP
            if (other := _offset(self.zone, now)) != offset:
                found.append((_ms(now), offset))
                offset = other
        return [*found, (_ms(end), offset)]


@dataclass(frozen=True, slots=True)
class Times:
    """Half took no longer than *p50*, nineteen of twenty no longer than *p95*."""

    p50: int
    p95: int


@dataclass(frozen=True, slots=True)
class Heard:
    messages: int
    hits: int


def heard(db: Database, account_id: int, span: Span) -> dict[str, Heard]:
    """Return how many messages came each day, and how many a rule answered."""
    found = _messages(account_id, span, case((message.c.rule_id > 0, 1), else_=0))
    query = select(found.c.midnight, func.count(), func.sum(found.c.took))
    with db.read() as tx:
        rows = tx.execute(query.group_by(found.c.midnight)).all()
    return {_day(midnight): Heard(int(count), int(hits)) for midnight, count, hits in rows}


def reply_times(db: Database, account_id: int, span: Span) -> dict[str, Times]:
    """How long answers took each day, in µs."""
    found = _messages(account_id, span, message.c.micros)
    rows = _percentiles(db, found.c.midnight, found.c.took)
    return {_day(midnight): times for midnight, times in rows.items()}


def picture_times(db: Database, account_id: int, span: Span) -> dict[str, Times]:
    """How long followers waited for their picture each day, in ms."""
    took = image_job.c.generated_at - image_job.c.created_at
    where = and_(_jobs(account_id, span), image_job.c.generated_at > 0)
    found = select(image_job.c.day.label("day"), took.label("took")).where(where).subquery()
    return _percentiles(db, found.c.day, found.c.took)


def pictures(db: Database, account_id: int, span: Span) -> dict[tuple[str, str], int]:
    """Return how many pictures asked for on a day are in a state, by (day, state)."""
    columns = (image_job.c.day, image_job.c.state)
    query = select(*columns, func.count()).where(_jobs(account_id, span)).group_by(*columns)
    with db.read() as tx:
        return {(day, state): number for day, state, number in tx.execute(query)}


def costs(db: Database, account_id: int, span: Span) -> dict[str, int]:
    """Return what was spent and reserved each day, in micro-units: the budget's own counters."""
    where = (budget.c.account_id == account_id, budget.c.period.in_(span.dates))
    with db.read() as tx:
        return dict(tx.execute(select(budget.c.period, budget.c.amount).where(*where)).all())


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    pictures: int
    cost: int


def models(db: Database, account_id: int, span: Span) -> list[Model]:
    """Return what each model drew and cost, the dearest first."""
    where = and_(_jobs(account_id, span), image_job.c.generated_at > 0)
    total = func.sum(image_job.c.cost)
    query = select(image_job.c.model, func.count(), total).where(where)
    query = query.group_by(image_job.c.model).order_by(total.desc(), image_job.c.model)
    with db.read() as tx:
        return [Model(name, number, int(cost)) for name, number, cost in tx.execute(query)]


def failures(db: Database, account_id: int, span: Span) -> list[tuple[str, int]]:
    """Return why pictures failed and how often, the most frequent first."""
    lost = image_job.c.state.in_((JobState.FAILED, JobState.UNKNOWN))
    query = select(image_job.c.reason, func.count()).where(_jobs(account_id, span), lost)
    query = query.group_by(image_job.c.reason).order_by(func.count().desc(), image_job.c.reason)
    return _pairs(db, query)


def refusals(db: Database, account_id: int, span: Span) -> dict[tuple[str, str], int]:
    """Return what was counted at the door, by (day, name)."""
    where = (counter.c.account_id == account_id, counter.c.day.in_(span.dates))
    query = select(counter.c.day, counter.c.name, counter.c.value).where(*where)
    with db.read() as tx:
        return {(day, name): value for day, name, value in tx.execute(query)}


def top_rules(db: Database, account_id: int, span: Span, *, most: int) -> list[tuple[str, int]]:
    """Return the rules that answered most often, with their hits."""
    total = func.sum(rule_hit.c.hits)
    query = (
        select(rule.c.name, total)
        .join(rule, rule.c.id == rule_hit.c.rule_id)
        .where(_hits(account_id, span), rule.c.account_id == account_id)
        .group_by(rule.c.id, rule.c.name)
        .order_by(total.desc(), rule.c.id)
        .limit(most)
    )
    return _pairs(db, query)


def idle_rules(db: Database, account_id: int, span: Span, *, most: int) -> list[str]:
    """Return the keyword rules that are switched on and answered nothing."""
    hit = select(rule_hit.c.rule_id).where(_hits(account_id, span), rule_hit.c.rule_id == rule.c.id)
    where = and_(
        rule.c.account_id == account_id,
        rule.c.trigger == Trigger.KEYWORD,
        rule.c.enabled.is_(True),
        ~hit.exists(),
    )
    query = select(rule.c.name).where(where).order_by(rule.c.position, rule.c.id).limit(most)
    with db.read() as tx:
        return list(tx.execute(query).scalars())


def _messages(account_id: int, span: Span, took: ColumnElement[int]) -> Subquery:
    """The span's messages, each with its day's midnight and *took*."""
    start, end = span.bounds
    where = and_(
        message.c.account_id == account_id,
        message.c.created_at >= _ms(start),
        message.c.created_at < _ms(end),
    )
    midnight = _midnight(message.c.created_at, span.offsets()).label("midnight")
    return select(midnight, took.label("took")).where(where).subquery()


def _midnight(column: ColumnElement[int], offsets: Sequence[tuple[int, int]]) -> Any:
    """The local day's first moment as if local time were UTC.

    A remainder is exact everywhere, which a quotient is not.
    """
    *before, (_, last) = offsets
    local = column + (
        case(*((column < until, offset) for until, offset in before), else_=last)
        if before
        else literal(last)
    )
    return local - local % DAY_MS


def _percentiles(
    db: Database, key: ColumnElement[Any], took: ColumnElement[int]
) -> dict[str, Times]:
    place = func.cume_dist().over(partition_by=key, order_by=took).label("place")
    found = select(key.label("day"), took.label("took"), place).subquery()
    p50, p95 = (
        func.min(case((found.c.place >= part, found.c.took), else_=None)) for part in (0.5, 0.95)
    )
    query = select(found.c.day, p50, p95).group_by(found.c.day)
    with db.read() as tx:
        return {day: Times(int(half), int(most)) for day, half, most in tx.execute(query)}


def _jobs(account_id: int, span: Span) -> ColumnElement[bool]:
    own = and_(image_job.c.account_id == account_id, image_job.c.kind.not_in(TOGETHER))
    return and_(own, image_job.c.day >= span.dates[0], image_job.c.day <= span.dates[-1])


def _hits(account_id: int, span: Span) -> ColumnElement[bool]:
    own = rule_hit.c.account_id == account_id
    return and_(own, rule_hit.c.day >= span.dates[0], rule_hit.c.day <= span.dates[-1])


def _pairs(db: Database, query: Select[Any]) -> list[tuple[str, int]]:
    with db.read() as tx:
        return [(name, int(number)) for name, number in tx.execute(query)]


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds() * 1000)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _day(midnight: Any) -> str:
    return (EPOCH + timedelta(days=int(midnight) // DAY_MS)).isoformat()
