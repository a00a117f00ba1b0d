"""Media ids of the canned replies' files, renewed by the worker before WeChat forgets them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from bot.store import accounts
from bot.store.database import Database, now_ms
from bot.store.tables import account, media, trash

RENEW_MS = 12 * 3600 * 1000  # WeChat keeps temporary media 3 days; half a day is ample to renew in


@dataclass(frozen=True, slots=True)
class File:
    """A file of the canned replies: its *name* in the library, *sha256* of its bytes."""

    name: str
    kind: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What WeChat has of a file, judged at *now*; all times in epoch ms, 0 for none.

    *error* is why the last upload failed; until *not_before* it is not tried again.
    """

    sha256: str
    media_id: str
    expires_at: int
    not_before: int
    error: str
    now: int


def known(db: Database, account_id: int, app_id: str) -> dict[str, str]:
    """Return name → media id of every file WeChat still has."""
    with db.read() as tx:
        rows = tx.execute(
            select(media.c.name, media.c.media_id).where(
                media.c.account_id == account_id,
                media.c.app_id == app_id,
                media.c.media_id != "",
                media.c.expires_at > now_ms() + 60_000,
            )
        )
        return dict(rows.all())


def due(db: Database, account_id: int, app_id: str, files: Iterable[File]) -> list[File]:
    """Return the files to be uploaded now: new, changed, or near their media id's end."""
    with db.read() as tx:
        rows = tx.execute(
            select(
                media.c.name,
                media.c.sha256,
                media.c.expires_at - now_ms(),
                media.c.not_before - now_ms(),
            ).where(media.c.account_id == account_id, media.c.app_id == app_id)
        ).all()
    seen: dict[str, tuple[str, int, int]] = {row[0]: (row[1], row[2], row[3]) for row in rows}

    def wants(file: File) -> bool:
        sha256, left, wait = seen.get(file.name, ("", 0, 0))
        return wait <= 0 and (sha256 != file.sha256 or left < RENEW_MS)

    return [file for file in files if wants(file)]


def keep(
    db: Database, account_id: int, app_id: str, file: File, *, media_id: str, lifetime_ms: int
) -> None:
    """Record an upload; every process answers with it within a second."""
    with db.write() as tx:
        touch(tx, account_id)
        tx.execute(delete(media).where(_own(account_id, app_id, file)))
        tx.execute(
            media.insert().values(
                account_id=account_id,
                app_id=app_id,
                name=file.name,
                kind=file.kind,
                sha256=file.sha256,
                media_id=media_id,
                expires_at=now_ms() + lifetime_ms,
            )
        )


def leave(
    db: Database, account_id: int, app_id: str, file: File, *, wait_ms: int, error: str
) -> None:
    """Leave a file that could not be uploaded alone for a while; an older media id stays."""
    own = {"account_id": account_id, "app_id": app_id, "name": file.name}
    with db.write() as tx:
        tx.execute(db.insert_new(media).values(**own, kind=file.kind))
        tx.execute(
            update(media)
            .where(_own(account_id, app_id, file))
            .values(not_before=now_ms() + wait_ms, error=error[:255])
        )


def states(db: Database, account_id: int, app_id: str) -> dict[str, State]:
    """Return name → what WeChat has of it."""
    columns = ("sha256", "media_id", "expires_at", "not_before", "error")
    with db.read() as tx:
        rows = tx.execute(
            select(media.c.name, *(media.c[one] for one in columns), now_ms().label("now")).where(
                media.c.account_id == account_id, media.c.app_id == app_id
            )
        ).mappings()
        return {row["name"]: State(**{key: row[key] for key in (*columns, "now")}) for row in rows}


def doubt(db: Database, account_id: int, media_id: str) -> None:
    """Forget a media id that WeChat refused; a text stands in until the file is uploaded."""
    with db.write() as tx:
        touch(tx, account_id)
        own = and_(media.c.account_id == account_id, media.c.media_id == media_id)
        tx.execute(update(media).where(own).values(media_id="", expires_at=0, not_before=0))


# ---- what an editor does, inside its own transaction ----


def touch(tx: Connection, account_id: int) -> None:
    """Lock the account's row and have every process load the media ids anew."""
    accounts.move(tx, account_id, account.c.media_version)


def hurry(tx: Connection, account_id: int, name: str) -> None:
    """Have the worker upload a file at once; an older media id stays in use until then."""
    own = and_(media.c.account_id == account_id, media.c.name == name)
    tx.execute(update(media).where(own).values(sha256="", not_before=0, error=""))


def rename(tx: Connection, account_id: int, old: str, new: str) -> None:
    """Let a file keep its media id under another name."""
    remove(tx, account_id, new)
    own = and_(media.c.account_id == account_id, media.c.name == old)
    tx.execute(update(media).where(own).values(name=new))


def remove(tx: Connection, account_id: int, name: str) -> None:
    tx.execute(delete(media).where(media.c.account_id == account_id, media.c.name == name))


def _own(account_id: int, app_id: str, file: File) -> ColumnElement[bool]:
    return and_(
        media.c.account_id == account_id, media.c.app_id == app_id, media.c.name == file.name
    )


def discard(db: Database, account_id: int, media_id: str, *, after_ms: int) -> None:
    """Have the worker delete this permanent material after a while."""
    with db.write() as tx:
        tx.execute(
            db.insert_new(trash).values(
                media_id=media_id, account_id=account_id, not_before=now_ms() + after_ms
            )
        )


def discarded(db: Database, account_id: int) -> list[str]:
    """Return the permanent material whose time has come."""
    with db.read() as tx:
        return list(
            tx.execute(
                select(trash.c.media_id)
                .where(trash.c.account_id == account_id, trash.c.not_before <= now_ms())
                .limit(20)
            ).scalars()
        )


def forget(db: Database, media_id: str) -> None:
    with db.write() as tx:
        tx.execute(delete(trash).where(trash.c.media_id == media_id))
