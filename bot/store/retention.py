"""What is deleted once it was kept for as long as it must be, a few rows at a time."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, select

from bot.store.database import Database, changed, now_ms
from bot.store.forgetting import FORGOTTEN
from bot.store.tables import (
    agreement,
    complaint,
    decision,
    follower,
    image_job,
    message,
    quota,
    share,
)

BATCH: Final = 500
DAY_MS: Final = 24 * 3600 * 1000


def purge(db: Database, account_id: int, *, days: int) -> int:
    """Delete up to `BATCH` rows of each kind that are older; return how many were.

    The jobs of those who are still there stay: they are their works. An open complaint stays.
    """
    count = 0
    for table, condition in _old(db, days):
        with db.write() as tx:
            count += _some(tx, table, and_(table.c.account_id == account_id, condition))
    return count


def _old(db: Database, days: int) -> Iterator[tuple[Any, ColumnElement[bool]]]:
    before = now_ms() - days * DAY_MS
    yield message, message.c.created_at < before
    yield decision, decision.c.at < before
    yield agreement, agreement.c.at < before
    yield complaint, and_(complaint.c.handled_at > 0, complaint.c.handled_at < before)
    gone = db.begins(image_job.c.openid, FORGOTTEN)
    yield image_job, and_(gone, image_job.c.picture == "", image_job.c.created_at < before)
    yield share, and_(share.c.revoked_at > 0, share.c.revoked_at < before)
    # Under a pseudonym only today's use and a running block mean anything.
    nobody = db.begins(follower.c.openid, FORGOTTEN)
    yield follower, and_(nobody, follower.c.blocked_until <= now_ms())


def purge_quotas(db: Database, account_id: int, *, today: str) -> None:
    """Delete what forgotten followers used of earlier days."""
    nobody = db.begins(quota.c.openid, FORGOTTEN)
    with db.write() as tx:
        tx.execute(
            delete(quota).where(quota.c.account_id == account_id, nobody, quota.c.day < today)
        )


def _some(tx: Connection, table: Any, condition: ColumnElement[bool]) -> int:
    # The last column of a key tells a row of the account: an id, a code, an openid.
    key = list(table.primary_key.columns)[-1]
    found = list(tx.execute(select(key).where(condition).limit(BATCH)).scalars())
    if not found:
        return 0
    return changed(tx, delete(table).where(condition, key.in_(found)))
