"""Image jobs: accepted once, with quota, budget and acknowledgement in the same transaction."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Update, and_, func, or_, select, update

from bot import recipes
from bot.errors import Reason, Refused
from bot.failpoints import Point, hit
from bot.models import ImageJob, ImageRequest, JobKind, JobState
from bot.store import money
from bot.store.database import Database, changed, now_ms, retried
from bot.store.queues import Pace, foresee
from bot.store.tables import image_job as job

COLUMNS = [job.c[one.name] for one in fields(ImageJob)]
DRAWN = (JobKind.DRAW, JobKind.EDIT)  # by an image model
TOGETHER = (JobKind.SHEET, JobKind.DECK)  # put together from the pictures of their pages
# Ends the follower is told of in a sentence; a follower's own 取消 was answered at once.
IN_WORDS = or_(
    job.c.state.in_((JobState.FAILED, JobState.UNKNOWN)),
    and_(job.c.state == JobState.CANCELLED, job.c.reason != ""),
)


@dataclass(frozen=True, slots=True)
class Queue:
    """What a follower can be told of the queue: people ahead, and an honest estimate in seconds.

    *both*: the job it was to stand in for is being drawn already, so there will be two.
    """

    ahead: int
    seconds: int
    both: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One job of a sheet or a deck: what it costs, and how many of the quota it is.

    *page* is its place, from 1; 0 for the outline, which the others wait for.
    """

    request: ImageRequest
    page: int
    cost: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Everything a submission brings besides the account.

    *limits* as in `money.reserve`; *asked_at* is the message's CreateTime; *acknowledge* makes the
    stored acknowledgement from the queue. *parent_id* is the job whose picture is edited or
    repeated. *parts* are the jobs a sheet or a deck is put together from. *former* as in
    `money.reserve`. *instead_of* is the follower's job this one stands in for: cancelled and
    refunded with it, unless its call is made already. *at_once* is how many of one follower's
    pictures are drawn at the same time.
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
    asked_at: int
    push_until: int
    acknowledge: Callable[[Queue], str]
    units: int = 1
    parent_id: int = 0
    instead_of: int = 0
    parts: tuple[Part, ...] = ()
    former: str = ""
    at_once: int = 1


def record(row: Row[Any]) -> ImageJob:
    values = dict(zip((one.name for one in fields(ImageJob)), row, strict=True))
    own = {"state": JobState(values["state"]), "kind": JobKind(values["kind"])}
    return ImageJob(**{**values, **own})


def first(tx: Connection, *where: ColumnElement[bool]) -> ImageJob | None:
    row = tx.execute(select(*COLUMNS).where(*where).order_by(job.c.id).limit(1)).one_or_none()
    return record(row) if row else None


@retried
def submit(db: Database, account_id: int, order: Order) -> ImageJob:
    """Accept the order once and return its job.

    A repeated push finds the job its first one made, with one more of `pushes`.

    Raises:
        Refused: QUOTA or BUDGET, nothing kept; QUOTA_SHORT and BUDGET_SHORT where a smaller number
            of pictures might have been had.
        StoreError: the database did not take it; nothing was half accepted.
    """
    known = job.c.message_key == order.message_key
    with db.write() as tx:
        if not changed(tx, _pushed_again(order.message_key)):
            # The job first: its UNIQUE key decides which of two racing pushes is the first.
            dropped = _drop(tx, account_id, order) if order.instead_of else None
            queue = _queue(tx, account_id, order)
            queue = replace(queue, both=bool(order.instead_of) and dropped is None)
            values = _values(account_id, order) | {"acknowledgement": order.acknowledge(queue)}
            tx.execute(job.insert().values(values))
            if order.parts:
                _add_parts(tx, account_id, order)
            if dropped:
                refund(tx, dropped)
            _reserve(db, tx, account_id, order)
            hit(Point.JOB_SUBMITTING)
        return only(tx, known)


def _reserve(db: Database, tx: Connection, account_id: int, order: Order) -> None:
    try:
        money.reserve(
            db,
            tx,
            account_id,
            openid=order.openid,
            day=order.day,
            daily_images=order.daily_images,
            pictures=order.units + sum(part.units for part in order.parts),
            cost=order.cost + sum(part.cost for part in order.parts),
            limits=order.limits,
            former=order.former,
        )
    except Refused as refusal:
        if refusal.reason is Reason.BUDGET and order.parts:
            raise Refused(Reason.BUDGET_SHORT) from None
        raise


def repeated(db: Database, message_key: str) -> ImageJob | None:
    """Return the job an earlier push of this message made, with one more of `pushes`."""
    with db.read() as tx:
        if first(tx, job.c.message_key == message_key) is None:
            return None
    with db.write() as tx:
        tx.execute(_pushed_again(message_key))
        return only(tx, job.c.message_key == message_key)


def _pushed_again(message_key: str) -> Update:
    known = job.c.message_key == message_key
    return update(job).where(known).values(pushes=job.c.pushes + 1)


def _values(account_id: int, order: Order) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "message_key": order.message_key,
        "openid": order.openid,
        "state": JobState.QUEUED,
        "acknowledgement": "",
        "created_at": now_ms(),
        "asked_at": order.asked_at,
        "day": order.day,
        "month": order.month,
        "cost": order.cost,
        "units": order.units,
        "parent_id": order.parent_id,
        "push_until": order.push_until,
        "pushes": 1,
        **_asked(order.request),
    }


def _asked(request: ImageRequest) -> dict[str, Any]:
    return {
        "prompt": request.prompt,
        "width": request.width,
        "height": request.height,
        "kind": request.kind,
        "recipe": recipes.dump(request),
        "edits": len(request.sources),
        "transparent": request.transparent,
    }


