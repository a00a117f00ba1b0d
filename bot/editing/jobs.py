"""Image jobs, moved by an operator: never paid for twice, and no late worker can interfere.

Each act is one conditional UPDATE of the job as it was read, which takes a new fencing token. A
second press, or a press while a worker ends the job, finds it changed and does nothing.
"""

from collections.abc import Callable
from typing import Any, Final

from bot.editing.desk import Desk
from bot.errors import NotThere, Reason, Stale
from bot.models import ImageJob, JobKind, JobState
from bot.store import groups, history, jobs, money
from bot.store.collecting import AGAIN
from bot.store.database import Transaction, now_ms, retried
from bot.store.history import Change
from bot.store.jobs import TOGETHER
from bot.store.money import Terms
from bot.store.tables import image_job as job

GONE = "没有这张图"
FRESH: Final[dict[str, Any]] = {
    # As it was submitted; what earlier calls cost stays in the budget and in the history.
    "state": JobState.QUEUED,
    "reason": "",
    "detail": "",
    "not_before": 0,
    "dispatched_at": 0,
    "attempts": 0,
    "uploads": 0,
    "called_at": 0,
    "generated_at": 0,
    "provider": "",
    "model": "",
    "request_id": "",
    "input_tokens": 0,
    "output_tokens": 0,
    "picture": "",
    "words": None,
    "tried": "",
    "media_id": "",
    "media_kind": "",
    "media_expires_at": 0,
    "send_at": 0,
    "push_until": 0,
    "told": "",
    "collected_key": "",
    "finished_at": 0,
}
UNTOLD: Final = {"told": "", "collected_key": ""}  # the worker tells the follower
FINISHED: Final = {JobState.DELIVERED, JobState.WAITING, JobState.COLLECTED}


@retried
def cancel(desk: Desk, job_id: int) -> ImageJob:
    """End a job no call was made for, give money and quota back, and have the follower told.

    A sheet or a deck ends with the pictures no call was made for, and goes on with any others.

    Raises:
        NotThere: there is no such job.
        Stale: it is no longer waiting for its turn; nothing is changed.
    """

    def act(tx: Transaction, one: ImageJob) -> dict[str, Any]:
        _demand(one, _idle(one))
        ended = [part for part in groups.parts_in(tx, one.id) if _idle(part) and _end(tx, part)]
        if not jobs.goes_on(tx, one.id):
            _demand(one, _end(tx, one))
            ended.append(one)
        # Jobs before counters, as everywhere.
        for part in ended:
            jobs.refund(tx, part)
        _demand(one, bool(ended))
        return {"state": JobState.CANCELLED if one in ended else one.state, "cost": 0}

    return _move(desk, job_id, "cancel", act)


@retried
def retry(desk: Desk, job_id: int, terms: Terms, *, pay_again: bool = False) -> ImageJob:
    """Have a failed job drawn anew, at a new reservation; return it as it was.

    With a page its sheet or deck is put together and delivered anew. One without any picture is
    retried by its pages, and an outline not at all.

    Raises:
        NotThere: there is no such job.
        Stale: it is not failed, or its call was paid for and *pay_again* does not say to pay again.
        Refused: QUOTA or BUDGET; nothing is changed.
    """

    def act(tx: Transaction, one: ImageJob) -> dict[str, Any]:
        _demand(one, one.state is JobState.FAILED and (pay_again or not one.cost))
        _demand(one, one.kind not in TOGETHER or jobs.goes_on(tx, one.id))
        return _draw_anew(desk, tx, one, terms)

    return _move(desk, job_id, "retry", act)


@retried
def send_again(desk: Desk, job_id: int) -> ImageJob:
    """Have a finished picture, or one that WeChat refused, uploaded and delivered once more.

    Raises:
        NotThere: there is no such job.
        Stale: there is no picture to send; nothing is changed.
    """

    def act(tx: Transaction, one: ImageJob) -> dict[str, Any]:
        kept = one.picture.endswith(".jpg")
        _demand(one, kept and one.state in FINISHED | {JobState.FAILED})
        _take(tx, one, **AGAIN, **UNTOLD, media_kind="", reason="", detail="", finished_at=0)
        return {"state": JobState.GENERATED, "cost": one.cost}

    return _move(desk, job_id, "send_again", act)


