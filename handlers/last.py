"""上一张: the newest picture once more."""

from bot.engine import Bot, Turn
from bot.jobs.collect import picture_of
from bot.models import ImageJob, Reply, TextReply
from bot.store import collecting
from handlers.commands import says


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "上一张", "上一张图"):
        return None
    found = collecting.pictures(bot.db, bot.account_id, openid=turn.openid, most=1)
    if not found:
        return TextReply(bot.sentences.say("last.none"))
    return hand_out(bot, found[0])


def hand_out(bot: Bot, job: ImageJob) -> Reply:
    """Return a finished picture once more; one whose media id is too old is uploaded again."""
    if job.media_kind == "link" or job.media_expires_at > bot.now_ms() + collecting.FRESH_MS:
        return picture_of(bot, job)
    collecting.send_again(bot.db, job.id)
    return TextReply(bot.sentences.say("last.again"))
