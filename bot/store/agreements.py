"""Who agreed to which words, and what was handed out because of it."""

from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import ColumnElement, Connection, select

from bot.store.database import Database, now_ms, retried
from bot.store.tables import agreement

SHOWN: Final = "shown"  # the words were shown
AGREED: Final = "agreed"
COPY: Final = "copy"  # a link to an unlabelled copy was handed out


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """*text_hash* is the SHA-256 of the exact words; *at* in epoch ms."""

    id: int
    openid: str
    kind: str
    text_hash: str
    job_id: int
    at: int


_COLUMNS = [agreement.c[one.name] for one in fields(Agreement)]


@retried
def show(
    db: Database, account_id: int, *, openid: str, message_key: str, text_hash: str, job_id: int
) -> None:
    """Note that the words were shown for a picture, once per message."""
    own = {"account_id": account_id, "openid": openid, "message_key": message_key}
    with db.write() as tx:
        values = {"kind": SHOWN, "text_hash": text_hash, "job_id": job_id, "at": now_ms()}
        tx.execute(db.insert_new(agreement).values(**own, **values))


def last_shown(
    db: Database, account_id: int, openid: str, *, within_ms: int, but: str
) -> Agreement | None:
    """Return what the follower was shown last, if that was lately; not by the message *but*."""
    mine = (agreement.c.account_id == account_id, agreement.c.openid == openid)
    fresh = (agreement.c.kind == SHOWN, agreement.c.at > now_ms() - within_ms)
    query = select(*_COLUMNS).where(*mine, *fresh, agreement.c.message_key != but)
    query = query.order_by(agreement.c.id.desc()).limit(1)
    with db.read() as tx:
        row = tx.execute(query).one_or_none()
    return Agreement(**row._mapping) if row else None  # noqa: SLF001 — public


@retried
def agree(
    db: Database, account_id: int, *, openid: str, message_key: str, text_hash: str, job_id: int
) -> Agreement:
    """Keep the agreement and the handing-out it allows, once per message; return the latter."""
    own = {"account_id": account_id, "openid": openid, "text_hash": text_hash, "job_id": job_id}
    with db.write() as tx:
        for kind, key in ((AGREED, message_key), (COPY, _copy_key(message_key))):
            values = {"kind": kind, "message_key": key, "at": now_ms()}
            tx.execute(db.insert_new(agreement).values(**own, **values))
        made = _one(tx, agreement.c.message_key == _copy_key(message_key))
    assert made is not None
    return made


def handed_out(db: Database, message_key: str) -> Agreement | None:
    """Return what this message has led to already."""
    with db.read() as tx:
        return _one(tx, agreement.c.message_key == _copy_key(message_key))


def copy(db: Database, account_id: int, copy_id: int) -> Agreement | None:
    """Return a handing-out."""
    own = (agreement.c.account_id == account_id, agreement.c.id == copy_id)
    with db.read() as tx:
        return _one(tx, *own, agreement.c.kind == COPY)


def _copy_key(message_key: str) -> str:
    return f"{message_key[:240]}#copy"


def _one(tx: Connection, *where: ColumnElement[bool]) -> Agreement | None:
    row = tx.execute(select(*_COLUMNS).where(*where)).one_or_none()
    return Agreement(**row._mapping) if row else None  # noqa: SLF001 — public