@retried
def release(desk: Desk, job_id: int, *, paid: bool, again: Terms | None = None) -> ImageJob:
    """Settle a job of unknown outcome: *paid* for or not; the follower gets the quota back.

    With *again* it is drawn anew at these terms, otherwise the follower is told.

    Raises:
        NotThere: there is no such job.
        Stale: its outcome is not unknown; nothing is changed.
        Refused: QUOTA or BUDGET of drawing anew; nothing is changed.
    """

    def act(tx: Transaction, one: ImageJob) -> dict[str, Any]:
        _demand(one, one.state is JobState.UNKNOWN)
        spent = one.cost if paid else 0
        if again is None:
            values = {"state": JobState.FAILED, "reason": Reason.RELEASED, **UNTOLD}
            _take(tx, one, **values, cost=spent)
            jobs.refund(tx, one, spent=spent)
            return {"state": JobState.FAILED, "spent": spent}
        made = _draw_anew(desk, tx, one, again, spent=spent, reserved=True)
        return made | {"spent": spent}

    return _move(desk, job_id, "release", act)


@retried
def hide(desk: Desk, job_id: int, *, hidden: bool) -> ImageJob:
    """Take a picture out of the operators' gallery, or put it back."""

    def act(tx: Transaction, one: ImageJob) -> dict[str, Any]:
        jobs.hide(tx, one.id, hidden=hidden)
        return {"hidden": hidden}

    return _move(desk, job_id, "hide" if hidden else "show", act)


def name_of(job_id: int) -> str:
    """What the history calls a job."""
    return f"job:{job_id}"


def _move(
    desk: Desk, job_id: int, verb: str, act: Callable[[Transaction, ImageJob], dict[str, Any]]
) -> ImageJob:
    """Run *act* on the job and record what it returns; return the job as it was."""
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        one = jobs.find(tx, desk.account_id, job_id)
        if one is None:
            raise NotThere(GONE)
        change = Change(
            action=f"job.{verb}",
            object=name_of(one.id),
            title=f"第 {one.id} 号图片",  # the follower's words are theirs; they stay out of it
            before={"state": one.state, "cost": one.cost},
            after=act(tx, one),
        )
        history.record(tx, desk.account_id, desk.actor, change)
        return one


def _draw_anew(
    desk: Desk,
    tx: Transaction,
    one: ImageJob,
    terms: Terms,
    *,
    spent: int = 0,
    reserved: bool = False,
) -> dict[str, Any]:
    """Queue the job at a new reservation, after settling the old one where it is still *reserved*.

    Jobs before counters, as everywhere.
    """
    # The pages of an outline have gone on without it; of who was forgotten no words are left.
    _demand(one, one.kind is not JobKind.OUTLINE and bool(one.prompt))
    whole = _whole_of(tx, one)
    _take(tx, one, **FRESH, day=terms.day, month=terms.month, cost=terms.cost)
    # A sheet that failed has given back the one picture it counts as.
    again = whole.units if whole and whole.state is JobState.FAILED else 0
    if whole:
        _take(tx, whole, **FRESH, **({"day": terms.day, "month": terms.month} if again else {}))
    if reserved:
        jobs.refund(tx, one, spent=spent)
    money.reserve(
        desk.db,
        tx,
        one.account_id,
        openid=one.openid,
        day=terms.day,
        daily_images=terms.daily_images,
        cost=terms.cost,
        limits=terms.limits,
        pictures=one.units + again,
    )
    return {"state": JobState.QUEUED, "cost": terms.cost}


def _whole_of(tx: Transaction, one: ImageJob) -> ImageJob | None:
    """Return the sheet or deck that is to be put together anew with a page.

    One that waits for its pages is, too: a worker may be putting it together without this one.
    """
    if not one.group_id or not one.page:
        return None
    whole = jobs.only(tx, job.c.id == one.group_id)
    again = FINISHED | {JobState.FAILED, JobState.UNKNOWN, JobState.QUEUED}
    _demand(one, whole.state in again)
    return whole


def _idle(one: ImageJob) -> bool:
    return one.state in {JobState.QUEUED, JobState.GENERATING} and not one.called_at


def _end(tx: Transaction, one: ImageJob) -> bool:
    values = {"state": JobState.CANCELLED, "reason": Reason.CANCELLED, **UNTOLD}
    return jobs.take(tx, one, **values, cost=0, finished_at=now_ms())


def _take(tx: Transaction, one: ImageJob, **values: Any) -> None:
    _demand(one, jobs.take(tx, one, **values))


def _demand(one: ImageJob, condition: bool) -> None:
    if not condition:
        raise Stale(one.state, revision=one.fence)
