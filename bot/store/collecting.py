"""What a follower gets back: waiting pictures, untold failures, earlier works."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update

from bot.models import ImageJob, JobState
from bot.store import jobs
from bot.store.database import Database, changed, now_ms, retried
from bot.store.tables import image_job as job

FRESH_MS = 60_000  # a media id this close to its end is not handed out any more
WAITING = job.c.state == JobState.WAITING
UNTOLD = and_(jobs.IN_WORDS, job.c.told == "waiting")
READY = or_(WAITING, UNTOLD)
FRESH = or_(
    and_(job.c.media_id != "", job.c.media_expires_at > now_ms() + FRESH_MS),
    job.c.media_kind.in_(("link", "words")),  # which do not grow old
)
SHOWN = (JobState.GENERATED, JobState.DELIVERED, JobState.WAITING, JobState.COLLECTED)
AGAIN: dict[str, Any] = {
    # Uploaded and delivered once more, from the stored picture.
    "state": JobState.GENERATED,
    "media_id": "",
    "media_expires_at": 0,
    "send_at": 0,
    "not_before": 0,
    "uploads": 0,
    "push_until": 0,
}


@retried
def collect(db: Database, account_id: int, *, openid: str, message_key: str) -> ImageJob | None:
    """Hand out the follower's oldest waiting picture or untold failure, once per message.

    A picture whose media id is too old goes back to the worker: it is returned in state
    ``generated``. The same message gets the same job again.
    """
    mine = jobs.of_follower(account_id, openid)
    own = and_(mine, job.c.collected_key == message_key)
    with db.read() as tx:
        # In this order: what another push of the message takes in between is then seen as its own.
        nothing = jobs.first(tx, mine, READY) is None
        again = jobs.first(tx, own)
        if again or nothing:
            return again
    with db.write() as tx:
        # The follower's first job stands for all: a message that is pushed twice waits for itself.
        tx.execute(select(job.c.id).where(mine).order_by(job.c.id).limit(1).with_for_update())
        while not (again := jobs.first(tx, own)) and (found := jobs.first(tx, mine, READY)):
            _take(tx, job.c.id == found.id, message_key=message_key)
        return again


@retried
def answer(db: Database, job_id: int, *, message_key: str) -> ImageJob:
    """Return the job; handed out to this message (`collected_key`) if it was ready for that."""
    own = job.c.id == job_id
    with db.read() as tx:
        if jobs.first(tx, own, READY) is None:
            return jobs.only(tx, own)
    with db.write() as tx:
        _take(tx, own, message_key=message_key)
        return jobs.only(tx, own)


def _take(tx: Connection, own: ColumnElement[bool], *, message_key: str) -> bool:
    """Hand the job out; False if another message was first."""
    taken = {"collected_key": message_key}
    picture = {"state": JobState.COLLECTED, "finished_at": now_ms(), **taken}
    return any(
        changed(tx, update(job).where(own, condition).values(values))
        for condition, values in (
            (and_(WAITING, FRESH), picture),
            (WAITING, AGAIN | taken),
            (UNTOLD, {"told": "told", **taken}),
        )
    )


def waiting(db: Database, account_id: int, *, openid: str) -> int:
    """How many finished pictures wait for the follower."""
    with db.read() as tx:
        found: int = tx.execute(
            select(func.count())
            .select_from(job)
            .where(jobs.of_follower(account_id, openid), job.c.state == JobState.WAITING)
        ).scalar_one()
    return found


def send_again(db: Database, job_id: int) -> None:
    """Have a finished picture uploaded and delivered once more."""
    finished = (JobState.DELIVERED, JobState.WAITING, JobState.COLLECTED)
    with db.write() as tx:
        tx.execute(
            update(job)
            .where(job.c.id == job_id, job.c.state.in_(finished))
            .values(**AGAIN, collected_key="")
        )


def picture(db: Database, account_id: int, *, openid: str, number: int) -> ImageJob | None:
    """The follower's own finished picture of that number, for 0 the newest."""
    if not number:
        return next(iter(pictures(db, account_id, openid=openid, most=1)), None)
    own = and_(jobs.of_follower(account_id, openid), job.c.id == number)
    with db.read() as tx:
        return jobs.first(tx, own, job.c.picture.like("%.jpg"), job.c.state.in_(SHOWN))


def pictures(db: Database, account_id: int, *, openid: str, most: int) -> list[ImageJob]:
    """The follower's newest finished pictures, newest first."""
    return _list(
        db,
        select(*jobs.COLUMNS)
        .where(
            jobs.of_follower(account_id, openid),
            job.c.picture.like("%.jpg"),
            job.c.state.in_(SHOWN),
            job.c.group_id == 0,
        )
        .order_by(job.c.id.desc())
        .limit(most),
    )


def open_jobs(db: Database, account_id: int, *, openid: str) -> list[ImageJob]:
    """The follower's jobs that are not finished, oldest first; a sheet or a deck is one."""
    unfinished = (JobState.QUEUED, JobState.GENERATING, JobState.GENERATED)
    return _list(
        db,
        select(*jobs.COLUMNS)
        .where(
            jobs.of_follower(account_id, openid),
            job.c.state.in_(unfinished),
            or_(job.c.group_id == 0, job.c.picture.like("%.jpg")),
        )
        .order_by(job.c.id),
    )


def _list(db: Database, query: Select[Any]) -> list[ImageJob]:
    with db.read() as tx:
        return [jobs.record(row) for row in tx.execute(query)]
