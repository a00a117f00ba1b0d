"""进度: how far every open request of the follower has got."""

from collections.abc import Iterator, Sequence

from bot import recipes
from bot.engine import Bot, Turn
from bot.errors import Reason
from bot.images.providers import costs
from bot.jobs.collect import details_of
from bot.models import ImageJob, JobKind, JobState, Reply, TextReply
from bot.sentences import Ready
from bot.store import progress
from bot.store.progress import Phase, Step
from bot.store.queues import Pace
from handlers.accepting import time_of
from handlers.commands import says
from handlers.works import title_of

TITLE = 12  # characters
WORDS = (
    *("进度", "排队", "画到哪了", "画到哪里了", "画到哪", "还要多久", "还要等多久", "要等多久"),
    *("画好了吗", "画好了没", "画好没", "画完了吗", "好了吗", "好了没", "我的进度"),
)
CAN_BE_CANCELLED = {Phase.QUEUED, Phase.OUTLINE, Phase.DECK}
HANDED_OUT = {JobState.DELIVERED, JobState.COLLECTED}


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, *WORDS):
        return None

    def pace(job: ImageJob) -> Pace:
        able = costs.able(bot.providers, images=job.edits, transparent=job.transparent)
        rate = sum(one.capability.images_per_minute for one in able or bot.providers)
        return Pace(images_per_minute=rate, at_once=bot.settings.follower_concurrent_images)

    steps, more = progress.steps(bot.db, bot.account_id, openid=turn.openid, pace=pace)
    told = "\n".join(_lines(bot, steps, more)) if steps else _nothing_open(turn, bot)
    return TextReply(told)


def _lines(bot: Bot, steps: Sequence[Step], more: int) -> Iterator[str]:
    say = bot.sentences.say
    for step in steps:
        yield say("progress.line", **_named(step.job), state=Ready(_state(bot, step)))
    if more:
        yield say("progress.more", count=more)
    phases = {step.phase for step in steps}
    if phases & CAN_BE_CANCELLED:
        yield say("progress.cancel")
    if Phase.WAITING in phases:
        yield say("progress.collect")


def _state(bot: Bot, step: Step) -> str:
    if step.phase is Phase.QUEUED and bot.settings.drawing == "off":
        return bot.sentences.say("progress.paused", place=step.place)
    return bot.sentences.say(
        f"progress.{step.phase}",
        place=step.place,
        page=step.page,
        pages=step.pages,
        since=Ready(time_of(bot.sentences, step.since)),
        time=Ready(time_of(bot.sentences, step.seconds)),
    )


def _nothing_open(turn: Turn, bot: Bot) -> str:
    """Say what became of the newest request."""
    say = bot.sentences.say
    job = progress.last(bot.db, bot.account_id, openid=turn.openid)
    if job is None:
        return say("last.none")
    if job.state in HANDED_OUT:
        return say("progress.done", **_named(job))
    if not job.reason:
        return say("progress.cancelled", **_named(job))
    return bot.sentences.refusal(Reason(job.reason), details_of(bot, job))


def _named(job: ImageJob) -> dict[str, str | int]:
    words = recipes.of(job).title if job.kind is JobKind.DECK else job.prompt
    return {"number": job.id, "title": Ready(title_of(words, longest=TITLE))}
