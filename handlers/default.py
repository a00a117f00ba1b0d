"""The operator's default answer, for messages nothing else answers."""

from bot.engine import Bot, Turn
from bot.models import Message, Reply, Trigger, UnknownMessage
from handlers.keyword import say


def answer(turn: Turn, _bot: Bot) -> Reply | None:
    if not isinstance(turn.inbound, Message) or isinstance(turn.inbound, UnknownMessage):
        return None
    rule = turn.snapshot.index.trigger(Trigger.DEFAULT, now=turn.now)
    return say(turn, rule) if rule else None
