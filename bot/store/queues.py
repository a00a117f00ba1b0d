"""How long a picture will take: who comes before it, at what pace, and how long one is drawn."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    distinct,
    func,
    or_,
    select,
)

from bot.models import JobKind, JobState
from bot.store.database import now_ms
from bot.store.tables import image_job as job

USUAL: Final[Mapping[JobKind, float]] = {
    JobKind.DRAW: 30.0,
    JobKind.EDIT: 40.0,
    JobKind.OUTLINE: 15.0,
    JobKind.DESCRIBE: 15.0,
}
"""What is said until enough have been made, in seconds."""
ENOUGH = 5
RECENT = 20  # of a kind; the median of so many is steady, and follows a provider that slows down
LOOKED_AT = 100  # the newest jobs, of all kinds
_PICTURES = (JobKind.DRAW, JobKind.EDIT)
_TOGETHER = (JobKind.SHEET, JobKind.DECK)
_UNFINISHED = job.c.state.in_((JobState.QUEUED, JobState.GENERATING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """*images_per_minute* of all who can draw it; *at_once* of one follower's at the same time."""

    images_per_minute: int
    at_once: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What stands before a request, and when all of it will have been made.

    *people* are other followers, *requests* what still waits for its turn, anybody's: a sheet or a
    deck is one. *seconds* are until the last of its pictures is there.
    """

    people: int
    requests: int
    seconds: int


@dataclass(frozen=True, slots=True)
class _Crowd:
    """One follower's pictures: those that wait for their turn, and those being drawn."""

    waiting: int
    drawing: int


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, job.c.id)))


def _crowds() -> Select[Any]:
    """Return the question of `_before`: for each follower, requests and pictures in the queue."""
    picture = job.c.kind.in_(_PICTURES)
    waits = and_(job.c.state == JobState.QUEUED, job.c.lease_until <= now_ms())
    whole = case((job.c.group_id > 0, job.c.group_id), else_=job.c.id)
    shown = job.c.kind.in_((*_PICTURES, *_TOGETHER))
    return (
        select(
            job.c.openid,
            func.count(distinct(case((and_(picture, waits), whole)))),
            _count(and_(picture, waits)),
            _count(and_(picture, ~waits)),
        )
        .where(job.c.account_id == bindparam("account"), _UNFINISHED, shown)
        .group_by(job.c.openid)
    )


def _durations() -> Select[Any]:
    """Return the question of `seconds_of`."""
    # Words are not handed to a lane: their time begins with their call.
    begun = case((job.c.dispatched_at > 0, job.c.dispatched_at), else_=job.c.called_at)
    return (
        select(job.c.kind, job.c.generated_at - begun)
        .where(
            job.c.account_id == bindparam("account"),
            job.c.generated_at > 0,
            or_(job.c.dispatched_at > 0, job.c.called_at > 0),
        )
        .order_by(job.c.id.desc())
        .limit(LOOKED_AT)
    )


# Made once: to put them together anew would cost every prompt more than to answer them.
_CROWDS: Final = _crowds()
_DURATIONS: Final = _durations()


def foresee(
    tx: Connection,
    account_id: int,
    *,
    openid: str,
    kinds: Collection[JobKind],
    pace: Pace,
    drawing: int = 0,
    before: int | None = None,
) -> Foreseen:
    """Say what stands before a follower's request for *kinds*, a kind for each job still to do.

    *drawing* of them have been begun. *before* is the id of a job that is there already: only older
    ones stand before it.

    Pictures are begun oldest first, *at_once* of one follower's and *images_per_minute* in all, so
    a long deck of somebody else's holds nobody up for longer than its turn.
    """
    people, requests, crowds = _before(tx, account_id, openid, before)
    took = seconds_of(tx, account_id)
    pictures = [kind for kind in kinds if kind in _PICTURES]
    words = sum(took[kind] for kind in kinds if kind in took and kind not in _PICTURES)
    if not pictures:
        return Foreseen(people=people, requests=requests, seconds=round(words))
    each = max(took[kind] for kind in pictures)
    own = crowds.pop(openid, _Crowd(0, 0))
    rounds = ceil((own.waiting + own.drawing + len(pictures)) / pace.at_once)
    free = max(0, pace.images_per_minute - sum(called_in_the_last_minute(tx).values()))
    begun, earlier = -1.0, (rounds - 1) * each
    while begun < earlier:
        begun = earlier
        others = _turns(crowds.values(), pace.at_once, rounds=1 + int(begun / each))
        turns = max(0, others + own.waiting + len(pictures) - drawing - free)
        earlier = max(begun, turns * 60 / pace.images_per_minute)
    return Foreseen(people=people, requests=requests, seconds=round(words + begun + each))


def _turns(crowds: Iterable[_Crowd], at_once: int, *, rounds: int) -> int:
    """How many of the others' pictures are begun in so many rounds of drawing."""
    return sum(min(one.waiting, max(0, at_once * rounds - one.drawing)) for one in crowds)


def _before(
    tx: Connection, account_id: int, openid: str, before: int | None
) -> tuple[int, int, dict[str, _Crowd]]:
    """Return how many other people and requests stand before, and each follower's pictures."""
    query = _CROWDS
    if before is not None:
        query = query.where(job.c.id < before)
    rows = tx.execute(query, {"account": account_id}).all()
    people = sum(row[0] != openid for row in rows)
    requests = sum(row[1] for row in rows)
    return people, requests, {row[0]: _Crowd(row[2], row[3]) for row in rows}


def seconds_of(tx: Connection, account_id: int) -> dict[JobKind, float]:
    """Return how long one of each kind is made: the median of the recent, or what is usual."""
    found: dict[JobKind, list[int]] = {}
    for kind, took in tx.execute(_DURATIONS, {"account": account_id}):
        found.setdefault(JobKind(kind), []).append(took)
    return {
        kind: _median(found[kind][:RECENT]) if len(found.get(kind, ())) >= ENOUGH else usual
        for kind, usual in USUAL.items()
    }


def _median(took: Collection[int]) -> float:
    """Return the median of times in ms, in seconds."""
    return max(1.0, sorted(took)[len(took) // 2] / 1000)


def called_in_the_last_minute(tx: Connection) -> dict[str, int]:
    """How many pictures each provider was asked for."""
    calls = select(job.c.provider, func.sum(job.c.attempts + 1)).group_by(job.c.provider)
    rows = tx.execute(calls.where(job.c.dispatched_at > now_ms() - 60_000))
    return {provider: int(count) for provider, count in rows}
