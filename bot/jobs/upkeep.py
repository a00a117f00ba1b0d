"""What a worker keeps in order beside the jobs: canned media, follow-up sends, old material."""

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.editing import library as editing
from bot.editing.uploads import extension_of
from bot.engine import Bot, short
from bot.errors import StorageError, WeChatError
from bot.jobs.checks import noticed
from bot.jobs.deliver import DAY_MS, MEDIA_MS, learn
from bot.jobs.outside import Outside
from bot.keywords import documents, replies
from bot.models import ImageReply, MusicReply, Reply, TextReply, VideoReply, VoiceReply
from bot.store import library, media, outbox, photos
from bot.store.media import File
from bot.store.pictures import RAW
from bot.wechat.errcodes import Kind, hint, kind

log = logging.getLogger(__name__)
PARCEL = re.compile("#[0-9]+$")
FOR_EVER_MS = 3650 * DAY_MS  # permanent material is not renewed
PHOTO_DAYS = 7  # a follower's photo is theirs: no longer than it is of use
CLEAN_DAYS = 30  # later an edit starts from the labelled picture
LEAVE_MS = 600_000  # after a refused upload the file is left alone this long
TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "mp3": "audio/mpeg",
    "amr": "audio/amr",
    "mp4": "video/mp4",
}


def always() -> bool:
    return True


def renew_media(bot: Bot, outside: Outside, *, going_on: Callable[[], bool] = always) -> None:
    """Upload the canned replies' files that WeChat does not have, or not for much longer.

    *going_on* is asked before each: another worker may have taken over meanwhile.
    """
    app_id = bot.settings.wechat_app_id
    shelf = {item.name: item for item in library.items(bot.db, bot.account_id)}
    files = [
        File(name, form, shelf[name].sha256 if name in shelf else "")
        for form, name in bot.snapshots.current.files
        # An upload is one thing: a picture that a rule takes for a music's cover stays a picture.
        if name not in shelf or shelf[name].built_in or shelf[name].kind == form
    ]
    for file in media.due(bot.db, bot.account_id, app_id, files):
        if not going_on():
            return
        try:
            data = library.read(bot.files, shelf[file.name])
            media_id, lifetime = _upload(outside, file, data)
        except StorageError as error:
            _leave(bot, file, str(error))
        except (KeyError, OSError):
            _leave(bot, file, "没有这个文件：请在素材库里上传它")
        except WeChatError as refusal:
            noticed(bot, refusal)
            log.info("what %s asks for: %s", refusal, hint(refusal.code))
            _leave(bot, file, str(refusal))
        else:
            log.info("canned %s uploaded", file.name)
            media.keep(
                bot.db, bot.account_id, app_id, file, media_id=media_id, lifetime_ms=lifetime
            )


def _leave(bot: Bot, file: File, error: str) -> None:
    log.warning("canned %s not uploaded: %s", file.name, error)
    app_id = bot.settings.wechat_app_id
    media.leave(bot.db, bot.account_id, app_id, file, wait_ms=LEAVE_MS, error=error)


def _upload(outside: Outside, file: File, data: bytes) -> tuple[str, int]:
    """Return the media id and how long to rely on it, in ms."""
    extension = extension_of(data)
    mime = TYPES[extension]
    # WeChat believes the name's end, whatever an operator calls the file.
    name = file.name if file.name.lower().endswith(extension) else f"{file.name}.{extension}"
    try:
        media_id = outside.wechat.upload_temporary(file.kind, name, data, mime)
    except WeChatError as error:
        if kind(error.code) is not Kind.NOT_ALLOWED:
            raise
    else:
        return media_id, MEDIA_MS
    return outside.wechat.upload_permanent(file.kind, name, data, mime), FOR_EVER_MS


def purge_library(bot: Bot) -> None:
    """Drop uploads that were deleted or replaced more than thirty days ago."""
    for name in editing.purge(bot.db, bot.account_id, bot.files):
        log.info("upload %s dropped: nobody has needed it for thirty days", name[:12])


def purge_pictures(bot: Bot) -> None:
    """Drop photos after a week, and what pictures were before they were labelled after a month."""
    today = datetime.now(bot.settings.zone).date()
    photos.purge(bot.db, bot.account_id, older_ms=PHOTO_DAYS * DAY_MS)
    last = (today - timedelta(days=PHOTO_DAYS - 1)).isoformat()
    if dropped := bot.photos.purge(before=last):
        log.info("%d photos dropped: they are a week old", dropped)
    clean = (today - timedelta(days=CLEAN_DAYS - 1)).isoformat()
    if dropped := bot.pictures.purge(before=clean, endings=(RAW,)):
        log.info("%d unlabelled pictures dropped: they are a month old", dropped)


def send_rest(bot: Bot, outside: Outside, parcel_id: int) -> None:
    """Push what is left of a 全部 reply; a parcel is tried once."""
    parcel = outbox.take(bot.db, parcel_id)
    if parcel is None:
        return
    try:
        for reply in documents.load_replies(parcel.replies):
            _push(bot, outside, parcel.openid, reply)
    except WeChatError as error:
        noticed(bot, error)
        # A parcel that follows a picture has the claim behind the message's key.
        key = PARCEL.sub("", parcel.message_key)
        log.info("parcel=%d message=%s not pushed: %s", parcel.id, short(key), error)
        if kind(error.code) is Kind.NOT_ALLOWED:
            learn(bot, "push", allowed=False, code=error.code)
        outbox.finish(bot.db, parcel.id, error=str(error))
    else:
        outbox.finish(bot.db, parcel.id)


def _push(bot: Bot, outside: Outside, openid: str, reply: Reply) -> None:
    """Push a canned reply; its words, where WeChat has forgotten the file before its time."""
    try:
        outside.wechat.send(openid, reply)
    except WeChatError as error:
        words = replies.as_text(reply)
        if kind(error.code) is not Kind.MEDIA_EXPIRED or not words:
            raise
        media.doubt(bot.db, bot.account_id, _media_id(reply))
        outside.wechat.send(openid, TextReply(words))


def _media_id(reply: Reply) -> str:
    match reply:
        case ImageReply(media=found) | VoiceReply(media=found) | VideoReply(media=found):
            return found
        case MusicReply(thumb=found):
            return found
        case _:
            return ""


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
