"""The photos followers sent: known by their media ids, files only once a job needed them."""

from dataclasses import dataclass

from sqlalchemy import and_, delete, select, update

from bot.models import JobKind
from bot.store.database import Database, changed, now_ms, retried
from bot.store.tables import image_job, photo

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


def together(
    db: Database, account_id: int, openid: str, *, within_ms: int, until: Photo | None = None
) -> list[Photo]:
    """Return the photos the follower means now, oldest first, as 图1, 图2 and so on.

    They are those of the last *within_ms* that came after the newest job: what was made from
    photos closes their row. With *until* they are those meant when that photo had come, itself the
    last; its retried message finds the same ones.
    """
    now = until.created_at if until else now_ms()
    later = select(image_job.c.id).where(
        image_job.c.account_id == account_id,
        image_job.c.openid == openid,
        image_job.c.created_at >= photo.c.created_at,
        image_job.c.created_at < now,
        image_job.c.kind != JobKind.DESCRIBE,  # of a photo that may still be edited
    )
    mine = and_(photo.c.account_id == account_id, photo.c.openid == openid)
    fresh = photo.c.created_at > now - within_ms
    query = select(*_COLUMNS).where(mine, fresh, ~later.exists()).order_by(photo.c.id)
    if until:
        query = query.where(photo.c.id <= until.id)
    with db.read() as tx:
        return [Photo(*row) for row in tx.execute(query)]


def get(db: Database, account_id: int, photo_id: int) -> Photo | None:
    own = (photo.c.account_id == account_id, photo.c.id == photo_id)
    with db.read() as tx:
        row = tx.execute(select(*_COLUMNS).where(*own)).one_or_none()
    return Photo(*row) if row else None


def of_message(db: Database, message_key: str) -> Photo | None:
    with db.read() as tx:
        row = tx.execute(select(*_COLUMNS).where(photo.c.message_key == message_key)).one_or_none()
    return Photo(*row) if row else None


def keep(db: Database, photo_id: int, *, file: str) -> None:
    """Note where a fetched photo lies."""
    with db.write() as tx:
        tx.execute(update(photo).where(photo.c.id == photo_id).values(file=file))


def purge(db: Database, account_id: int, *, older_ms: int) -> int:
    """Forget the photos that came so long ago; return how many. Their files are the caller's."""
    old = (photo.c.account_id == account_id, photo.c.created_at < now_ms() - older_ms)
    with db.write() as tx:
        return changed(tx, delete(photo).where(*old))
