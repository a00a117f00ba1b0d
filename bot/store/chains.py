"""Which picture a follower means: the current one, earlier ones, and how often it was edited."""

from sqlalchemy import ColumnElement, and_, or_, select

from bot import recipes
from bot.models import ImageJob, JobKind, JobState
from bot.store import jobs
from bot.store.collecting import SHOWN
from bot.store.conversations import Conversation
from bot.store.database import Database, now_ms
from bot.store.tables import image_job as job

OF_JOB = "job:"
_PICTURES = (JobKind.DRAW, JobKind.EDIT, JobKind.SHEET)
_ENDED = (JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN)
_MOST = 99


def current(
    db: Database,
    account_id: int,
    openid: str,
    talk: Conversation,
    *,
    within_ms: int | None = None,
    besides: int = 0,
) -> ImageJob | None:
    """Return the job whose picture the follower's words are about, finished or not.

    It is the newest since they last turned to another, else the one they turned to. *within_ms*
    bounds how long ago it was asked for, drawn, delivered or turned to; *besides* is a job that is
    not meant.
    """
    mine = and_(_own(account_id, openid), job.c.id != besides, job.c.state.not_in(_ENDED))
    newest = select(*jobs.COLUMNS).where(
        mine, job.c.kind.in_(_PICTURES), job.c.created_at > talk.current_at
    )
    turned_to = select(*jobs.COLUMNS).where(mine, job.c.id == talk.current_id)
    if within_ms is not None:
        since = now_ms() - within_ms
        times = (job.c.created_at, job.c.generated_at, job.c.finished_at)
        newest = newest.where(or_(*(one > since for one in times)))
        turned_to = turned_to.where(talk.current_at > since)
    with db.read() as tx:
        row = tx.execute(newest.order_by(job.c.id.desc()).limit(1)).one_or_none()
        if row is None and talk.current_id:
            row = tx.execute(turned_to).one_or_none()
    return jobs.record(row) if row else None


def latest(db: Database, account_id: int, openid: str, *, most: int = 1) -> list[ImageJob]:
    """Return the follower's newest jobs whatever came of them, newest first."""
    query = select(*jobs.COLUMNS).where(_own(account_id, openid))
    with db.read() as tx:
        rows = tx.execute(query.order_by(job.c.id.desc()).limit(most)).all()
    return [jobs.record(row) for row in rows]


def last_hour(db: Database, account_id: int, openid: str) -> list[ImageJob]:
    """Return the pictures of the last hour in the order in which they were asked for."""
    since = now_ms() - 3_600_000
    query = select(*jobs.COLUMNS).where(_shown(account_id, openid), job.c.created_at > since)
    with db.read() as tx:
        rows = tx.execute(query.order_by(job.c.id).limit(_MOST)).all()
    return [jobs.record(row) for row in rows]


def shown(db: Database, account_id: int, openid: str, number: int) -> ImageJob | None:
    """Return the follower's finished picture of that number."""
    with db.read() as tx:
        return jobs.first(tx, _shown(account_id, openid), job.c.id == number)


def before(db: Database, one: ImageJob) -> ImageJob | None:
    """Return the picture that *one* was made from or repeats, None where there is none."""
    parent = one
    while parent.parent_id:
        with db.read() as tx:
            found = jobs.first(tx, _own(one.account_id, one.openid), job.c.id == parent.parent_id)
        if found is None or found.picture.endswith(".jpg"):
            return found
        parent = found
    return None


def edits(db: Database, one: ImageJob, *, most: int) -> int:
    """Return how many edits, one upon the other, made this picture; counted up to *most*."""
    count = 0
    while count < most and (number := _source(one)):
        count += 1
        with db.read() as tx:
            found = jobs.first(tx, _own(one.account_id, one.openid), job.c.id == number)
        if found is None:
            break
        one = found
    return count


def _source(one: ImageJob) -> int:
    """The job whose picture it was made from, 0 for none."""
    sources = recipes.of(one).sources
    return int(sources[0].removeprefix(OF_JOB)) if sources and sources[0].startswith(OF_JOB) else 0


def _own(account_id: int, openid: str) -> ColumnElement[bool]:
    return and_(jobs.of_follower(account_id, openid), job.c.group_id == 0)


def _shown(account_id: int, openid: str) -> ColumnElement[bool]:
    pictures = job.c.kind.in_(jobs.DRAWN)
    finished = and_(job.c.picture.like("%.jpg"), job.c.state.in_(SHOWN))
    return and_(_own(account_id, openid), pictures, finished)
