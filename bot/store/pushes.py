"""What a follower has been pushed since they last asked for something: WeChat allows five."""

import json
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from bot.models import ImageJob, JobState
from bot.store import jobs
from bot.store.database import now_ms
from bot.store.tables import image_job as job
from bot.store.tables import outbox

MOST = 4  # the fifth is left for what has to be said; whether 对方正在输入 is one is not known
_OPEN = (JobState.QUEUED, JobState.GENERATING, JobState.GENERATED)


def hold(tx: Connection, one: ImageJob) -> None:
    """Have deliveries to the same follower end one after the other, so that one is the last."""
    mine = jobs.of_follower(one.account_id, one.openid)
    tx.execute(select(job.c.id).where(mine).order_by(job.c.id).limit(1).with_for_update())


def room(tx: Connection, one: ImageJob) -> bool:
    """Whether another text may follow the picture of *one*, which was just delivered.

    Not while another picture of the follower's is made, which a text will follow, too; and not if
    it would be the fifth push since they last asked for a picture, those still to come counted.
    """
    mine = jobs.of_follower(one.account_id, one.openid)
    asked = select(func.max(job.c.created_at)).where(mine, job.c.group_id == 0)
    since: int = tx.execute(asked).scalar_one()
    ended = and_(job.c.state == JobState.DELIVERED, job.c.finished_at >= since)
    told = and_(job.c.finished_at >= since, job.c.told == "pushed")
    whole = and_(job.c.group_id == 0, or_(job.c.state.in_(_OPEN), told))
    columns = (job.c.id, job.c.state, job.c.kind, job.c.transparent, job.c.lease_until > now_ms())
    rows = tx.execute(select(*columns).where(mine, or_(ended, whole))).all()
    if any(_is_made(row) for row in rows if row.id != one.id):
        return False
    return sum(map(_pushes, rows)) + _parcels(tx, one.openid, since) < MOST


def _is_made(row: Row[Any]) -> bool:
    """Whether a worker has it, or a picture that is there is still to be sent."""
    return row.state == JobState.GENERATED or (row.state in _OPEN and bool(row[-1]))


def _pushes(row: Row[Any]) -> int:
    # A picture one can see through has its link in a text of its own; after a sheet or a deck
    # comes a parcel, which is counted as such once it is there.
    two = row.transparent or (row.kind in jobs.TOGETHER and row.state in _OPEN)
    return 2 if two else 1


def _parcels(tx: Connection, openid: str, since: int) -> int:
    """How many messages were packed for the follower: after pictures, and of 全部 replies."""
    sent = and_(outbox.c.state != "pending", outbox.c.not_before > since)
    states = outbox.c.state.in_(("pending", "sending", "sent", "failed"))
    query = select(outbox.c.replies).where(
        # By what the index holds, for the parcels of all times are many.
        states,
        or_(outbox.c.state == "pending", sent),
        outbox.c.openid == openid,
        outbox.c.created_at >= since,
    )
    return sum(len(json.loads(replies)) for replies in tx.execute(query).scalars())
