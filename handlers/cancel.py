"""取消: queued pictures are dropped and their quota returned."""

from bot.engine import Bot, Turn
from bot.models import Reply, TextReply
from bot.store import jobs
from handlers.commands import says


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "取消"):
        return None
    cancelled, drawing = jobs.cancel(
        bot.db,
        bot.account_id,
        openid=turn.openid,
        message_key=turn.key,
        asked_at=turn.inbound.created,
    )
    if cancelled and drawing:
        return TextReply(bot.sentences.say("cancel.partly", cancelled=cancelled, drawing=drawing))
    if cancelled:
        return TextReply(bot.sentences.say("cancel.some", cancelled=cancelled))
    if drawing:
        return TextReply(bot.sentences.say("cancel.drawing", drawing=drawing))
    return TextReply(bot.sentences.say("cancel.none"))
