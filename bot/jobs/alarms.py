"""The budget's alarms: at 50, 80 and 100 %, in the log and in the chat of who edits from there."""

import logging
from decimal import Decimal

from bot.engine import Bot
from bot.errors import WeChatError
from bot.jobs.outside import Outside
from bot.jobs.submit import MICRO
from bot.models import TextReply
from bot.store import alarms, members, money

log = logging.getLogger(__name__)
LEVELS = (100, 80, 50)  # per cent, the gravest first


def ring(bot: Bot, outside: Outside) -> None:
    """Ring what the day's and the month's spending have reached, each level once."""
    settings, today = bot.settings, bot.today()
    for period, limit in ((today, settings.budget_daily), (today[:7], settings.budget_monthly)):
        if limit is not None:
            _ring(bot, outside, period, limit)


def _ring(bot: Bot, outside: Outside, period: str, limit: Decimal) -> None:
    spent = money.spent(bot.db, bot.account_id, period=period)
    reached = [one for one in LEVELS if spent * 100 >= one * limit * MICRO]
    new = [
        level
        for level in reached
        if alarms.ring(bot.db, bot.account_id, f"budget:{period}:{level}", detail=str(spent))
    ]
    # Two levels at once are one piece of news.
    if new:
        log.warning("alarm: the budget of %s has reached %d %%", period, max(new))
        _tell(bot, outside, period, max(new))


def _tell(bot: Bot, outside: Outside, period: str, level: int) -> None:
    words = bot.sentences.say("alarm.budget", period=period, level=level)
    for openid in members.chat_editors(bot.db, bot.account_id):
        try:
            outside.wechat.send(openid, TextReply(words))
        except WeChatError as error:
            # Outside their 48 hours they read it in the console.
            log.info("an editor was not told of the budget: %s", error)
