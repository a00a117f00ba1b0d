"""What a worker keeps in order beside the jobs: canned media, follow-up sends, old material."""

import hashlib
import logging
from functools import lru_cache
from pathlib import Path

from bot.engine import Bot
from bot.errors import WeChatError
from bot.jobs.checks import noticed
from bot.jobs.deliver import DAY_MS, MEDIA_MS, learn
from bot.jobs.outside import Outside
from bot.keywords import documents, replies
from bot.settings import ASSETS
from bot.store import media, outbox
from bot.store.media import File
from bot.wechat.errcodes import Kind, hint, kind

log = logging.getLogger(__name__)
FOR_EVER_MS = 3650 * DAY_MS  # permanent material is not renewed
LEAVE_MS = 600_000  # after a refused upload the file is left alone this long
FOLDER = ASSETS / "replies"
TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".mp3": "audio/mpeg",
    ".amr": "audio/amr",
    ".mp4": "video/mp4",
}


def renew_media(bot: Bot, outside: Outside) -> None:
    """Upload the canned replies' files that WeChat does not have, or not for much longer."""
    app_id = bot.settings.wechat_app_id
    files = [File(name, form, _digest(name)) for form, name in bot.snapshots.current.files]
    for file in media.due(bot.db, bot.account_id, app_id, files):
        if not file.sha256:
            error = "没有这个文件：放进 assets/replies/"
            log.warning("canned %s does not exist under assets/replies", file.name)
            media.leave(bot.db, bot.account_id, app_id, file, wait_ms=LEAVE_MS, error=error)
            continue
        try:
            media_id, lifetime = _upload(outside, file)
        except WeChatError as refusal:
            noticed(bot, refusal)
            log.warning("canned %s not uploaded: %s %s", file.name, refusal, hint(refusal.code))
            error = str(refusal)
            media.leave(bot.db, bot.account_id, app_id, file, wait_ms=LEAVE_MS, error=error)
        else:
            log.info("canned %s uploaded", file.name)
            media.keep(
                bot.db, bot.account_id, app_id, file, media_id=media_id, lifetime_ms=lifetime
            )


def _digest(name: str) -> str:
    """Return the SHA-256 of a file under assets/replies, empty if there is none of that name."""
    path = FOLDER / name
    # A rule names a file, never a path.
    if path.parent != FOLDER or not path.is_file():
        return ""
    found = path.stat()
    return _digest_of(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1024)
def _digest_of(path: Path, _modified: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _upload(outside: Outside, file: File) -> tuple[str, int]:
    """Return the media id and how long to rely on it, in ms."""
    path = FOLDER / file.name
    data = path.read_bytes()
    mime = TYPES.get(path.suffix.lower(), "application/octet-stream")
    try:
        media_id = outside.wechat.upload_temporary(file.kind, file.name, data, mime)
    except WeChatError as error:
        if kind(error.code) is not Kind.NOT_ALLOWED:
            raise
    else:
        return media_id, MEDIA_MS
    return outside.wechat.upload_permanent(file.kind, file.name, data, mime), FOR_EVER_MS


def send_rest(bot: Bot, outside: Outside, parcel_id: int) -> None:
    """Push what is left of a 全部 reply; a parcel is tried once."""
    parcel = outbox.take(bot.db, parcel_id)
    if parcel is None:
        return
    known = bot.snapshots.current
    try:
        for reply in documents.load_replies(parcel.replies):
            outside.wechat.send(parcel.openid, replies.resolve(reply, known.media))
    except WeChatError as error:
        noticed(bot, error)
        log.info("parcel=%d not pushed: %s", parcel.id, error)
        if kind(error.code) is Kind.NOT_ALLOWED:
            learn(bot, "push", allowed=False, code=error.code)
        outbox.finish(bot.db, parcel.id, error=str(error))
    else:
        outbox.finish(bot.db, parcel.id)


def empty_trash(bot: Bot, outside: Outside) -> None:
    """Delete the permanent material that stood in for temporary media."""
    for media_id in media.discarded(bot.db, bot.account_id):
        try:
            outside.wechat.delete_permanent(media_id)
        except WeChatError as error:
            if kind(error.code) is not Kind.MEDIA_EXPIRED:
                log.info("permanent material was not deleted: %s", error)
                media.forget(bot.db, media_id)
                media.discard(bot.db, bot.account_id, media_id, after_ms=DAY_MS)
                continue
        media.forget(bot.db, media_id)
