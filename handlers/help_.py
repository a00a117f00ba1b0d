"""帮助, and a greeting answered with it: what the bot can do, each with an example."""

from bot.engine import Bot, Turn
from bot.images.prompts import is_small_talk
from bot.jobs.credit import credit
from bot.models import Reply, TextMessage, TextReply, VoiceMessage
from handlers.collect import waiting_picture
from handlers.commands import says


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "帮助", "help", "怎么用", "使用说明"):
        return None
    return waiting_picture(turn, bot) or TextReply(_help(bot))


def small_talk(turn: Turn, bot: Bot) -> Reply | None:
    spoken = isinstance(turn.inbound, TextMessage | VoiceMessage) and turn.text
    if not spoken or not is_small_talk(turn.text):
        return None
    return waiting_picture(turn, bot) or TextReply(_help(bot))


def _help(bot: Bot) -> str:
    return "\n".join(filter(None, (bot.sentences.say("help"), credit(bot))))
