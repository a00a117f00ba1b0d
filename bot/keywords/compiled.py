"""Rules made ready for matching, little by little, so that building stalls no other thread."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import islice
from time import sleep
from typing import Any, TypeVar

from bot.errors import ConfigError
from bot.keywords.nearmiss import NearMisses
from bot.keywords.needles import Needles
from bot.keywords.normalise import normalise
from bot.keywords.patterns import BREATH, Sieve, check, required
from bot.models import Keyword, MatchMode, Rule, Trigger

MAX_KEYWORD = 60
MAX_TRIED = 20
_MAX_ALIKE = 1000
_STRETCH = 100  # keywords between two breaths: about 2 ms of work

Item = TypeVar("Item")


class Compiled:
    """A candidate is the number of one keyword of one rule; lower ones go first.

    A group is the number of all candidates whose keywords are one once spelled alike. Plain lists,
    because the garbage collector stops the process to walk over objects.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: list[Rule] = []  # by candidate
        self.keywords: list[Keyword] = []  # by candidate
        self.excluding: dict[int, tuple[str, ...]] = {}  # by candidate
        self.triggers: dict[Trigger, list[Rule]] = {}
        self.groups: dict[MatchMode, dict[str, int]] = {mode: {} for mode in MatchMode}
        self.candidates: list[tuple[int, ...]] = []  # by group
        self.words: list[tuple[str, ...]] = []  # by group: all must be in a text
        self.patterns: list[str] = []  # by group, empty where the words say all
        self.needles = Needles()
        self.near = NearMisses(self.groups[MatchMode.EXACT])
        self._conflicts: frozenset[int] | None = None
        self._dropped: set[int] = set()  # ids of enabled rules that can never win with a keyword
        self._conditions: dict[int, set[tuple[object, ...]]] = {}  # by group, of big ones
        entries = _at_leisure(self._entries(_ordered(rules)))
        problems = [problem for entry in entries if (problem := self._add(*entry))]
        if problems:
            raise ConfigError("\n".join(problems))
        self.sieved = self._place_needles()
        self.sieve = Sieve([self.patterns[group] for group in self.sieved])
        self.prefix_lengths = sorted(set(map(len, self.groups[MatchMode.PREFIX])))

    def dismantle(self) -> None:
        """Empty everything little by little; at once, it would stall as building would."""
        lists: tuple[list[Any], ...] = (self.rules, self.keywords, self.candidates)
        lists += (self.words, self.patterns)
        tables: tuple[dict[Any, Any], ...] = (self.excluding, *self.groups.values())
        tables += (*self.near.parts(), *self.needles.parts())
        drops: list[tuple[Callable[[], object], int]] = [(part.pop, len(part)) for part in lists]
        drops += [(table.popitem, len(table)) for table in tables]
        for drop, times in drops:
            for _ in _at_leisure(range(times)):
                drop()

    def conflicts(self) -> frozenset[int]:
        """Return the ids of the enabled rules that share a keyword with another one."""
        if self._conflicts is None:
            found = set(self._dropped)
            for group in _at_leisure(self.candidates):
                if len(group) > 1:
                    rules = (self.rules[candidate] for candidate in group)
                    ids = {rule.id for rule in rules if rule.enabled}
                    found |= ids if len(ids) > 1 else set()
            self._conflicts = frozenset(found)
        return self._conflicts

    def _entries(self, rules: Iterable[Rule]) -> Iterator[tuple[Rule, Keyword]]:
        for rule in rules:
            if rule.trigger is Trigger.KEYWORD:
                yield from ((rule, keyword) for keyword in rule.keywords)
            else:
                self.triggers.setdefault(rule.trigger, []).append(rule)

    def _add(self, rule: Rule, keyword: Keyword) -> str:
        """Enter a *keyword* of *rule*; return what is wrong with it, in Chinese, or ""."""
        if problem := fault(keyword):
            return f"规则「{rule.name}」：{problem}"
        group = self._group(keyword)
        if self._beaten(group, rule):
            self._dropped |= {rule.id} if rule.enabled else set()
            return ""
        if len(self.candidates[group]) == _MAX_ALIKE:
            return f"规则「{rule.name}」：已有 {_MAX_ALIKE} 条规则用「{keyword.text}」，请合并"
        if rule.excluding:
            words = tuple(filter(None, map(normalise, rule.excluding)))
            self.excluding[len(self.rules)] = words
        self.candidates[group] += (len(self.rules),)
        self.rules.append(rule)
        self.keywords.append(keyword)
        return ""

    def _group(self, keyword: Keyword) -> int:
        regex = keyword.mode is MatchMode.REGEX
        spelling = keyword.text if regex else normalise(keyword.text)
        alike = self.groups[keyword.mode]
        group = alike.get(spelling)
        if group is not None:
            return group
        self.candidates.append(())
        self.words.append(_words(keyword.mode, spelling))
        self.patterns.append(spelling if regex else "")
        if keyword.mode is MatchMode.EXACT:
            self.near.add(spelling)
        return alike.setdefault(spelling, len(self.words) - 1)

    def _beaten(self, group: int, rule: Rule) -> bool:
        """Tell whether *rule* can neither win in *group* nor is needed to fill the trace.

        Among rules under the same conditions only the first can win.
        """
        if len(self.candidates[group]) < MAX_TRIED:
            return False
        known = self._conditions.get(group)
        if known is None:
            known = {_conditions(self.rules[candidate]) for candidate in self.candidates[group]}
            self._conditions[group] = known
        if (mine := _conditions(rule)) in known:
            return True
        known.add(mine)
        return False

    def _place_needles(self) -> list[int]:
        """Let each group be found by its rarest word; return the groups that have none."""
        modes = (MatchMode.CONTAINS, MatchMode.ALL_OF, MatchMode.REGEX)
        groups = [group for mode in modes for group in self.groups[mode].values()]
        uses = Counter(word for group in _at_leisure(groups) for word in self.words[group])
        for group in _at_leisure(groups):
            if words := self.words[group]:
                rarest = min(words, key=lambda word: (uses[word], -len(word)))
                self.needles.add(rarest, group)
        return [group for group in groups if not self.words[group]]


def fault(keyword: Keyword) -> str:
    """Return why *keyword* cannot be used, in Chinese, or ""."""
    if keyword.mode is MatchMode.REGEX:
        return check(keyword.text)
    if len(keyword.text) > MAX_KEYWORD:
        return f"关键词「{keyword.text[:10]}…」有 {len(keyword.text)} 个字，最多 {MAX_KEYWORD} 个"
    if not normalise(keyword.text):
        return f"关键词「{keyword.text}」里没有文字"
    return ""


def _words(mode: MatchMode, spelling: str) -> tuple[str, ...]:
    match mode:
        case MatchMode.REGEX:
            return required(spelling)
        case MatchMode.ALL_OF:
            return tuple(dict.fromkeys(filter(None, map(normalise, spelling.split()))))
        case _:
            return (spelling,)


def _conditions(rule: Rule) -> tuple[object, ...]:
    return rule.enabled, rule.starts_at, rule.ends_at, rule.excluding


def _ordered(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Yield *rules* in the operator's order; sorted in runs, as one big sort would stall."""
    source = iter(rules)
    runs = iter(lambda: sorted(islice(source, 1000), key=_order), [])
    return merge(*runs, key=_order)


def _order(rule: Rule) -> tuple[int, int]:
    return rule.position, rule.id


def _at_leisure(items: Iterable[Item]) -> Iterator[Item]:
    for count, item in enumerate(items):
        if count % _STRETCH == 0:
            sleep(BREATH)
        yield item
