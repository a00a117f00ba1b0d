"""The media library: temporary media for three days, permanent material until deleted."""

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.database import Database
from bot.sandbox.refusal import Refusal

LIFETIME = 3 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """*kind* is WeChat's type (image, voice, video, thumb); *created_at* is epoch seconds."""

    id: str
    kind: str
    permanent: bool
    filename: str
    mime: str
    data: bytes
    created_at: float


class Library:
    def __init__(self, db: Database, *, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock

    def keep(
        self, data: bytes, *, kind: str, mime: str, filename: str = "", permanent: bool = False
    ) -> Media:
        media = Media(
            id=secrets.token_urlsafe(48),
            kind=kind,
            permanent=permanent,
            filename=filename,
            mime=mime,
            data=data,
            created_at=self._clock(),
        )
        self._db.run(
            "insert into media values (?, ?, ?, ?, ?, ?, ?)",
            *(media.id, kind, permanent, filename, mime, data, media.created_at),
        )
        return media

    def find(self, media_id: str) -> Media | None:
        """Return the media, expired or not: a phone still shows what it once received."""
        row = self._db.row("select * from media where id = ?", media_id)
        return _media(row) if row else None

    def valid(self, media_id: str, *kinds: str) -> Media:
        """Return usable media of one of *kinds*; raise 40007 where there is none."""
        media = self.find(media_id)
        if media is None or (kinds and media.kind not in kinds):
            raise Refusal(40007)
        if not media.permanent and media.created_at + LIFETIME < self._clock():
            raise Refusal(40007)
        return media

    def delete(self, media_id: str) -> None:
        if not self.valid(media_id).permanent:
            raise Refusal(40007)
        self._db.run("delete from media where id = ?", media_id)


def _media(row: sqlite3.Row) -> Media:
    return Media(**dict(zip(row.keys(), row, strict=True)) | {"permanent": bool(row["permanent"])})
