"""Image jobs: accepted once, claimed with a fence, written only by whoever holds it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.errors import HuaxinError, StoreError
from bot.models import ImageJob, ImageRequest, JobState
from bot.store import money
from bot.store.database import Database, changed, now_ms
from bot.store.tables import image_job as job

COLUMNS = [job.c[one.name] for one in fields(ImageJob)]
LEASE_MS = 30_000
RECENT = 20
FRESH_MS = 60_000  # a media id this close to its end is not handed out any more


class LeaseLost(HuaxinError):
    """Another worker has taken the job over; nothing of ours may be written any more."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What a follower can be told of the queue: jobs ahead, and an honest estimate in seconds."""

    ahead: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Everything a submission brings besides the account.

    *limits* as in `money.reserve`; *acknowledge* makes the stored acknowledgement from the queue.
    """

    message_key: str
    openid: str
    request: ImageRequest
    cost: int
    day: str
    month: str
    daily_images: int
    limits: dict[str, int | None]
    images_per_minute: int
    push_until: int
    acknowledge: Callable[[Queue], str]


def _record(row: Row[Any]) -> ImageJob:
    values = dict(zip((one.name for one in fields(ImageJob)), row, strict=True))
    return ImageJob(**{**values, "state": JobState(values["state"])})


def _one(tx: Connection, *where: ColumnElement[bool]) -> ImageJob | None:
    row = tx.execute(select(*COLUMNS).where(*where).order_by(job.c.id).limit(1)).one_or_none()
    return _record(row) if row else None


def submit(db: Database, account_id: int, order: Order) -> tuple[ImageJob, bool]:
    """Accept the order once; return the job and whether it is new.

    A repeated push finds the job its first one made, with one more of `pushes`.

    Raises:
        Refused: QUOTA or BUDGET, nothing kept.
        StoreError: the database did not take it; nothing was half accepted.
    """
    known = job.c.message_key == order.message_key
    try:
        with db.write() as tx:
            if changed(tx, update(job).where(known).values(pushes=job.c.pushes + 1)):
                return _found(tx, known), False
            money.reserve(
                db,
                tx,
                account_id,
                openid=order.openid,
                day=order.day,
                daily_images=order.daily_images,
                cost=order.cost,
                limits=order.limits,
            )
            queue = _queue(tx, account_id, images_per_minute=order.images_per_minute)
            tx.execute(job.insert().values(_values(account_id, order, queue)))
            return _found(tx, known), True
    except StoreError as error:
        if not isinstance(error.__cause__, IntegrityError):
            raise
    # Two pushes raced on a database with many writers: ours was rolled back, theirs stands.
    with db.write() as tx:
        tx.execute(update(job).where(known).values(pushes=job.c.pushes + 1))
        return _found(tx, known), False


def _values(account_id: int, order: Order, queue: Queue) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "message_key": order.message_key,
        "openid": order.openid,
        "prompt": order.request.prompt,
        "width": order.request.width,
        "height": order.request.height,
        "state": JobState.QUEUED,
        "acknowledgement": order.acknowledge(queue),
        "created_at": now_ms(),
        "day": order.day,
        "month": order.month,
        "cost": order.cost,
        "push_until": order.push_until,
        "pushes": 1,
    }


def _found(tx: Connection, *where: ColumnElement[bool]) -> ImageJob:
    found = _one(tx, *where)
    assert found is not None
    return found


def _queue(tx: Connection, account_id: int, *, images_per_minute: int) -> Queue:
    ahead: int = tx.execute(
        select(func.count())
        .select_from(job)
        .where(
            job.c.account_id == account_id,
            job.c.state.in_((JobState.QUEUED, JobState.GENERATING)),
        )
    ).scalar_one()
    recent = (
        select((job.c.generated_at - job.c.dispatched_at).label("took"))
        .where(job.c.account_id == account_id, job.c.generated_at > 0)
        .order_by(job.c.id.desc())
        .limit(RECENT)
    )
    took = sorted(tx.execute(recent).scalars())
    drawing = max(1.0, took[len(took) // 2] / 1000) if took else 30.0
    free = max(0, images_per_minute - _called_in_the_last_minute(tx))
    turns = max(0, ahead + 1 - free)
    return Queue(ahead, round(drawing + turns * 60 / images_per_minute))


def _called_in_the_last_minute(tx: Connection) -> int:
    count: int = tx.execute(
        select(func.count()).select_from(job).where(job.c.dispatched_at > now_ms() - 60_000)
    ).scalar_one()
    return count


# ---- the dispatcher's side ----


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
    untold = and_(
        job.c.state.in_((JobState.FAILED, JobState.UNKNOWN)), job.c.told.in_(("", "sending"))
    )
    ready = and_(
        or_(unfinished, untold),
        job.c.lease_until <= now_ms(),
        job.c.not_before <= now_ms(),
    )
    with db.read() as tx:
        # The idle case, several times a second, must not take the writers' lock.
        if tx.execute(select(job.c.id).where(ready).limit(1)).first() is None:
            return []
    with db.write() as tx:
        busy: dict[str, int] = dict(
            tx.execute(
                select(job.c.openid, func.count())
                .where(job.c.lease_until > now_ms())
                .group_by(job.c.openid)
            ).all()
        )
        left = images_per_minute - _called_in_the_last_minute(tx)
        claims: list[Claim] = []
        for job_id, openid, fence, state in tx.execute(
            select(job.c.id, job.c.openid, job.c.fence, job.c.state)
            .where(ready)
            .order_by(job.c.id)
            .limit(1000)
        ):
            draws = state == JobState.QUEUED
            if len(claims) == most or busy.get(openid, 0) >= concurrent or (draws and left <= 0):
                continue
            busy[openid] = busy.get(openid, 0) + 1
            left -= draws
            _lease(tx, job_id, fence=fence + 1, draws=draws)
            claims.append(Claim(job_id, fence + 1))
        return claims


def _lease(tx: Connection, job_id: int, *, fence: int, draws: bool) -> None:
    values: dict[str, Any] = {"fence": fence, "lease_until": now_ms() + LEASE_MS, "owner": ""}
    if draws:
        values["dispatched_at"] = now_ms()
    tx.execute(update(job).where(job.c.id == job_id).values(values))


def depth(db: Database) -> dict[str, int]:
    """How many jobs are in each unfinished state."""
    unfinished = (JobState.QUEUED, JobState.GENERATING, JobState.GENERATED, JobState.WAITING)
    with db.read() as tx:
        rows = tx.execute(
            select(job.c.state, func.count())
            .where(job.c.state.in_(unfinished))
            .group_by(job.c.state)
        )
        return dict(rows.all())


def leased(db: Database) -> int:
    """How many jobs are in workers' hands."""
    with db.read() as tx:
        found: int = tx.execute(
            select(func.count()).select_from(job).where(job.c.lease_until > now_ms())
        ).scalar_one()
    return found


