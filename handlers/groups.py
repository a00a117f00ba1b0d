"""What 抽卡, 图像PPT and 反推 have in common: taken on, and said so."""

from collections.abc import Callable, Sequence

from bot.engine import Bot, Turn
from bot.jobs.hold import hold
from bot.jobs.submit import submit
from bot.models import ImageRequest, Reply, TextReply
from bot.store.jobs import Queue


def take(
    turn: Turn,
    bot: Bot,
    request: ImageRequest,
    *,
    lines: Callable[[Queue], Sequence[str]],
    parts: Sequence[tuple[int, ImageRequest]] = (),
    parent_id: int = 0,
    held: bool = False,
) -> Reply:
    """Take the request on and answer with *lines*; with *held* what is soon ready is the answer.

    Raises:
        Refused: with the reason that the follower is told.
    """
    job = submit(
        turn,
        bot,
        request,
        acknowledge=lambda queue: "\n".join(lines(queue)),
        parts=parts,
        parent_id=parent_id,
    )
    ready = hold(turn, bot, job) if held and not turn.snapshot.can_push else None
    return ready or TextReply(job.acknowledgement)
