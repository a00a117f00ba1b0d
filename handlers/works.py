"""我的作品: the follower's newest pictures."""

from bot.engine import Bot, Turn
from bot.jobs.collect import link_of
from bot.models import ImageJob, Reply, TextReply
from bot.sentences import Ready
from bot.store import collecting
from bot.taps import plain
from handlers.commands import says

SHOWN = 8
TITLE = 20  # characters


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "我的作品", "作品"):
        return None
    found = collecting.pictures(bot.db, bot.account_id, openid=turn.openid, most=SHOWN)
    if not found:
        return TextReply(bot.sentences.say("works.none"))
    listed = Ready("\n".join(_line(bot, job) for job in found))
    return TextReply(bot.sentences.say("works.list", count=len(found), list=listed))


def title_of(prompt: str, *, longest: int) -> str:
    """Return the beginning of a prompt, on one line, as WeChat may show it.

    What we add to a follower's words, such as how a draft differs, comes after an empty line.
    """
    title = " ".join(prompt.partition("\n\n")[0].split())
    return plain(title[:longest] + "…" * (len(title) > longest))


def _line(bot: Bot, job: ImageJob) -> str:
    title = title_of(job.prompt, longest=TITLE)
    if not bot.settings.public_url:
        return f"#{job.id} {job.day} {title}"
    return f'#{job.id} {job.day} <a href="{link_of(bot, job)}">{title}</a>'
