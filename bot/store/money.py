"""Quota and budget: one conditional UPDATE decides, so no race is ever over by one."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from bot.errors import Reason, Refused
from bot.models import JobState
from bot.store.database import Database, changed
from bot.store.tables import budget, image_job, quota


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a picture is reserved at; *limits* as in `reserve`."""

    day: str
    month: str
    daily_images: int
    cost: int
    limits: dict[str, int | None]


def reserve(
    db: Database,
    tx: Connection,
    account_id: int,
    *,
    openid: str,
    day: str,
    daily_images: int,
    cost: int,
    limits: dict[str, int | None],
    pictures: int = 1,
    former: str = "",
) -> None:
    """Take *pictures* from the follower's quota and *cost* from every period of *limits*.

    *limits* maps a period (``2026-11-23``, ``2026-11``) to its limit in micro-units, None for none.
    *former* is the name under which the day's use of who left and came back is kept.

    Raises:
        Refused: QUOTA or BUDGET, or QUOTA_SHORT where some of the *pictures* are left; the caller's
            transaction is to be rolled back.
    """
    before = _used(tx, account_id, openid=former, day=day) if former else 0
    named = {"account_id": account_id, "openid": openid, "day": day}
    tx.execute(db.insert_new(quota).values(**named, used=before))
    own = [quota.c[name] == value for name, value in named.items()]
    room = quota.c.used + pictures <= daily_images
    took = update(quota).where(*own, room).values(used=quota.c.used + pictures)
    if pictures and changed(tx, took) != 1:
        left = daily_images - _used(tx, account_id, openid=openid, day=day)
        if left > 0:
            raise Refused(Reason.QUOTA_SHORT, left=left, wanted=pictures)
        raise Refused(Reason.QUOTA, limit=daily_images)
    for period, limit in limits.items():
        tx.execute(db.insert_new(budget).values(account_id=account_id, period=period, amount=0))
        spend = update(budget).where(budget.c.account_id == account_id, budget.c.period == period)
        if limit is not None:
            spend = spend.where(budget.c.amount + cost <= limit)
        if changed(tx, spend.values(amount=budget.c.amount + cost)) != 1:
            raise Refused(Reason.BUDGET)


def _used(tx: Connection, account_id: int, *, openid: str, day: str) -> int:
    own = (quota.c.account_id == account_id, quota.c.openid == openid, quota.c.day == day)
    return tx.execute(select(quota.c.used).where(*own)).scalar() or 0


def give_back(tx: Connection, account_id: int, *, openid: str, day: str, pictures: int = 1) -> None:
    """Return *pictures* to the follower's quota.

    Below nothing used is more than the daily number left: an operator has granted some.
    """
    tx.execute(
        update(quota)
        .where(
            quota.c.account_id == account_id,
            quota.c.openid == openid,
            quota.c.day == day,
        )
        .values(used=quota.c.used - pictures)
    )


def grant(
    db: Database, tx: Connection, account_id: int, *, openid: str, day: str, more: int
) -> None:
    """Let the follower have *more* pictures on that day."""
    own = {"account_id": account_id, "openid": openid, "day": day}
    tx.execute(db.insert_new(quota).values(**own, used=0))
    these = (quota.c[name] == value for name, value in own.items())
    tx.execute(update(quota).where(*these).values(used=quota.c.used - more))


def settle(tx: Connection, account_id: int, *, periods: tuple[str, ...], difference: int) -> None:
    """Add *difference* (spent minus reserved, micro-units) to the job's periods."""
    # In the order of `reserve`, so that the two never wait for each other.
    for period in periods if difference else ():
        tx.execute(
            update(budget)
            .where(budget.c.account_id == account_id, budget.c.period == period)
            .values(amount=budget.c.amount + difference)
        )


def used(db: Database, account_id: int, *, openid: str, day: str) -> int:
    """How many pictures of the day's quota the follower has used."""
    with db.read() as tx:
        return _used(tx, account_id, openid=openid, day=day)


def drawn(db: Database, account_id: int, *, openid: str, day: str) -> int:
    """How many pictures of the day count: what was drawn, and what is on its way.

    `used` is less where an operator has granted some.
    """
    counted = select(func.coalesce(func.sum(image_job.c.units), 0)).where(
        image_job.c.account_id == account_id,
        image_job.c.openid == openid,
        image_job.c.day == day,
        image_job.c.state.not_in((JobState.FAILED, JobState.CANCELLED)),
    )
    with db.read() as tx:
        return int(tx.execute(counted).scalar_one())


def spent(db: Database, account_id: int, *, period: str) -> int:
    """What is spent and reserved in a day or month, in micro-units."""
    with db.read() as tx:
        found: int | None = tx.execute(
            select(budget.c.amount).where(
                budget.c.account_id == account_id, budget.c.period == period
            )
        ).scalar_one_or_none()
    return found or 0
