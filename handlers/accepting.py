"""Taking a request on: checks, quota and job, and the words that acknowledge it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from bot.engine import Bot, Turn
from bot.images import named
from bot.images.providers import costs
from bot.jobs.hold import hold
from bot.jobs.submit import submit
from bot.models import ImageJob, ImageRequest, Reply, TextReply
from bot.sentences import Sentences
from bot.store import collecting, jobs
from bot.store.jobs import Queue

MINUTES_FROM = 90  # seconds


def again(turn: Turn, bot: Bot) -> Reply | None:
    """Return the answer to a message whose job an earlier push of it made, None if it is new.

    Asked before anything is looked at that may have changed since.
    """
    job = jobs.repeated(bot.db, turn.key)
    return _told(turn, bot, job) if job else None


def accept(
    turn: Turn,
    bot: Bot,
    request: ImageRequest,
    *,
    line: str = "",
    parent_id: int = 0,
    instead_of: int = 0,
    accepted: Callable[[], None] | None = None,
) -> Reply:
    """Take the request on and return its acknowledgement; *line* says how it was understood.

    *parent_id* is the job whose picture is edited or repeated, *instead_of* the one this takes the
    place of; *accepted* is called once, when the job is new.

    Raises:
        Refused: as `submit`; nothing was charged.
    """
    request = offered(bot, request)
    waiting = collecting.waiting(bot.db, bot.account_id, openid=turn.openid)
    acknowledge = partial(
        acknowledgement,
        bot.sentences,
        can_push=turn.snapshot.can_push,
        waiting=waiting,
        lines=(line,),
    )
    job = submit(
        turn, bot, request, acknowledge=acknowledge, parent_id=parent_id, instead_of=instead_of
    )
    if accepted and job.pushes == 1:
        accepted()
    return _told(turn, bot, job)


def offered(bot: Bot, request: ImageRequest) -> ImageRequest:
    """Return the request; a sticker keeps its ground where no service can leave it out."""
    if not request.transparent or named.insists_on_transparency(request.prompt):
        return request
    images = len(request.sources)
    if costs.able(bot.providers, images=images, transparent=True):
        return request
    return replace(request, transparent=False)


def _told(turn: Turn, bot: Bot, job: ImageJob) -> Reply:
    if not turn.snapshot.can_push:
        ready = hold(turn, bot, job)
        if ready is not None:
            return ready
    return TextReply(job.acknowledgement)


def acknowledgement(
    sentences: Sentences,
    queue: Queue,
    *,
    can_push: bool,
    waiting: int,
    lines: Iterable[str] = (),
) -> str:
    """What the follower is told at once, and again if WeChat asks again.

    An account that cannot push says here what can be said after the picture.
    """
    say, time = sentences.say, time_of(sentences, queue.seconds)
    told = [
        say("accepted.behind", ahead=queue.ahead, time=time)
        if queue.ahead
        else say("accepted", time=time),
        say("accepted.both") if queue.both else "",
        say("accepted.push" if can_push else "accepted.pull"),
        say("accepted.waiting", waiting=waiting) if waiting else "",
        *lines,
        "" if can_push else say("choices"),
    ]
    return "\n".join(filter(None, told))


def time_of(sentences: Sentences, seconds: int) -> str:
    if seconds < MINUTES_FROM:
        return sentences.say("time.seconds", count=seconds)
    return sentences.say("time.minutes", count=round(seconds / 60))
