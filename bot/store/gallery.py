"""Image jobs as operators look at them: the gallery, the queue, and all that is known of one."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true

from bot.models import JobState
from bot.store import queues
from bot.store.database import Database, clock, now_ms
from bot.store.tables import image_job as job
from bot.store.tables import lease

LABELLED = job.c.picture.like("%.jpg")
# What the queue shows, in the order of its sections.
QUEUE: dict[str, tuple[JobState, ...]] = {
    "queued": (JobState.QUEUED,),
    "running": (JobState.GENERATING, JobState.GENERATED),
    "unknown": (JobState.UNKNOWN,),
    "failed": (JobState.FAILED,),
    "waiting": (JobState.WAITING,),
}

ALONE = ("queued", "running", "waiting")
MOST_PARTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything a job's row knows that an operator may see."""

    id: int
    openid: str
    prompt: str
    width: int
    height: int
    state: str
    reason: str
    detail: str
    created_at: int
    day: str
    not_before: int
    dispatched_at: int
    owner: str
    lease_until: int
    attempts: int
    uploads: int
    cost: int
    called_at: int
    generated_at: int
    provider: str
    model: str
    request_id: str
    input_tokens: int
    output_tokens: int
    picture: str
    media_kind: str
    media_expires_at: int
    send_at: int
    told: str
    finished_at: int
    pushes: int
    hidden_at: int
    kind: str
    group_id: int
    page: int
    words: str | None
    recipe: str | None
    parent_id: int
    tried: str

    @property
    def labelled(self) -> bool:
        return self.picture.endswith(".jpg")

    @property
    def seconds(self) -> float:
        """How long the follower's picture took to be drawn, 0 where it was not."""
        return (self.generated_at - self.created_at) / 1000 if self.generated_at else 0


_COLUMNS = [job.c[one.name] for one in fields(Shown)]


def labelled(db: Database, account_id: int, job_ids: Collection[int]) -> set[int]:
    """Return which of these jobs have a picture to show."""
    where = (job.c.account_id == account_id, job.c.id.in_(job_ids), LABELLED)
    with db.read() as tx:
        return set(tx.execute(select(job.c.id).where(*where)).scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """*hidden* shows what was hidden, and only that; not *labelled* shows every job there is."""

    state: str = ""
    model: str = ""
    kind: str = ""
    day: str = ""
    openid: str = ""
    hidden: bool = False
    labelled: bool = True

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        if self.labelled:
            yield LABELLED
            yield job.c.group_id == 0  # a page is seen with its sheet or deck
            yield job.c.hidden_at > 0 if self.hidden else job.c.hidden_at == 0
        for name in ("state", "model", "kind", "day", "openid"):
            if wanted := getattr(self, name):
                yield job.c[name] == wanted


def page(
    db: Database, account_id: int, wanted: Filter, *, most: int, skip: int = 0
) -> tuple[list[Shown], int]:
    """Return a page of pictures, newest first, and how many there are in all."""
    where = and_(job.c.account_id == account_id, *wanted.conditions())
    with db.read() as tx:
        total: int = tx.execute(select(func.count()).select_from(job).where(where)).scalar_one()
    return _read(db, where, job.c.id.desc(), most=most, skip=skip), total


def neighbours(db: Database, account_id: int, wanted: Filter, job_id: int) -> tuple[int, int]:
    """Return the ids of the pictures before and after in the gallery, 0 where there is none."""
    where = and_(job.c.account_id == account_id, *wanted.conditions())
    # Not min and max, for which MariaDB reads all there are.
    newer = select(job.c.id).where(where, job.c.id > job_id).order_by(job.c.id).limit(1)
    older = select(job.c.id).where(where, job.c.id < job_id).order_by(job.c.id.desc()).limit(1)
    with db.read() as tx:
        return tx.execute(newer).scalar() or 0, tx.execute(older).scalar() or 0


def get(db: Database, account_id: int, job_id: int) -> Shown | None:
    where = and_(job.c.account_id == account_id, job.c.id == job_id)
    found = _read(db, where, job.c.id, most=1)
    return found[0] if found else None


def parts(db: Database, account_id: int, group_id: int) -> list[Shown]:
    """Return the jobs a sheet or a deck is put together from, in their order; none of another."""
    where = and_(job.c.account_id == account_id, job.c.group_id == group_id)
    return _read(db, where, job.c.page, most=MOST_PARTS) if group_id else []


def some(db: Database, account_id: int, *, openid: str, ids: Collection[int]) -> dict[int, Shown]:
    """Return those of these jobs that are the follower's, by id."""
    where = and_(job.c.account_id == account_id, job.c.openid == openid, job.c.id.in_(ids))
    return {one.id: one for one in _read(db, where, job.c.id, most=MOST_PARTS)}


def children(db: Database, account_id: int, job_id: int) -> list[Shown]:
    """Return the jobs that edit or repeat the picture of this one, oldest first."""
    where = and_(job.c.account_id == account_id, job.c.parent_id == job_id)
    return _read(db, where, job.c.id, most=MOST_PARTS)


def models(db: Database, account_id: int) -> list[str]:
    query = select(job.c.model).where(job.c.account_id == account_id, job.c.model != "")
    with db.read() as tx:
        return sorted(tx.execute(query.distinct()).scalars())


def queue(db: Database, account_id: int, section: str, *, most: int) -> tuple[list[Shown], int]:
    """Return the jobs of a section of the queue, whose turn is next first, and their number."""
    # The pages of a sheet or a deck stand on its own page, but what went wrong is named at once.
    # (Not "= 0", for which SQLite would look through all that are in no group.)
    listed = job.c.group_id < 1 if section in ALONE else true()
    where = and_(job.c.account_id == account_id, job.c.state.in_(QUEUE[section]), listed)
    order = job.c.id if section in {"queued", "running"} else job.c.id.desc()
    with db.read() as tx:
        total: int = tx.execute(select(func.count()).select_from(job).where(where)).scalar_one()
    return _read(db, where, order, most=most), total


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Whether anybody works: living workers and until when, and this minute's new pictures."""

    workers: list[tuple[str, int]]
    called: int
    now: int


def pulse(db: Database, prefix: str) -> Pulse:
    """*prefix* begins the names of the workers' leases."""
    alive = and_(lease.c.name.startswith(prefix, autoescape=True), lease.c.until > now_ms())
    with db.read() as tx:
        rows = tx.execute(select(lease.c.owner, lease.c.until).where(alive)).all()
        called = sum(queues.called_in_the_last_minute(tx).values())
        now = clock(tx)
    return Pulse(workers=sorted((owner, until) for owner, until in rows), called=called, now=now)


def _read(
    db: Database, where: ColumnElement[bool], order: Any, *, most: int, skip: int = 0
) -> list[Shown]:
    query = select(*_COLUMNS).where(where).order_by(order).limit(most).offset(skip)
    with db.read() as tx:
        return [Shown(**row._mapping) for row in tx.execute(query)]  # noqa: SLF001 — public
