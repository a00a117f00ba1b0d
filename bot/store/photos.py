"""The photos followers sent: known by their media ids, files only once a job needed them."""

from dataclasses import dataclass

from sqlalchemy import select, update

from bot.store.database import Database, now_ms, retried
from bot.store.tables import photo

_COLUMNS = (photo.c.id, photo.c.openid, photo.c.media_id, photo.c.created_at, photo.c.file)


@dataclass(frozen=True, slots=True)
class Photo:
    """*file* is the stored file's name, empty until a worker has fetched it."""

    id: int
    openid: str
    media_id: str
    created_at: int
    file: str


@retried
def add(db: Database, account_id: int, *, openid: str, message_key: str, media_id: str) -> Photo:
    """Note a photo once, whatever number of times its message is pushed."""
    values = {"account_id": account_id, "openid": openid, "message_key": message_key}
    with db.write() as tx:
        new = db.insert_new(photo).values(**values, media_id=media_id, created_at=now_ms())
        tx.execute(new)
        row = tx.execute(select(*_COLUMNS).where(photo.c.message_key == message_key)).one()
    return Photo(*row)


def recent(db: Database, account_id: int, openid: str, *, within_ms: int, most: int) -> list[Photo]:
    """Return the follower's newest photos of the last *within_ms*, oldest first."""
    mine = (photo.c.account_id == account_id, photo.c.openid == openid)
    fresh = photo.c.created_at > now_ms() - within_ms
    query = select(*_COLUMNS).where(*mine, fresh).order_by(photo.c.id.desc()).limit(most)
    with db.read() as tx:
        return [Photo(*row) for row in reversed(tx.execute(query).all())]


def get(db: Database, photo_id: int) -> Photo | None:
    with db.read() as tx:
        row = tx.execute(select(*_COLUMNS).where(photo.c.id == photo_id)).one_or_none()
    return Photo(*row) if row else None


def keep(db: Database, photo_id: int, *, file: str) -> None:
    """Note where a fetched photo lies."""
    with db.write() as tx:
        tx.execute(update(photo).where(photo.c.id == photo_id).values(file=file))
