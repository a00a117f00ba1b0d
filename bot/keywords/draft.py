"""A rule that is still being written, tried among the rules that live."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.keywords.compiled import MAX_TRIED
from bot.keywords.index import Index, Match, at_rest
from bot.models import Keyword, MatchMode, Rule, Tried

LAST = 2**31 - 1  # the position of a rule that has none yet: at the end
_MOST_RIVALS = 20


@dataclass(frozen=True, slots=True)
class Rival:
    """A live rule that the draft's *keyword* hits too; *first* tells whether it goes first."""

    keyword: Keyword
    rule: Rule
    first: bool


def try_out(live: Index, draft: Rule, text: str, *, now: datetime) -> Match:
    """Return what would answer *text* were the draft saved, at the cost of one rule.

    The live rule of the draft's id is passed over: the draft takes its place.
    """
    theirs = live.match(text, now=now, without=draft.id)
    mine = Index.build([draft]).match(text, now=now)
    if mine.rule is None or theirs.rule is None:
        winner = mine if mine.rule else theirs
    else:
        winner = min(mine, theirs, key=_rank)
    loser = theirs if winner is mine else mine
    tried = [*winner.tried, *(_outranked(one) for one in loser.tried)]
    return replace(winner, tried=tuple(tried[:MAX_TRIED]))


def rivals(live: Index, draft: Rule, *, now: datetime) -> list[Rival]:
    """Return the live rules that the draft's keywords would hit as messages, each once."""
    found: dict[int, Rival] = {}
    for rival in _rivals(live, draft, now):
        found.setdefault(rival.rule.id, rival)
        if len(found) == _MOST_RIVALS:
            break
    return list(found.values())


def _rivals(live: Index, draft: Rule, now: datetime) -> Iterator[Rival]:
    for keyword in draft.keywords:
        if keyword.mode is MatchMode.REGEX:  # what it would hit cannot be told from its spelling
            continue
        mine = (keyword.mode is not MatchMode.EXACT, draft.position, draft.id)
        for rule, theirs in live.hits(keyword.text):
            if rule.id != draft.id and not at_rest(rule, now):
                place = (theirs.mode is not MatchMode.EXACT, rule.position, rule.id)
                yield Rival(keyword, rule, first=place < mine)


def _rank(match: Match) -> tuple[bool, int, int]:
    """Return where the winner of *match* stands: exact keywords first, then the order."""
    assert match.rule is not None
    won = next(one for one in match.tried if one.outcome == "won")
    return won.mode != MatchMode.EXACT, match.rule.position, match.rule.id or LAST


def _outranked(tried: Tried) -> Tried:
    return replace(tried, outcome="outranked") if tried.outcome == "won" else tried
