"""条款: what holds between the follower and the operator, in short and in full."""

from bot.engine import Bot, Turn
from bot.jobs.credit import credit
from bot.models import Reply, TextReply
from handlers.commands import says


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if says(turn, "条款全文", "协议全文", "用户协议全文"):
        return _said(bot, bot.sentences.say("terms", days=bot.settings.log_retention_days))
    if not says(turn, "条款", "协议", "用户协议", "使用条款", "服务条款"):
        return None
    short = bot.sentences.say("terms.short", days=bot.settings.log_retention_days)
    address = bot.settings.public_url
    more = (
        bot.sentences.say("terms.link", url=f"{address}/terms")
        if address
        else bot.sentences.say("terms.more")
    )
    return _said(bot, short, more)


def _said(bot: Bot, *lines: str) -> Reply:
    return TextReply("\n".join(filter(None, (*lines, credit(bot)))))