def _add_parts(tx: Connection, account_id: int, order: Order) -> None:
    group = only(tx, job.c.message_key == order.message_key)
    for part in order.parts:
        own = {"message_key": f"{order.message_key[:240]}#{part.page}", "group_id": group.id}
        own |= {"page": part.page, "cost": part.cost, "units": part.units}
        own |= {"parent_id": 0, "pushes": 0}
        values = _values(account_id, order) | _asked(part.request) | own
        tx.execute(job.insert().values(values))


def _drop(tx: Connection, account_id: int, order: Order) -> ImageJob | None:
    """Cancel the job that *order* stands in for and return it; None if that is too late."""
    mine = of_follower(account_id, order.openid)
    one = first(tx, mine, job.c.id == order.instead_of)
    if one is None or one.state not in (JobState.QUEUED, JobState.GENERATING):
        return None
    return one if _cancel(tx, one, message_key=order.message_key) else None


def only(tx: Connection, *where: ColumnElement[bool]) -> ImageJob:
    found = first(tx, *where)
    assert found is not None
    return found


def _queue(tx: Connection, account_id: int, order: Order) -> Queue:
    kinds = [order.request.kind, *(part.request.kind for part in order.parts)]
    pace = Pace(images_per_minute=order.images_per_minute, at_once=order.at_once)
    found = foresee(tx, account_id, openid=order.openid, kinds=kinds, pace=pace)
    return Queue(found.people, found.seconds)


# ---- what others ask and end ----


def get(db: Database, job_id: int) -> ImageJob:
    with db.read() as tx:
        return only(tx, job.c.id == job_id)


def find(tx: Connection, account_id: int, job_id: int) -> ImageJob | None:
    return first(tx, job.c.account_id == account_id, job.c.id == job_id)


def take(tx: Connection, one: ImageJob, **values: Any) -> bool:
    """Change the job from outside the workers; False if it is no longer as it was read.

    The new fencing token makes every write refused that a late worker still tries.
    """
    still = (
        job.c.id == one.id,
        job.c.state == one.state,
        job.c.fence == one.fence,
        job.c.called_at == one.called_at,
    )
    taken = {"fence": one.fence + 1, "lease_until": 0, "owner": "", **values}
    return changed(tx, update(job).where(*still).values(taken)) == 1


def hide(tx: Connection, job_id: int, *, hidden: bool) -> None:
    tx.execute(update(job).where(job.c.id == job_id).values(hidden_at=now_ms() if hidden else 0))


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


def of_follower(account_id: int, openid: str) -> ColumnElement[bool]:
    return and_(job.c.account_id == account_id, job.c.openid == openid)


@retried
def cancel(
    db: Database, account_id: int, *, openid: str, message_key: str, asked_at: int
) -> tuple[int, int]:
    """Cancel the follower's jobs that no call was made for; return (cancelled, still drawing).

    Both in pictures of the quota. Only what was asked for before *asked_at* (CreateTime of the
    message, in seconds); the same message is told the same again. A sheet or a deck goes on where
    one of its pictures is drawn, or being drawn.
    """
    mine = of_follower(account_id, openid)
    running = job.c.state.in_((JobState.QUEUED, JobState.GENERATING))
    with db.write() as tx:
        if not _count(tx, mine, job.c.collected_key == message_key):
            idle = and_(mine, running, job.c.called_at == 0, job.c.asked_at <= asked_at)
            rows = tx.execute(select(*COLUMNS).where(idle).order_by(job.c.id)).all()
            # What is put together after what it is put together from.
            found = sorted(map(record, rows), key=lambda one: one.kind in TOGETHER)
            ended = [one for one in found if _cancel(tx, one, message_key=message_key)]
            # Jobs before counters, as everywhere: a worker that ends one of them waits, no more.
            for one in ended:
                refund(tx, one)
        ended_now = and_(mine, job.c.collected_key == message_key)
        drawing = and_(mine, running, or_(job.c.called_at > 0, job.c.kind == JobKind.SHEET))
        return _units(tx, ended_now), _units(tx, drawing)


def _cancel(tx: Connection, one: ImageJob, *, message_key: str) -> bool:
    if one.kind in TOGETHER and goes_on(tx, one.id):
        return False
    # A worker may have made its call since the job was read.
    still = and_(job.c.id == one.id, job.c.fence == one.fence, job.c.called_at == 0)
    ended = update(job).where(still, job.c.state == one.state)
    values = {"state": JobState.CANCELLED, "cost": 0, "lease_until": 0, "told": "told"}
    values |= {"fence": one.fence + 1, "collected_key": message_key, "finished_at": now_ms()}
    return changed(tx, ended.values(values)) == 1


def goes_on(tx: Connection, group_id: int) -> bool:
    """Whether a sheet or a deck has a picture, or may still get one."""
    lost = (JobState.CANCELLED, JobState.FAILED)
    return _count(tx, job.c.group_id == group_id, job.c.page > 0, job.c.state.not_in(lost)) > 0


def _units(tx: Connection, where: ColumnElement[bool]) -> int:
    query = select(func.coalesce(func.sum(job.c.units), 0)).where(where)
    return int(tx.execute(query).scalar_one())


def _count(tx: Connection, *where: ColumnElement[bool]) -> int:
    found: int = tx.execute(select(func.count()).select_from(job).where(*where)).scalar_one()
    return found


def refund(tx: Connection, one: ImageJob, *, spent: int = 0) -> None:
    """Give the quota back and settle the budget at *spent* micro-units."""
    money.give_back(tx, one.account_id, openid=one.openid, day=one.day, pictures=one.units)
    money.settle(tx, one.account_id, periods=(one.day, one.month), difference=spent - one.cost)
