"""Taking a request on: checks, quota and job, and the words that acknowledge it."""

from functools import partial

from bot.engine import Bot, Turn, short
from bot.errors import Reason, Refused
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
    job = jobs.again(bot.db, turn.key)
    return _told(turn, bot, job) if job else None


def accept(turn: Turn, bot: Bot, request: ImageRequest) -> Reply:
    """Take the request on and return its acknowledgement.

    Raises:
        Refused: MODERATION_INPUT, NOT_OFFERED, QUOTA, BUDGET: nothing was charged.
    """
    if turn.snapshot.live.blocked.find(request.prompt):
        bot.count("blocked_word")
        raise Refused(Reason.MODERATION_INPUT, number=short(turn.key))
    waiting = collecting.waiting(bot.db, bot.account_id, openid=turn.openid)
    acknowledge = partial(
        acknowledgement, bot.sentences, can_push=turn.snapshot.can_push, waiting=waiting
    )
    return _told(turn, bot, submit(turn, bot, request, acknowledge=acknowledge))


def _told(turn: Turn, bot: Bot, job: ImageJob) -> Reply:
    if not turn.snapshot.can_push:
        ready = hold(turn, bot, job)
        if ready is not None:
            return ready
    return TextReply(job.acknowledgement)


def acknowledgement(sentences: Sentences, queue: Queue, *, can_push: bool, waiting: int) -> str:
    """What the follower is told at once, and again if WeChat asks again."""
    say, time = sentences.say, _time(sentences, queue.seconds)
    lines = [
        say("accepted.behind", ahead=queue.ahead, time=time)
        if queue.ahead
        else say("accepted", time=time),
        say("accepted.push" if can_push else "accepted.pull"),
    ]
    if waiting:
        lines.append(say("accepted.waiting", waiting=waiting))
    return "\n".join(lines)


def _time(sentences: Sentences, seconds: int) -> str:
    if seconds < MINUTES_FROM:
        return sentences.say("time.seconds", count=seconds)
    return sentences.say("time.minutes", count=round(seconds / 60))
