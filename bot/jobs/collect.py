"""Hand a finished picture, or the sentence of a failure, to the follower who asks."""

from bot.engine import Bot
from bot.errors import Reason
from bot.links import sign
from bot.models import ImageJob, ImageReply, JobState, Reply, TextReply
from bot.store import collecting
from bot.store.pictures import CLEAR, beside


def collect(bot: Bot, *, openid: str, message_key: str) -> ImageJob | None:
    """Return the oldest job that waits for this follower; the same message gets the same again.

    A job in state ``generated`` is on its way to WeChat once more: the follower asks again.
    """
    return collecting.collect(bot.db, bot.account_id, openid=openid, message_key=message_key)


def reply_of(bot: Bot, job: ImageJob) -> Reply | None:
    """What a collected or delivered job says, None while it has nothing to say."""
    match job.state:
        case JobState.COLLECTED | JobState.DELIVERED | JobState.WAITING:
            return _clear_of(bot, job) or picture_of(bot, job)
        case JobState.FAILED | JobState.UNKNOWN | JobState.CANCELLED if job.reason:
            reason = Reason(job.reason)
            return TextReply(bot.sentences.refusal(reason, details_of(bot, job)))
        case _:
            return None


def picture_of(bot: Bot, job: ImageJob) -> Reply:
    if job.media_kind == "link":
        return TextReply(bot.sentences.say("picture.link", url=link_of(bot, job)))
    return ImageReply(job.media_id)


def link_of(bot: Bot, job: ImageJob) -> str:
    """The signed address of the full-size picture; needs PUBLIC_URL."""
    return _address(bot, job.picture)


def clear_link_of(bot: Bot, job: ImageJob) -> str:
    """The address of the picture one can see through; empty for none."""
    name = beside(job.picture, CLEAR)
    there = job.transparent and bot.settings.public_url and bot.pictures.has(name)
    return _address(bot, name) if there else ""


def _clear_of(bot: Bot, job: ImageJob) -> Reply | None:
    """Say where the picture one can see through is: an answer holds that or the flat one."""
    url = "" if job.told == "pushed" else clear_link_of(bot, job)
    return TextReply(bot.sentences.say("picture.clear.only", url=url)) if url else None


def _address(bot: Bot, name: str) -> str:
    return f"{bot.settings.public_url}/p/{sign(bot.settings.secret_key, name)}"


def details_of(bot: Bot, job: ImageJob) -> dict[str, str | int]:
    """What fills a failure's sentence."""
    return {"number": job.id, "limit": bot.settings.follower_daily_images}
