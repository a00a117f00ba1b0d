"""What would come of a text a follower sends: the chain's decision, without its effects.

The bot's own commands (取图, 帮助, 额度 …) stand in ``handlers``, which the console does not know;
the pages say so.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.admin.parts import bot
from bot.images import prompts
from bot.keywords.index import Match
from bot.models import Rule, Trigger

# kind → (colour, words)
KINDS: Final = {
    "rule": ("good", "由规则回答"),
    "talk": ("", "寒暄，回复帮助"),
    "suggestion": ("warn", "反问是不是这个关键词"),
    "picture": ("warn", "当成画图"),
    "default": ("", "默认回复"),
    "nothing": ("bad", "没有回答"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """*kind* is one of KINDS; *rule* answers, or *suggestion* is the keyword that is asked for."""

    text: str
    kind: str
    match: Match
    rule: Rule | None = None
    suggestion: str = ""


def outcome_of(text: str, *, now: datetime, match: Match | None = None) -> Outcome:
    """Return what would come of *text*; *match* is what the rules say, where that is known."""
    index = bot().snapshots.current.index
    match = match or index.match(text, now=now)
    if match.rule:
        return Outcome(text=text, kind="rule", match=match, rule=match.rule)
    if prompts.is_small_talk(text):
        return Outcome(text=text, kind="talk", match=match)
    if suggestion := index.suggest(text, now=now):
        return Outcome(text=text, kind="suggestion", match=match, suggestion=suggestion)
    if prompts.is_prompt(text, trigger=bot().settings.prompt_trigger):
        return Outcome(text=text, kind="picture", match=match)
    default = index.trigger(Trigger.DEFAULT, now=now)
    return Outcome(text=text, kind="default" if default else "nothing", match=match, rule=default)
