"""Any other text is a prompt: accepted, acknowledged, drawn by the worker."""

from functools import partial

from bot.engine import Bot, Turn
from bot.images import prompts
from bot.jobs.hold import hold
from bot.jobs.submit import submit
from bot.models import ClickEvent, Reply, TextMessage, TextReply, VoiceMessage
from bot.store import collecting
from bot.store.jobs import Queue
from handlers.taps import tap

MINUTES_FROM = 90  # seconds


def draw(turn: Turn, bot: Bot) -> Reply | None:
    if not _asks_for_a_picture(turn, bot):
        return None
    request = prompts.parse(turn.text)
    waiting = collecting.waiting(bot.db, bot.account_id, openid=turn.openid)
    acknowledge = partial(acknowledgement, can_push=turn.snapshot.can_push, waiting=waiting)
    job = submit(turn, bot, request, acknowledge=acknowledge)
    if not turn.snapshot.can_push:
        ready = hold(turn, bot, job)
        if ready is not None:
            return ready
    return TextReply(job.acknowledgement)


def acknowledgement(queue: Queue, *, can_push: bool, waiting: int) -> str:
    """What the follower is told at once, and again if WeChat asks again."""
    ahead = f"前面 {queue.ahead} 人，" if queue.ahead else ""
    lines = [f"收到，正在画（{ahead}约 {_time(queue.seconds)}）。"]
    if can_push:
        lines.append(f"画好就发给你；没收到就点：{tap('取图')}")
    else:
        lines.append(f"画好后点这里领取：{tap('取图')}")
    if waiting:
        lines.append(f"另有 {waiting} 张已画好，回复“取图”。")
    return "\n".join(lines)


def _time(seconds: int) -> str:
    return f"{seconds} 秒" if seconds < MINUTES_FROM else f"{round(seconds / 60)} 分钟"


def _asks_for_a_picture(turn: Turn, bot: Bot) -> bool:
    match turn.inbound:
        case TextMessage() | VoiceMessage():
            trigger = bot.settings.prompt_trigger
        case ClickEvent():
            trigger = "prefix"  # a menu key is a prompt only where it says so
        case _:
            return False
    return bool(turn.text.strip()) and prompts.is_prompt(turn.text, trigger=trigger)
