"""A new follower is greeted with everything there is; of who leaves, all is deleted soon."""

import logging

from bot.engine import Bot, Turn
from bot.errors import StoreError
from bot.models import Reply, SubscribeEvent, Trigger, UnsubscribeEvent
from bot.store import forgetting
from handlers.keyword import say

log = logging.getLogger(__name__)


def leave(turn: Turn, bot: Bot) -> Reply | None:
    """Note at once who leaves: a worker deletes their data. Nothing can be said to them."""
    if isinstance(turn.inbound, UnsubscribeEvent):
        try:
            forgetting.leave(bot.db, bot.account_id, turn.openid)
        except StoreError as error:
            log.warning("somebody left, and the database did not hear of it: %s", error)
    return None


def greet(turn: Turn, _bot: Bot) -> Reply | None:
    if not isinstance(turn.inbound, SubscribeEvent):
        return None
    rule = turn.snapshot.index.trigger(Trigger.SUBSCRIBE, now=turn.now)
    return say(turn, rule) if rule else None
