"""Keywords get the operator's replies at once; a near miss gets a suggestion, not a bill."""

from bot.engine import Bot, Turn
from bot.keywords.replies import choose, combine, resolve
from bot.models import Event, Reply, Rule, TextMessage, TextReply
from handlers.collect import waiting_picture


def exact(turn: Turn, _bot: Bot) -> Reply | None:
    return _match(turn, exact_only=True)


def loose(turn: Turn, _bot: Bot) -> Reply | None:
    return _match(turn, exact_only=False)


def near_miss(turn: Turn, bot: Bot) -> Reply | None:
    if not isinstance(turn.inbound, TextMessage):
        return None
    keyword = turn.snapshot.index.suggest(turn.text, now=turn.now)
    if keyword is None:
        return None
    turn.trace.suggestion = keyword
    return waiting_picture(turn, bot) or TextReply(
        bot.sentences.say("near_miss", keyword=keyword, text=turn.text.strip())
    )


def say(turn: Turn, rule: Rule) -> Reply | None:
    """Return the rule's passive answer; what does not fit into one is pushed afterwards."""
    turn.trace.rule_id, turn.trace.rule = rule.id, rule.name
    chosen = [resolve(reply, turn.snapshot.media) for reply in choose(rule, message_key=turn.key)]
    if not chosen:
        return None
    # WeChat takes 5 pushes after a message, 3 after a tap or a new follower; one is a picture's.
    pushes = 2 if isinstance(turn.inbound, Event) else 4
    passive, turn.rest = combine(chosen, can_push=turn.snapshot.can_push, pushes=pushes)
    return passive


def _match(turn: Turn, *, exact_only: bool) -> Reply | None:
    if not turn.text:
        return None
    found = turn.snapshot.index.match(turn.text, now=turn.now, exact_only=exact_only)
    turn.trace.normalised, turn.trace.tried = found.normalised, found.tried
    return say(turn, found.rule) if found.rule else None
