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
    drawn, left = max(0, used), max(0, limit - used)
    return TextReply(
        f"今天画了 {drawn} 张，还能画 {left} 张，明天 0 点恢复到 {limit} 张。\n没画成的不算次数。"
    )
