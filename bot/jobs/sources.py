"""What a picture is made from: a follower's photos and earlier pictures, fetched and made small."""

import logging
import uuid

from bot import recipes
from bot.engine import Bot
from bot.errors import ProviderError, Reason, Unfit, WeChatError
from bot.images.prepared import Shown, prepare
from bot.jobs.checks import noticed
from bot.jobs.deliver import MENDABLE
from bot.jobs.outside import Outside
from bot.models import ImageJob
from bot.store import jobs, photos
from bot.store.photos import Photo
from bot.store.pictures import FLAT, RAW, beside
from bot.wechat.errcodes import kind

log = logging.getLogger(__name__)
AGAIN = 10.0  # seconds until WeChat is asked for a photo once more


def gather(bot: Bot, outside: Outside, job: ImageJob) -> tuple[Shown, ...]:
    """Return what *job* is made from, in its order, as a model may be shown it.

    Only what its follower sent or got: a recipe that is shared with them starts from their own
    photos. A photo is fetched from WeChat once, and kept.

    Raises:
        ProviderError: NO_PHOTO, nothing billed; with a time where trying again may help.
    """
    return tuple(_one(bot, outside, job, source) for source in recipes.of(job).sources)


def _one(bot: Bot, outside: Outside, job: ImageJob, source: str) -> Shown:
    form, _, number = source.partition(":")
    try:
        if form == "photo":
            return _photo(bot, outside, _own_photo(bot, job, int(number)))
        return _picture(bot, _own_picture(bot, job, int(number)))
    except Unfit as error:
        raise _missing(f"{source}: {error}") from error
    except FileNotFoundError as error:
        raise _missing(f"{source}: its file is gone") from error
    except WeChatError as error:
        noticed(bot, error)
        raise _missing(
            f"{source}: {error}", retry_after=AGAIN if kind(error.code) in MENDABLE else None
        ) from error


def _photo(bot: Bot, outside: Outside, photo: Photo) -> Shown:
    if photo.file and bot.photos.has(photo.file):
        return Shown.of(bot.photos.read(photo.file))
    shown = prepare(outside.wechat.media_get(photo.media_id))
    name = f"{bot.today()}/{photo.id}-{uuid.uuid4().hex[:8]}{shown.ending}"
    bot.photos.keep(name, shown.data)
    photos.keep(bot.db, photo.id, file=name)
    log.info("photo=%d fetched, %d×%d", photo.id, shown.width, shown.height)
    return shown


def _picture(bot: Bot, source: ImageJob) -> Shown:
    """Return an earlier picture without its label, or with it once the clean copy is gone."""
    clean = beside(source.picture, RAW)
    name = clean if bot.pictures.has(clean) else source.picture
    return prepare(bot.pictures.read(name))


def _own_photo(bot: Bot, job: ImageJob, number: int) -> Photo:
    found = photos.get(bot.db, bot.account_id, number)
    if found is None or found.openid != job.openid:
        raise _missing(f"photo:{number} is not there for this follower")
    return found


def _own_picture(bot: Bot, job: ImageJob, number: int) -> ImageJob:
    with bot.db.read() as tx:
        found = jobs.find(tx, bot.account_id, number)
    if found is None or found.openid != job.openid or not found.picture.endswith(FLAT):
        raise _missing(f"job:{number} is not there for this follower")
    return found


def _missing(what: str, *, retry_after: float | None = None) -> ProviderError:
    return ProviderError(Reason.NO_PHOTO, what, billed=False, retry_after=retry_after)
