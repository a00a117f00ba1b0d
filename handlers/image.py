"""Any other text is a prompt: accepted, acknowledged, drawn by the worker."""

from collections.abc import Callable
from functools import partial

from bot.engine import Bot, Turn
from bot.images import prompts
from bot.jobs.hold import hold
from bot.jobs.submit import submit
from bot.models import (
    ClickEvent,
    ImageRequest,
    Reply,
    TextMessage,
    TextReply,
    VoiceMessage,
)
from bot.sentences import Sentences
from bot.store import collecting
from bot.store.jobs import Queue
from handlers import together

MINUTES_FROM = 90  # seconds


def draw(turn: Turn, bot: Bot) -> Reply | None:
    if not _asks_for_a_picture(turn, bot):
        return None
    row = together.row(bot, turn.openid)[: together.most(bot)]
    request = together.edit_of(turn.text, row) if row else prompts.parse(turn.text)
    return accept(turn, bot, request)


def accept(
    turn: Turn, bot: Bot, request: ImageRequest, *, accepted: Callable[[], None] | None = None
) -> Reply:
    """Have *request* drawn for the follower; *accepted* is told once, of a new job.

    Raises as `submit` does.
    """
    waiting = collecting.waiting(bot.db, bot.account_id, openid=turn.openid)
    acknowledge = partial(
        acknowledgement, bot.sentences, can_push=turn.snapshot.can_push, waiting=waiting
    )
    job = submit(turn, bot, request, acknowledge=acknowledge)
    if accepted and job.pushes == 1:
        accepted()
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


def _asks_for_a_picture(turn: Turn, bot: Bot) -> bool:
    match turn.inbound:
        case TextMessage() | VoiceMessage():
            trigger = bot.settings.prompt_trigger
        case ClickEvent():
            trigger = "prefix"  # a menu key is a prompt only where it says so
        case _:
            return False
    return bool(turn.text.strip()) and prompts.is_prompt(turn.text, trigger=trigger)
