"""What a follower gets back: waiting pictures, untold failures, earlier works."""

from typing import Any

from sqlalchemy import Select, and_, func, or_, select, update

from bot.models import ImageJob, JobState
from bot.store import jobs
from bot.store.database import Database, changed, now_ms
from bot.store.tables import image_job as job

FRESH_MS = 60_000  # a media id this close to its end is not handed out any more


def collect(db: Database, account_id: int, *, openid: str, message_key: str) -> ImageJob | None:
    """Hand out the follower's oldest waiting picture or untold failure, once per message.

    A picture whose media id is too old goes back to the worker: it is returned in state
    ``generated``. The same message gets the same job again.
    """
    mine = jobs.of_follower(account_id, openid)
    fresh = or_(job.c.media_expires_at > now_ms() + FRESH_MS, job.c.media_kind == "link")
    waiting = and_(mine, job.c.state == JobState.WAITING)
    untold = and_(
        mine, job.c.state.in_((JobState.FAILED, JobState.UNKNOWN)), job.c.told == "waiting"
    )
    with db.read() as tx:
        again = jobs.first(tx, mine, job.c.collected_key == message_key)
        if again or jobs.first(tx, or_(waiting, untold)) is None:
            return again
    with db.write() as tx:
        found = jobs.first(tx, or_(waiting, untold))
        if found is None:
            return jobs.first(tx, mine, job.c.collected_key == message_key)
        own = job.c.id == found.id
        values: dict[str, Any] = {"told": "told", "collected_key": message_key}
        if found.state is JobState.WAITING:
            values = {"state": JobState.COLLECTED, "collected_key": message_key}
            values["finished_at"] = now_ms()
            if not changed(tx, update(job).where(own, fresh).values(values)):
                values = {"state": JobState.GENERATED, "media_id": "", "send_at": 0}
                values |= {"not_before": 0, "uploads": 0}
        tx.execute(update(job).where(own).values(values))
        return jobs.only(tx, own)


def answer(db: Database, job_id: int, *, message_key: str) -> ImageJob | None:
    """Hand *job_id* itself to the push that asked for it; None while it has nothing to hand out."""
    own = job.c.id == job_id
    waiting = and_(own, job.c.state == JobState.WAITING)
    untold = and_(own, job.c.told == "waiting")
    with db.read() as tx:
        if jobs.first(tx, or_(waiting, untold)) is None:
            return jobs.first(tx, own, job.c.collected_key == message_key)
    with db.write() as tx:
        values = {"state": JobState.COLLECTED, "finished_at": now_ms()}
        tx.execute(update(job).where(waiting).values(**values, collected_key=message_key))
        tx.execute(update(job).where(untold).values(told="told", collected_key=message_key))
        return jobs.first(tx, own, job.c.collected_key == message_key)


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
        select(*jobs.COLUMNS)
        .where(jobs.of_follower(account_id, openid), job.c.picture.like("%.jpg"))
        .order_by(job.c.id.desc())
        .limit(most),
    )


def open_jobs(db: Database, account_id: int, *, openid: str) -> list[ImageJob]:
    """The follower's jobs that are not finished, oldest first."""
    unfinished = (JobState.QUEUED, JobState.GENERATING, JobState.GENERATED)
    return _list(
        db,
        select(*jobs.COLUMNS)
        .where(jobs.of_follower(account_id, openid), job.c.state.in_(unfinished))
        .order_by(job.c.id),
    )


def _list(db: Database, query: Select[Any]) -> list[ImageJob]:
    with db.read() as tx:
        return [jobs.record(row) for row in tx.execute(query)]