def take_back(db: Database) -> list[Claim]:
    """Queue the jobs of dead workers again; return, leased, those whose call may have been paid."""
    dead = and_(job.c.state == JobState.GENERATING, job.c.lease_until <= now_ms())
    with db.read() as tx:
        if tx.execute(select(job.c.id).where(dead).limit(1)).first() is None:
            return []
    with db.write() as tx:
        tx.execute(
            update(job)
            .where(dead, job.c.called_at == 0)
            .values(state=JobState.QUEUED, fence=job.c.fence + 1, dispatched_at=0)
        )
        rows = tx.execute(select(job.c.id, job.c.fence).where(dead, job.c.called_at > 0)).all()
        for job_id, fence in rows:
            _lease(tx, job_id, fence=fence + 1, draws=False)
        return [Claim(job_id, fence + 1) for job_id, fence in rows]


# ---- the worker's side: every write carries the fence ----


def begin(db: Database, claim: Claim, *, owner: str) -> ImageJob | None:
    """Return the job if the claim still holds, marked as this worker's, else None."""
    own = _own(claim)
    with db.write() as tx:
        begun = changed(
            tx, update(job).where(own).values(owner=owner, lease_until=now_ms() + LEASE_MS)
        )
        return _found(tx, own) if begun else None


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
    return _found(tx, job.c.id == claim.job_id)


def renew(db: Database, claims: Iterable[Claim]) -> None:
    """Push the leases of running jobs ahead; one that was lost stays lost."""
    with db.write() as tx:
        for one in claims:
            tx.execute(update(job).where(_own(one)).values(lease_until=now_ms() + LEASE_MS))


def _own(claim: Claim) -> ColumnElement[bool]:
    return and_(job.c.id == claim.job_id, job.c.fence == claim.fence)


# ---- the follower's side ----


def get(db: Database, job_id: int) -> ImageJob:
    with db.read() as tx:
        return _found(tx, job.c.id == job_id)


def _mine(account_id: int, openid: str) -> ColumnElement[bool]:
    return and_(job.c.account_id == account_id, job.c.openid == openid)


