"""Who works on a job: leases with a fencing token, judged by the database's clock."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from bot.errors import HuaxinError
from bot.models import ImageJob, JobState
from bot.store import jobs
from bot.store.database import Database, changed, now_ms, retried
from bot.store.tables import image_job as job

LEASE_MS = 30_000


class LeaseLost(HuaxinError):
    """Another worker has taken the job over; nothing of ours may be written any more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job handed to a worker: do nothing unless *fence* is still the row's."""

    job_id: int
    fence: int


def claim(db: Database, *, concurrent: int, images_per_minute: int, most: int) -> list[Claim]:
    """Lease the jobs that may run now, in fair order, and return them.

    Oldest first; at most *concurrent* running jobs a follower; at most *images_per_minute* new
    pictures begun in any minute.
    """
    unfinished = job.c.state.in_((JobState.QUEUED, JobState.GENERATED))
    untold = and_(jobs.IN_WORDS, job.c.told.in_(("", "sending")))
    ready = and_(
        or_(unfinished, untold),
        job.c.lease_until <= now_ms(),
        job.c.not_before <= now_ms(),
    )
    with db.read() as tx:
        # The idle case, several times a second, must not take the writers' lock.
        if tx.execute(select(job.c.id).where(ready).limit(1)).first() is None:
            return []
    limits = {"concurrent": concurrent, "images_per_minute": images_per_minute, "most": most}
    with db.write() as tx:
        return [one for one, draws in _fair(tx, ready, **limits) if _lease(tx, one, draws=draws)]


def _fair(
    tx: Connection,
    ready: ColumnElement[bool],
    *,
    concurrent: int,
    images_per_minute: int,
    most: int,
) -> Iterator[tuple[Claim, bool]]:
    """Yield the claims whose turn it is, and whether each begins a new picture."""
    running = select(job.c.openid, func.count()).where(job.c.lease_until > now_ms())
    busy: dict[str, int] = dict(tx.execute(running.group_by(job.c.openid)).all())
    left = images_per_minute - jobs.called_in_the_last_minute(tx)
    waiting = select(job.c.id, job.c.openid, job.c.fence, job.c.state).where(ready)
    for job_id, openid, fence, state in tx.execute(waiting.order_by(job.c.id).limit(1000)).all():
        draws = state == JobState.QUEUED
        if busy.get(openid, 0) >= concurrent or (draws and left <= 0):
            continue
        if most <= 0:
            return
        busy[openid] = busy.get(openid, 0) + 1
        left -= draws
        most -= 1
        yield Claim(job_id, fence + 1), draws


def _lease(tx: Connection, new: Claim, *, draws: bool) -> bool:
    """Lease the job for *new*; False if another dispatcher was first."""
    values: dict[str, Any] = {"fence": new.fence, "lease_until": now_ms() + LEASE_MS, "owner": ""}
    if draws:
        values["dispatched_at"] = now_ms()
    before = and_(job.c.id == new.job_id, job.c.fence == new.fence - 1)
    return changed(tx, update(job).where(before).values(values)) == 1


def leased(db: Database) -> int:
    """How many jobs are in workers' hands."""
    with db.read() as tx:
        found: int = tx.execute(
            select(func.count()).select_from(job).where(job.c.lease_until > now_ms())
        ).scalar_one()
    return found


def take_back(db: Database, *, alive: Collection[Claim] = ()) -> list[Claim]:
    """Queue the jobs of dead workers again; return, leased, those whose call may have been paid.

    *alive* are the caller's own running jobs: a clock that jumps, or a database that was away,
    ends every lease at once, and a living worker's job is not to be taken from it.
    """
    dead = and_(job.c.state == JobState.GENERATING, job.c.lease_until <= now_ms())
    with db.read() as tx:
        if tx.execute(select(job.c.id).where(dead).limit(1)).first() is None:
            return []
    renew(db, alive)
    with db.write() as tx:
        rows = tx.execute(
            select(job.c.id, job.c.fence, job.c.called_at).where(dead).order_by(job.c.id)
        ).all()
        found = []
        for job_id, fence, called_at in rows:
            new = Claim(job_id, fence + 1)
            if not called_at:
                uncalled = and_(
                    job.c.id == job_id, job.c.fence == fence, dead, job.c.called_at == 0
                )
                again = {"state": JobState.QUEUED, "fence": new.fence, "dispatched_at": 0}
                tx.execute(update(job).where(uncalled).values(again))
            elif _lease(tx, new, draws=False):
                found.append(new)
        return found


# ---- the worker's side: every write carries the fence ----


def begin(db: Database, claim: Claim, *, owner: str) -> ImageJob | None:
    """Return the job, marked as this worker's; None if the claim is lost or was begun before."""
    own = _own(claim)
    begin = update(job).where(own, job.c.owner == "")
    with db.write() as tx:
        begun = changed(tx, begin.values(owner=owner, lease_until=now_ms() + LEASE_MS))
        return jobs.only(tx, own) if begun else None


@retried
def save(db: Database, claim: Claim, **values: Any) -> ImageJob:
    """Write what a step has made and return the job as it is now.

    Raises:
        LeaseLost: another worker has the job; nothing was written.
    """
    with db.write() as tx:
        return save_in(tx, claim, **values)


def save_in(tx: Connection, claim: Claim, **values: Any) -> ImageJob:
    """`save` within the caller's transaction."""
    if changed(tx, update(job).where(_own(claim)).values(values)) != 1:
        raise LeaseLost(f"job {claim.job_id}")
    return jobs.only(tx, job.c.id == claim.job_id)


def renew(db: Database, claims: Collection[Claim]) -> None:
    """Push the leases of running jobs ahead; one that was lost or ended stays so."""
    if not claims:
        return
    with db.write() as tx:
        for one in sorted(claims, key=lambda one: one.job_id):
            held = and_(_own(one), job.c.lease_until > 0)
            tx.execute(update(job).where(held).values(lease_until=now_ms() + LEASE_MS))


def _own(claim: Claim) -> ColumnElement[bool]:
    return and_(job.c.id == claim.job_id, job.c.fence == claim.fence)
