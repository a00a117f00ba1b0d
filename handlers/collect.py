"""取图: the follower asks for what is ready."""

import logging

from bot.engine import Bot, Turn
from bot.errors import StoreError
from bot.jobs.collect import collect, reply_of
from bot.models import JobState, Reply, TextReply
from bot.store import collecting
from handlers.commands import says

log = logging.getLogger(__name__)


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "取图", "领图", "取图片", "领取图片"):
        return None
    ready = _collected(turn, bot)
    if ready:
        return ready
    unfinished = collecting.open_jobs(bot.db, bot.account_id, openid=turn.openid)
    if any(job.state is JobState.GENERATED for job in unfinished):
        return TextReply(bot.sentences.say("collect.coming"))
    if unfinished:
        return TextReply(bot.sentences.say("collect.drawing", count=len(unfinished)))
    return TextReply(bot.sentences.say("collect.nothing"))


def waiting_picture(turn: Turn, bot: Bot) -> Reply | None:
    """The oldest picture that waits for this follower; asking for help or saying hello gets it."""
    try:
        return _collected(turn, bot)
    except StoreError as error:
        # What was asked for can be said without the database.
        log.warning("a waiting picture could not be looked up: %s", error)
        return None


def _collected(turn: Turn, bot: Bot) -> Reply | None:
    job = collect(bot, openid=turn.openid, message_key=turn.key)
    return reply_of(bot, job) if job else None
