"""同款: the codes under which makers let others use a picture's recipe."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, func, select, update

from bot.store.database import Database, changed, now_ms, retried
from bot.store.tables import image_job, share

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O, 1 I L: codes are read aloud
DIGITS: Final = frozenset("23456789")
LENGTH: Final = 6  # 31⁶, nearly 900 million: not to be found by guessing, one message a guess


@dataclass(frozen=True, slots=True)
class Share:
    """*ended*: its maker took it back or left, or an operator has hidden the picture."""

    code: str
    job_id: int
    openid: str
    uses: int
    ended: bool


def new_code() -> str:
    """Return a code with a digit in it, so that no word is taken for one."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if not DIGITS.isdisjoint(code):
            return code


@retried
def give(db: Database, account_id: int, *, openid: str, job_id: int) -> str:
    """Return the code of the maker's own picture; one that was taken back gets another."""
    own = and_(share.c.account_id == account_id, share.c.job_id == job_id)
    fresh = {"code": new_code(), "revoked_at": 0, "created_at": now_ms()}
    with db.write() as tx:
        tx.execute(
            db.insert_new(share).values(
                account_id=account_id, job_id=job_id, openid=openid, **fresh
            )
        )
        tx.execute(update(share).where(own, share.c.revoked_at > 0).values(fresh))
        return str(tx.execute(select(share.c.code).where(own)).scalar_one())


@retried
def revoke(db: Database, account_id: int, *, openid: str, code: str) -> int | None:
    """Take a code back; return its picture's job, None where it is not the follower's."""
    own = and_(share.c.account_id == account_id, share.c.openid == openid, share.c.code == code)
    with db.write() as tx:
        tx.execute(update(share).where(own, share.c.revoked_at == 0).values(revoked_at=now_ms()))
        found: int | None = tx.execute(select(share.c.job_id).where(own)).scalar()
    return found


def find(db: Database, account_id: int, code: str) -> Share | None:
    with db.read() as tx:
        row = tx.execute(_query(account_id, code)).one_or_none()
    if row is None:
        return None
    return Share(row.code, row.job_id, row.openid, row.uses, bool(row.revoked_at or row.hidden))


def count(db: Database, account_id: int, code: str) -> None:
    """Count one more picture by a code."""
    own = (share.c.account_id == account_id, share.c.code == code)
    with db.write() as tx:
        tx.execute(update(share).where(*own).values(uses=share.c.uses + 1))


def revoke_all(tx: Connection, account_id: int, openid: str, *, nobody: str) -> None:
    """End every code of a follower, in the transaction that forgets them."""
    own = and_(share.c.account_id == account_id, share.c.openid == openid)
    changed(tx, update(share).where(own, share.c.revoked_at == 0).values(revoked_at=now_ms()))
    changed(tx, update(share).where(own).values(openid=nobody))


def _query(account_id: int, code: str) -> Select[Any]:
    columns = (share.c.code, share.c.job_id, share.c.openid, share.c.uses, share.c.revoked_at)
    hidden = func.coalesce(image_job.c.hidden_at, 1).label("hidden")  # a job that is gone
    return (
        select(*columns, hidden)
        .outerjoin(image_job, image_job.c.id == share.c.job_id)
        .where(share.c.account_id == account_id, share.c.code == code)
    )
