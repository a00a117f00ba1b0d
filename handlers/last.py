"""上一张: the newest picture once more."""

from bot.engine import Bot, Turn
from bot.jobs.collect import picture_of
from bot.models import Reply, TextReply
from bot.store import collecting
from handlers.commands import says
from handlers.taps import tap


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "上一张", "上一张图"):
        return None
    found = collecting.pictures(bot.db, bot.account_id, openid=turn.openid, most=1)
    if not found:
        return TextReply("你还没有画过图。把想要的画面说给我听就行。")
    job = found[0]
    if job.media_kind == "link" or job.media_expires_at > bot.now_ms() + collecting.FRESH_MS:
        return picture_of(bot, job)
    collecting.send_again(bot.db, job.id)
    return TextReply(f"这张图有些日子了，正在重新送来。几秒后点：{tap('取图')}")
