"""我的作品: the follower's newest pictures."""

from bot.engine import Bot, Turn
from bot.jobs.collect import link_of
from bot.models import ImageJob, Reply, TextReply
from bot.store import collecting
from handlers.commands import says
from handlers.taps import plain, tap

SHOWN = 8
TITLE = 20  # characters


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "我的作品", "作品"):
        return None
    found = collecting.pictures(bot.db, bot.account_id, openid=turn.openid, most=SHOWN)
    if not found:
        return TextReply("你还没有作品。把想要的画面说给我听，第一张马上开画。")
    listed = "\n".join(_line(bot, job) for job in found)
    return TextReply(f"你最近的 {len(found)} 张作品：\n{listed}\n再看最新一张：{tap('上一张')}")


def _line(bot: Bot, job: ImageJob) -> str:
    title = " ".join(job.prompt.split())
    title = plain(title[:TITLE] + "…" * (len(title) > TITLE))
    if not bot.settings.public_url:
        return f"· {job.day} {title}"
    return f'· {job.day} <a href="{link_of(bot, job)}">{title}</a>'
