"""额度: what is left of today."""

from bot.engine import Bot, Turn
from bot.models import Reply, TextReply
from bot.store import money
from handlers.commands import says


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "额度", "我的额度", "次数"):
        return None
    limit = bot.settings.follower_daily_images
    used = money.used(bot.db, bot.account_id, openid=turn.openid, day=bot.today())
    values = {"used": max(0, used), "left": max(0, limit - used), "limit": limit}
    return TextReply(bot.sentences.say("quota", **values))
