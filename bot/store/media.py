"""Media ids of the canned replies' files, renewed by the worker before WeChat forgets them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, select, update

from bot.store.database import Database, now_ms
from bot.store.tables import account, media, trash

RENEW_MS = 12 * 3600 * 1000  # WeChat keeps temporary media 3 days; half a day is ample to renew in


@dataclass(frozen=True, slots=True)
class File:
    """A file of the canned replies: *name* under ``assets/replies``, *sha256* of its bytes."""

    name: str
    kind: str
    sha256: str


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
        # The account's row first: those who change the same thing come one after the other.
        tx.execute(
            update(account)
            .where(account.c.id == account_id)
            .values(media_version=account.c.media_version + 1)
        )
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
