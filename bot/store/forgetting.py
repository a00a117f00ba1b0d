"""How a follower is forgotten: their words and files go, what must be kept loses its owner.

The rows of the generation log (jobs, decisions, agreements, complaints) keep a pseudonym, always
the same for one follower, so that a lawful question about somebody known can still be answered.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    cast,
    delete,
    func,
    or_,
    select,
    update,
)

from bot.models import JobState
from bot.store import shares
from bot.store.database import Database, now_ms, retried
from bot.store.tables import (
    agreement,
    complaint,
    conversation,
    decision,
    follower,
    image_job,
    message,
    outbox,
    photo,
    quota,
)

FORGOTTEN: Final = "forgotten-"  # begins every pseudonym
RUNNING: Final = (JobState.QUEUED, JobState.GENERATING)
WORDS: Final = ("prompt", "acknowledgement", "detail", "media_id", "request_id", "collected_key")


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file of nobody's: *name* as its row has it, *prefix* what all files of a job begin with."""

    row: int
    name: str
    prefix: str = ""


# ---- who leaves ----


@retried
def leave(db: Database, account_id: int, openid: str) -> None:
    """Note that a follower has left, whatever is known of them."""
    own = {"account_id": account_id, "openid": openid}
    with db.write() as tx:
        seen = {"subscribed": False, "first_seen_at": now_ms(), "last_seen_at": now_ms()}
        tx.execute(db.insert_new(follower).values(**own, **seen))
        left = {"subscribed": False, "left_at": now_ms()}
        tx.execute(update(follower).where(_own(follower, account_id, openid)).values(left))


def left(db: Database, account_id: int, *, for_ms: int, most: int) -> list[str]:
    """Return who left at least so long ago and is not forgotten yet."""
    gone = and_(follower.c.left_at > 0, follower.c.left_at <= now_ms() - for_ms)
    query = select(follower.c.openid).where(follower.c.account_id == account_id, gone)
    with db.read() as tx:
        return list(tx.execute(query.order_by(follower.c.left_at).limit(most)).scalars())


def has_left(tx: Connection, account_id: int, openid: str, *, for_ms: int) -> bool:
    """Whether the follower left so long ago; locks their row against a change of mind."""
    gone = and_(follower.c.left_at > 0, follower.c.left_at <= now_ms() - for_ms)
    mine = select(follower.c.openid).where(_own(follower, account_id, openid), gone)
    return tx.execute(mine.with_for_update()).one_or_none() is not None


def running(tx: Connection, account_id: int, openid: str) -> bool:
    """Whether a job of theirs waits for its call or is in a worker's hands."""
    mine = _own(image_job, account_id, openid)
    busy = or_(image_job.c.state.in_(RUNNING), image_job.c.lease_until > now_ms())
    return tx.execute(select(image_job.c.id).where(mine, busy).limit(1)).scalar() is not None


# ---- forgetting ----


def forget(
    tx: Connection, account_id: int, openid: str, *, nobody: str, bounds: bool = False
) -> None:
    """Take the follower out of every row; *nobody* stands for them in those that are kept.

    What was counted stays: the rows keep time, state and cost, and nobody's words. *bounds* keeps
    today's use and a block under the pseudonym, so that leaving and coming back lifts neither.
    Files are left to `leftovers`.
    """
    jobs = _own(image_job, account_id, openid)
    ready = image_job.c.state.in_((JobState.WAITING, JobState.GENERATED))
    ended = {"state": JobState.CANCELLED, "reason": ""}
    tx.execute(update(image_job).where(jobs, ready).values(ended))
    tx.execute(update(image_job).where(jobs).values(_wiped(nobody)))
    said = {"content": ""}
    for table, more in ((message, said), (decision, {}), (agreement, {}), (complaint, {})):
        values = {"openid": nobody, "message_key": _key(table), **more}
        tx.execute(update(table).where(_own(table, account_id, openid)).values(values))
    seen = {"openid": nobody, "message_key": _key(photo), "media_id": ""}
    tx.execute(update(photo).where(_own(photo, account_id, openid)).values(seen))
    shares.revoke_all(tx, account_id, openid, nobody=nobody)
    if bounds:
        _keep_bounds(tx, account_id, openid, nobody)
    for one in (outbox, conversation, quota, follower):
        tx.execute(delete(one).where(_own(one, account_id, openid)))


def _wiped(nobody: str) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(WORDS, "")
    values |= {"recipe": None, "words": None, "openid": nobody, "message_key": _key(image_job)}
    return values | {
        "told": "told",
        "fence": image_job.c.fence + 1,
        "lease_until": 0,
        "hidden_at": now_ms(),
    }


def _keep_bounds(tx: Connection, account_id: int, openid: str, nobody: str) -> None:
    """Rename today's use and a block; those of an earlier leave stay unless there are newer."""
    newest = select(func.max(quota.c.day)).where(_own(quota, account_id, openid))
    day = tx.execute(newest).scalar() or ""
    today = and_(_own(quota, account_id, openid), quota.c.day == day)
    _rename(tx, quota, today, nobody, earlier=_own(quota, account_id, nobody))
    blocked = and_(_own(follower, account_id, openid), follower.c.blocked_until > now_ms())
    bare = {"remark": "", "blocked_reason": "", "left_at": 0}
    earlier = _own(follower, account_id, nobody)
    _rename(tx, follower, blocked, nobody, earlier=earlier, **bare)


def _rename(
    tx: Connection,
    table: Any,
    own: ColumnElement[bool],
    nobody: str,
    *,
    earlier: ColumnElement[bool],
    **values: Any,
) -> None:
    if tx.execute(select(table.c.openid).where(own)).one_or_none():
        tx.execute(delete(table).where(earlier))
        tx.execute(update(table).where(own).values(openid=nobody, **values))


# ---- files of nobody's ----


def leftovers(db: Database, account_id: int, *, most: int) -> tuple[list[Leftover], list[Leftover]]:
    """Return the pictures and the photos that still lie there for forgotten followers."""
    pictures = select(image_job.c.id, image_job.c.picture).where(
        _forgotten(db, image_job, account_id), image_job.c.picture != ""
    )
    photos = select(photo.c.id, photo.c.file).where(_forgotten(db, photo, account_id))
    with db.read() as tx:
        found = tx.execute(pictures.limit(most)).all()
        seen = tx.execute(photos.limit(most)).all()
    drawn = [Leftover(row, name, f"{name.partition('/')[0]}/{row}-") for row, name in found]
    return drawn, [Leftover(row, name) for row, name in seen]


def swept(db: Database, pictures: list[Leftover], photos: list[Leftover]) -> None:
    """Note that these files are gone."""
    with db.write() as tx:
        rows = image_job.c.id.in_([one.row for one in pictures])
        tx.execute(update(image_job).where(rows).values(picture=""))
        tx.execute(delete(photo).where(photo.c.id.in_([one.row for one in photos])))


def _forgotten(db: Database, table: Any, account_id: int) -> ColumnElement[bool]:
    return and_(table.c.account_id == account_id, db.begins(table.c.openid, FORGOTTEN))


def _key(table: Any) -> ColumnElement[str]:
    """A message key that is nobody's and yet the row's own."""
    return "forgotten|" + cast(table.c.id, String(20))


def _own(table: Any, account_id: int, openid: str) -> ColumnElement[bool]:
    return and_(table.c.account_id == account_id, table.c.openid == openid)
