"""What a worker keeps in order beside the jobs: canned media, follow-up sends, old material."""

import hashlib
import logging

from bot.engine import Bot
from bot.errors import WeChatError
from bot.jobs.deliver import DAY_MS, MEDIA_MS
from bot.jobs.outside import Outside
from bot.keywords import documents, replies
from bot.settings import ASSETS
from bot.store import accounts, media, outbox
from bot.store.media import File
from bot.wechat.errcodes import Kind, hint, kind

log = logging.getLogger(__name__)
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
    contents = {(kind, name): _read(name) for kind, name in bot.snapshots.current.files}
    files = {
        File(name, kind, hashlib.sha256(data).hexdigest()): data
        for (kind, name), data in contents.items()
        if data
    }
    for file in media.due(bot.db, bot.account_id, app_id, files):
        try:
            media_id = _upload(outside, file, files[file])
        except WeChatError as error:
            log.warning("canned %s was not uploaded: %s %s", file.name, error, hint(error.code))
            media.keep(
                bot.db,
                bot.account_id,
                app_id,
                file,
                media_id="",
                lifetime_ms=0,
                wait_ms=LEAVE_MS,
                error=str(error),
            )
        else:
            log.info("canned %s uploaded", file.name)
            media.keep(
                bot.db, bot.account_id, app_id, file, media_id=media_id, lifetime_ms=MEDIA_MS
            )


def _read(name: str) -> bytes:
    path = FOLDER / name
    # A rule names a file, never a path.
    if path.parent != FOLDER or not path.is_file():
        log.warning("canned file %r does not exist under assets/replies", name)
        return b""
    return path.read_bytes()


def _upload(outside: Outside, file: File, data: bytes) -> str:
    mime = TYPES.get(file.name[file.name.rfind(".") :].lower(), "application/octet-stream")
    try:
        media_id, _created = outside.wechat.upload_temporary(file.kind, file.name, data, mime)
    except WeChatError as error:
        if kind(error.code) is not Kind.NOT_ALLOWED:
            raise
    else:
        return media_id
    # Permanent material stays; it is replaced, not renewed, when its three days here are over.
    return outside.wechat.upload_permanent(file.kind, file.name, data, mime)


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
        log.info("parcel=%d not pushed: %s", parcel.id, error)
        if kind(error.code) is Kind.NOT_ALLOWED:
            accounts.learn(
                bot.db,
                bot.account_id,
                bot.settings.wechat_app_id,
                name="push",
                allowed=False,
                code=error.code,
            )
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
