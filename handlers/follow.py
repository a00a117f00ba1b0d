"""A new follower is greeted with everything there is."""

from bot.engine import Bot, Turn
from bot.models import Reply, SubscribeEvent, Trigger
from handlers.keyword import say


def greet(turn: Turn, _bot: Bot) -> Reply | None:
    if not isinstance(turn.inbound, SubscribeEvent):
        return None
    rule = turn.snapshot.index.trigger(Trigger.SUBSCRIBE, now=turn.now)
    return say(turn, rule) if rule else None
