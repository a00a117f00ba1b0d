"""How far a follower's open requests have got, and how long each will still take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, or_, select

from bot.models import ImageJob, JobKind, JobState
from bot.store import groups, jobs, queues
from bot.store.database import Database, clock
from bot.store.jobs import TOGETHER
from bot.store.queues import Pace
from bot.store.tables import image_job as job

MOST = 5  # an answer of WeChat's holds 2,048 bytes
_UNFINISHED = (JobState.QUEUED, JobState.GENERATING)
_OPEN = (*_UNFINISHED, JobState.GENERATED, JobState.WAITING)


class Phase(StrEnum):
    """What is being done for a request."""

    QUEUED = "queued"
    DRAWING = "drawing"
    WORDS = "words"  # a photo is being described
    OUTLINE = "outline"  # a deck's text is being written
    SHEET = "sheet"
    DECK = "deck"
    SENDING = "sending"
    WAITING = "waiting"  # for the follower


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One open request. *place* counts from 1 where it is queued; times are in seconds.

    *seconds* is how long it will still take; of what is being drawn, how long that takes at all.
    *since* is how long it has been drawn, *page* the one of *pages* that is being drawn.
    """

    job: ImageJob
    phase: Phase
    place: int = 0
    seconds: int = 0
    since: int = 0
    page: int = 0
    pages: int = 0


def steps(
    db: Database, account_id: int, *, openid: str, pace: Callable[[ImageJob], Pace]
) -> tuple[list[Step], int]:
    """Return the oldest open requests, `MOST` of them, and how many there are besides."""
    # A page of a deck that is brought by itself is one, too.
    alone = or_(job.c.group_id == 0, job.c.state == JobState.WAITING)
    where = (jobs.of_follower(account_id, openid), job.c.state.in_(_OPEN), alone)
    with db.read() as tx:
        rows = tx.execute(select(*jobs.COLUMNS).where(*where).order_by(job.c.id)).all()
        found = [jobs.record(row) for row in rows[:MOST]]
        return [_step(tx, one, pace(one)) for one in found], len(rows) - len(found)


def last(db: Database, account_id: int, *, openid: str) -> ImageJob | None:
    """Return the newest of the follower's requests that are not open any more."""
    where = (jobs.of_follower(account_id, openid), job.c.state.not_in(_OPEN), job.c.group_id == 0)
    query = select(*jobs.COLUMNS).where(*where).order_by(job.c.id.desc()).limit(1)
    with db.read() as tx:
        row = tx.execute(query).one_or_none()
    return jobs.record(row) if row else None


def _step(tx: Connection, one: ImageJob, pace: Pace) -> Step:
    if one.state not in _UNFINISHED:
        waits = one.state is JobState.WAITING
        return Step(job=one, phase=Phase.WAITING if waits else Phase.SENDING)
    if one.kind in TOGETHER:
        return _together(tx, one, pace)
    if one.kind is JobKind.DESCRIBE:
        usual = queues.seconds_of(tx, one.account_id)[one.kind]
        return Step(job=one, phase=Phase.WORDS, seconds=round(usual))
    if one.state is JobState.QUEUED:
        return _queued(tx, one, [one.kind], pace)
    since = max(0, clock(tx) - one.called_at) // 1000 if one.called_at else 0
    usual = queues.seconds_of(tx, one.account_id)[one.kind]
    return Step(job=one, phase=Phase.DRAWING, since=since, seconds=round(usual))


def _together(tx: Connection, one: ImageJob, pace: Pace) -> Step:
    parts = groups.parts_in(tx, one.id)
    pages = [part for part in parts if part.page]
    left = [part.kind for part in parts if part.state in _UNFINISHED]
    ended = sum(page.state not in _UNFINISHED for page in pages)
    if not left:
        return Step(job=one, phase=Phase.SENDING)
    written = JobKind.OUTLINE in left
    if not written and all(page.state is JobState.QUEUED for page in pages):
        return _queued(tx, one, left, pace)
    phase = Phase.OUTLINE if written else Phase(one.kind)
    drawing = sum(page.state is JobState.GENERATING for page in pages)
    seconds = _foreseen(tx, one, left, pace, drawing=drawing).seconds
    return Step(job=one, phase=phase, seconds=seconds, page=ended + 1, pages=len(pages))


def _queued(tx: Connection, one: ImageJob, kinds: Sequence[JobKind], pace: Pace) -> Step:
    found = _foreseen(tx, one, kinds, pace, drawing=0)
    return Step(job=one, phase=Phase.QUEUED, place=found.requests + 1, seconds=found.seconds)


def _foreseen(
    tx: Connection, one: ImageJob, kinds: Sequence[JobKind], pace: Pace, *, drawing: int
) -> queues.Foreseen:
    return queues.foresee(
        tx,
        one.account_id,
        openid=one.openid,
        kinds=kinds,
        pace=pace,
        drawing=drawing,
        before=one.id,
    )
