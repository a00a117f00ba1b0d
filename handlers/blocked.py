"""A blocked follower gets one sentence to a message, and nothing to an event."""

from datetime import UTC, datetime

from bot.engine import Bot, Turn
from bot.models import Event, Reply, TextReply

FAR_AWAY = 3650  # days; a block this long has no end worth saying


def answer(turn: Turn, bot: Bot) -> Reply | None:
    blocked = turn.snapshot.blocked
    # Who was blocked, left and came back: forgotten, but not that.
    until = (blocked.get(turn.openid) or blocked.get(bot.former(turn.openid), 0)) / 1000
    left = until - turn.now.timestamp()
    if left <= 0:
        return None
    turn.ended = True
    if isinstance(turn.inbound, Event):
        return None
    if left > FAR_AWAY * 86_400:
        return TextReply(bot.sentences.say("blocked.for_ever"))
    end = datetime.fromtimestamp(until, UTC).astimezone(bot.settings.zone)
    return TextReply(bot.sentences.say("blocked.until", end=f"{end:%Y-%m-%d %H:%M}"))
