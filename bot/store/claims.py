"""Who works on a job: leases with a fencing token, judged by the database's clock."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select, update

from bot.errors import HuaxinError
from bot.models import ImageJob, JobKind, JobState
from bot.store import jobs, outbox, pushes, queues
from bot.store.database import Database, changed, now_ms, retried
from bot.store.jobs import DRAWN, TOGETHER
from bot.store.outbox import Packed
from bot.store.tables import image_job as job

LEASE_MS = 30_000
_WEIGHED = ("id", "openid", "fence", "state", "kind", "edits", "transparent", "tried")


class LeaseLost(HuaxinError):
    """Another worker has taken the job over; nothing of ours may be written any more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job handed to a worker: do nothing unless *fence* is still the row's."""

    job_id: int
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A provider that may be asked now.

    At most *images_per_minute* new pictures are begun on it in any minute. *edits* is how many
    pictures it can start from, *transparent* whether it can leave the ground open.
    """

    name: str
    images_per_minute: int
    edits: int = 0
    transparent: bool = False


def claim(
    db: Database, *, concurrent: int, lanes: Sequence[Lane], most: int, drawing: bool = True
) -> list[Claim]:
    """Lease the jobs that may run now, in fair order, and return them.

    Oldest first; at most *concurrent* running jobs a follower. A new picture goes to the first of
    *lanes* that can draw it, has not refused it and has room left in this minute; what none can
    draw is leased without a provider. A sheet or a deck has to wait for its pages, and they for
    its outline, whatever becomes of that. Unless *drawing*, nothing that costs is begun.
    """
    unfinished = job.c.state.in_((JobState.QUEUED, JobState.GENERATED))
    untold = and_(jobs.IN_WORDS, job.c.told.in_(("", "sending")), job.c.group_id == 0)
    page = job.alias("page")
    going_on = page.c.state.in_((JobState.QUEUED, JobState.GENERATING, JobState.GENERATED))
    unfinished_pages = exists().where(page.c.group_id == job.c.id, going_on)
    outlining = exists().where(
        page.c.group_id == job.c.group_id, page.c.kind == JobKind.OUTLINE, going_on
    )
    ready = and_(
        or_(unfinished, untold),
        job.c.lease_until <= now_ms(),
        job.c.not_before <= now_ms(),
        or_(job.c.kind.not_in(TOGETHER), job.c.state != JobState.QUEUED, ~unfinished_pages),
        or_(job.c.page == 0, job.c.state != JobState.QUEUED, ~outlining),
        *(() if drawing else (or_(job.c.state != JobState.QUEUED, job.c.kind.in_(TOGETHER)),)),
    )
    with db.read() as tx:
        # The idle case, several times a second, must not take the writers' lock.
        if tx.execute(select(job.c.id).where(ready).limit(1)).first() is None:
            return []
    with db.write() as tx:
        fair = _fair(tx, ready, concurrent=concurrent, lanes=lanes, most=most)
        return [one for one, given in fair if _lease(tx, one, **given)]


def _fair(
    tx: Connection,
    ready: ColumnElement[bool],
    *,
    concurrent: int,
    lanes: Sequence[Lane],
    most: int,
) -> Iterator[tuple[Claim, dict[str, Any]]]:
    """Yield the claims whose turn it is, and what each is given with its lease."""
    running = select(job.c.openid, func.count()).where(job.c.lease_until > now_ms())
    busy: dict[str, int] = dict(tx.execute(running.group_by(job.c.openid)).all())
    called = queues.called_in_the_last_minute(tx)
    left = {lane: lane.images_per_minute - called.get(lane.name, 0) for lane in lanes}
    waiting = select(*(job.c[name] for name in _WEIGHED)).where(ready)
    for row in tx.execute(waiting.order_by(job.c.id).limit(1000)).all():
        given: dict[str, Any] = {}
        if busy.get(row.openid, 0) >= concurrent:
            continue
        if most <= 0:
            return
        if row.state == JobState.QUEUED and row.kind in DRAWN:
            able = [lane for lane in lanes if _can(lane, row)]
            free = next((lane for lane in able if left[lane] > 0), None)
            if able and free is None:
                continue
            given = {"provider": free.name if free else ""}
            if free:
                given["dispatched_at"] = now_ms()
                left[free] -= 1
        busy[row.openid] = busy.get(row.openid, 0) + 1
        most -= 1
        yield Claim(row.id, row.fence + 1), given


def _can(lane: Lane, row: Row[Any]) -> bool:
    able = lane.edits >= row.edits and (lane.transparent or not row.transparent)
    return able and lane.name not in row.tried.split(",")


def _lease(tx: Connection, new: Claim, **given: Any) -> bool:
    """Lease the job for *new*; False if another dispatcher was first."""
    values: dict[str, Any] = {"fence": new.fence, "lease_until": now_ms() + LEASE_MS, "owner": ""}
    before = and_(job.c.id == new.job_id, job.c.fence == new.fence - 1)
    return changed(tx, update(job).where(before).values(values | given)) == 1


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
            elif _lease(tx, new):
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


@retried
def delivered(
    db: Database, claim: Claim, parcels: Sequence[Packed], *, choices: Sequence[Packed] = ()
) -> ImageJob:
    """Record a delivery, and *parcels* to be pushed after it; raises LeaseLost as `save` does.

    *choices* are pushed, too, if no more is soon to follow and `pushes.room` has room for them.
    """
    with db.write() as tx:
        ended = {"state": JobState.DELIVERED, "finished_at": now_ms(), "lease_until": 0}
        if choices:
            pushes.hold(tx, jobs.only(tx, job.c.id == claim.job_id))
        one = save_in(tx, claim, **ended)
        if choices and pushes.room(tx, one):
            save_in(tx, claim, told="choices")
            outbox.put(db, tx, choices)
        outbox.put(db, tx, parcels)
        return one


def hold(since: float) -> None:
    """Raise LeaseLost if this process may have stood still for longer than a lease lasts.

    *since* is `monotonic` before the last write that carried the fence. Whoever is about to do what
    no fence can keep from the world outside, asks right before.
    """
    if monotonic() - since > LEASE_MS / 1000 / 2:
        raise LeaseLost("the process stood still")


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