def collect(db: Database, account_id: int, *, openid: str, message_key: str) -> ImageJob | None:
    """Hand out the follower's oldest waiting picture or untold failure, once per message.

    A picture whose media id is too old goes back to the worker: it is returned in state
    ``generated``. The same message gets the same job again.
    """
    mine = _mine(account_id, openid)
    fresh = or_(job.c.media_expires_at > now_ms() + FRESH_MS, job.c.media_kind == "link")
    waiting = and_(mine, job.c.state == JobState.WAITING)
    untold = and_(
        mine, job.c.state.in_((JobState.FAILED, JobState.UNKNOWN)), job.c.told == "waiting"
    )
    with db.read() as tx:
        again = _one(tx, mine, job.c.collected_key == message_key)
        if again or _one(tx, or_(waiting, untold)) is None:
            return again
    with db.write() as tx:
        found = _one(tx, or_(waiting, untold))
        if found is None:
            return _one(tx, mine, job.c.collected_key == message_key)
        own = job.c.id == found.id
        values: dict[str, Any] = {"told": "told", "collected_key": message_key}
        if found.state is JobState.WAITING:
            values = {"state": JobState.COLLECTED, "collected_key": message_key}
            values["finished_at"] = now_ms()
            if not changed(tx, update(job).where(own, fresh).values(values)):
                values = {"state": JobState.GENERATED, "media_id": "", "send_at": 0}
                values |= {"not_before": 0, "uploads": 0}
        tx.execute(update(job).where(own).values(values))
        return _found(tx, own)


def answer(db: Database, job_id: int, *, message_key: str) -> ImageJob | None:
    """Hand *job_id* itself to the push that asked for it; None while it has nothing to hand out."""
    own = job.c.id == job_id
    waiting = and_(own, job.c.state == JobState.WAITING)
    untold = and_(own, job.c.told == "waiting")
    with db.read() as tx:
        if _one(tx, or_(waiting, untold)) is None:
            return _one(tx, own, job.c.collected_key == message_key)
    with db.write() as tx:
        values = {"state": JobState.COLLECTED, "finished_at": now_ms()}
        tx.execute(update(job).where(waiting).values(**values, collected_key=message_key))
        tx.execute(update(job).where(untold).values(told="told", collected_key=message_key))
        return _one(tx, own, job.c.collected_key == message_key)


def waiting(db: Database, account_id: int, *, openid: str) -> int:
    """How many finished pictures wait for the follower."""
    with db.read() as tx:
        found: int = tx.execute(
            select(func.count())
            .select_from(job)
            .where(_mine(account_id, openid), job.c.state == JobState.WAITING)
        ).scalar_one()
    return found


def send_again(db: Database, job_id: int) -> None:
    """Have a finished picture uploaded and delivered once more."""
    finished = (JobState.DELIVERED, JobState.WAITING, JobState.COLLECTED)
    with db.write() as tx:
        tx.execute(
            update(job)
            .where(job.c.id == job_id, job.c.state.in_(finished))
            .values(
                state=JobState.GENERATED,
                media_id="",
                send_at=0,
                not_before=0,
                uploads=0,
                collected_key="",
                push_until=0,
            )
        )


def pictures(db: Database, account_id: int, *, openid: str, most: int) -> list[ImageJob]:
    """The follower's newest finished pictures, newest first."""
    return _list(
        db,
        select(*COLUMNS)
        .where(_mine(account_id, openid), job.c.picture.like("%.jpg"))
        .order_by(job.c.id.desc())
        .limit(most),
    )


def open_jobs(db: Database, account_id: int, *, openid: str) -> list[ImageJob]:
    """The follower's jobs that are not finished, oldest first."""
    unfinished = (JobState.QUEUED, JobState.GENERATING, JobState.GENERATED)
    return _list(
        db,
        select(*COLUMNS)
        .where(_mine(account_id, openid), job.c.state.in_(unfinished))
        .order_by(job.c.id),
    )


def _list(db: Database, query: Select[Any]) -> list[ImageJob]:
    with db.read() as tx:
        return [_record(row) for row in tx.execute(query)]


def cancel(db: Database, account_id: int, *, openid: str) -> tuple[int, int]:
    """Cancel the follower's jobs that no call was made for; return (cancelled, still drawing)."""
    mine = _mine(account_id, openid)
    with db.write() as tx:
        rows = tx.execute(
            select(*COLUMNS).where(mine, job.c.state.in_((JobState.QUEUED, JobState.GENERATING)))
        ).all()
        found = [_record(row) for row in rows]
        stopped = [one for one in found if not one.called_at]
        for one in stopped:
            refund(tx, one)
            tx.execute(
                update(job)
                .where(job.c.id == one.id)
                .values(
                    state=JobState.CANCELLED,
                    fence=job.c.fence + 1,
                    cost=0,
                    lease_until=0,
                    finished_at=now_ms(),
                )
            )
        return len(stopped), len(found) - len(stopped)


def refund(tx: Connection, one: ImageJob, *, spent: int = 0) -> None:
    """Give the quota back and settle the budget at *spent* micro-units."""
    money.give_back(tx, one.account_id, openid=one.openid, day=one.day)
    money.settle(tx, one.account_id, periods=(one.day, one.month), difference=spent - one.cost)
