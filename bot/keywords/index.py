"""The rules, compiled: which one answers a text, and why the others do not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from bot.keywords.compiled import MAX_TRIED, Compiled
from bot.keywords.normalise import normalise
from bot.keywords.patterns import matches
from bot.models import Keyword, MatchMode, Rule, Tried, Trigger


@dataclass(frozen=True, slots=True)
class Match:
    """*rule* is None where none answers; *keyword* is the one that hit, as the operator wrote it.

    *tried* holds the first of the rules that hit, at most MAX_TRIED of them and always the winner,
    as ``won``, ``excluded``, ``not_yet``, ``ended``, ``disabled`` or ``outranked``.
    """

    rule: Rule | None
    keyword: str
    tried: tuple[Tried, ...]
    normalised: str


class Index:
    """Immutable: a changed rule is a new index."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled

    @classmethod
    def build(cls, rules: Iterable[Rule]) -> Self:
        """Compile *rules*, leaving other threads their turn meanwhile.

        Raise ConfigError, with every keyword that cannot be used.
        """
        return cls(Compiled(rules))

    def dismantle(self) -> None:
        """Give the memory back in short stretches, once nobody uses this index any more.

        Dropping 100,000 rules at once would hold up every other thread for 50 ms.
        """
        self._compiled.dismantle()

    def match(
        self, text: str, *, now: datetime, exact_only: bool = False, without: int = 0
    ) -> Match:
        """Return the rule that answers *text*: exact keywords first, then the operator's order.

        *without* is the id of a rule that is passed over, as if it were not there.
        """
        normalised = normalise(text)
        exact = self._exactly(normalised)
        match = self._elect(exact, normalised, now=now, without=without)
        if match.rule or exact_only or not normalised:
            return match
        others = self._others(normalised)
        return self._elect(others, normalised, now=now, tried=match.tried, without=without)

    def hits(self, text: str) -> Iterator[tuple[Rule, Keyword]]:
        """Yield every rule that *text* hits, live or not, in the order in which they answer."""
        normalised = normalise(text)
        seen: set[int] = set()
        for candidates in (self._exactly(normalised), self._others(normalised)):
            for candidate in candidates:
                rule = self._compiled.rules[candidate]
                if rule.id not in seen:
                    seen.add(rule.id)
                    yield rule, self._compiled.keywords[candidate]

    def conflicts(self) -> frozenset[int]:
        """Return the ids of the enabled rules that spell a keyword as another one does."""
        return self._compiled.conflicts()

    def trigger(self, trigger: Trigger, *, now: datetime) -> Rule | None:
        """Return the first live rule for a new follower, or for want of any other answer."""
        rules = self._compiled.triggers.get(trigger, ())
        return next((rule for rule in rules if not at_rest(rule, now)), None)

    def suggest(self, text: str, *, now: datetime) -> str | None:
        """Return the exact keyword that *text* nearly is, as the operator wrote it."""
        normalised = normalise(text)
        for near in self._compiled.near.of(normalised):
            match = self._elect(self._exactly(near), normalised, now=now)
            if match.rule:
                return match.keyword
        return None

    def _elect(
        self,
        candidates: Iterable[int],
        normalised: str,
        *,
        now: datetime,
        tried: tuple[Tried, ...] = (),
        without: int = 0,
    ) -> Match:
        """Return the first of *candidates* that may answer; its trace goes on from *tried*."""
        trace = list(tried)
        winner = -1
        for candidate in self._one_per_rule(candidates):
            if without and self._compiled.rules[candidate].id == without:
                continue
            outcome = self._obstacle(candidate, normalised, now)
            if not outcome and winner < 0:
                winner, outcome = candidate, "won"
                del trace[MAX_TRIED - 1 :]
            if len(trace) < MAX_TRIED:
                trace.append(self._tried(candidate, outcome or "outranked"))
            elif winner >= 0:
                break
        if winner < 0:
            return Match(None, "", tuple(trace), normalised)
        rule, keyword = self._compiled.rules[winner], self._compiled.keywords[winner]
        return Match(rule, keyword.text, tuple(trace), normalised)

    def _one_per_rule(self, candidates: Iterable[int]) -> Iterator[int]:
        last: Rule | None = None
        for candidate in candidates:
            rule = self._compiled.rules[candidate]
            if rule is not last:
                yield candidate
            last = rule

    def _obstacle(self, candidate: int, normalised: str, now: datetime) -> str:
        if idle := at_rest(self._compiled.rules[candidate], now):
            return idle
        excluding = self._compiled.excluding.get(candidate, ())
        return "excluded" if any(word in normalised for word in excluding) else ""

    def _tried(self, candidate: int, outcome: str) -> Tried:
        rule, keyword = self._compiled.rules[candidate], self._compiled.keywords[candidate]
        return Tried(rule.id, rule.name, keyword.text, keyword.mode.value, outcome)

    def _exactly(self, normalised: str) -> tuple[int, ...]:
        group = self._compiled.groups[MatchMode.EXACT].get(normalised)
        return () if group is None else self._compiled.candidates[group]

    def _others(self, normalised: str) -> list[int]:
        """Return the candidates that hit other than exactly, in the operator's order."""
        compiled = self._compiled
        prefixes = compiled.groups[MatchMode.PREFIX]
        starts = {normalised[:length] for length in compiled.prefix_lengths}
        hits = [prefixes[start] for start in starts if start in prefixes]
        hits += [
            group for group in compiled.needles.within(normalised) if self._holds(group, normalised)
        ]
        hits += [compiled.sieved[place] for place in compiled.sieve.hits(normalised)]
        return sorted({candidate for group in hits for candidate in compiled.candidates[group]})

    def _holds(self, group: int, normalised: str) -> bool:
        """Tell whether *group* hits, one of whose words is in the text."""
        words, pattern = self._compiled.words[group], self._compiled.patterns[group]
        return all(word in normalised for word in words) and (
            not pattern or matches(pattern, normalised)
        )


def at_rest(rule: Rule, now: datetime) -> str:
    """Return why *rule* is at rest, or ""; its schedule includes the start but not the end."""
    if not rule.enabled:
        return "disabled"
    if rule.starts_at and _utc(now) < _utc(rule.starts_at):
        return "not_yet"
    if rule.ends_at and _utc(now) >= _utc(rule.ends_at):
        return "ended"
    return ""


def _utc(moment: datetime) -> datetime:
    """Return *moment* with its zone; databases hand out UTC without one."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
