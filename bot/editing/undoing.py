"""The last change of the rules, found and taken back; again, and it is the one before."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.editing import rules
from bot.editing.desk import Desk
from bot.errors import NotThere
from bot.store import history
from bot.store import rules as stored
from bot.store.history import Entry, Filter

LOOKED = 500  # entries; who wants to go further back does so in the console
_MARK = re.compile(r"撤销记录 (\d+)")


@dataclass(frozen=True, slots=True)
class Last:
    """What was changed at once, the newest first."""

    entries: tuple[Entry, ...]

    @property
    def entry(self) -> Entry:
        return self.rules[0]

    @property
    def rules(self) -> list[Entry]:
        return [one for one in self.entries if rules.id_of(one.object)]


def last(desk: Desk, *, own: bool = False) -> Last | None:
    """Return the last change that stands yet; with *own* the actor's own, made the same way.

    Raises:
        NotThere: one of its rules was changed once more since.
    """
    wanted = Filter(subject="rule", actor=desk.actor.name if own else "")
    found, _total = history.page(desk.db, desk.account_id, wanted, most=LOOKED)
    mine = [one for one in found if not own or one.via == desk.actor.via]
    for entry in _standing(mine):
        made = Last(tuple(_together(desk, entry)))
        if not _is_undone(desk, made.rules):
            return made
    return None


def take_back(desk: Desk, made: Last, *, into: str = "") -> int:
    """Undo a change; return how many rules that concerned. *into* is as in `rules.undo`."""
    return rules.undo_entries(desk, made.entries, note=f"撤销记录 {made.entry.id}", into=into)


def _standing(found: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the newest entry of each change that no undoing names."""
    undone = {int(mark[1]) for one in found if (mark := _MARK.match(one.note))}
    seen: set[str] = set()
    for one in found:
        if one.action == "rule.move" or one.note.startswith("撤销"):
            continue
        if one.batch and one.batch in seen:
            continue
        seen.add(one.batch)
        if one.id not in undone:
            yield one


def _together(desk: Desk, entry: Entry) -> list[Entry]:
    return history.batch(desk.db, desk.account_id, entry.batch) if entry.batch else [entry]


def _is_undone(desk: Desk, changes: Sequence[Entry]) -> bool:
    """Whether the rules are as they were before."""
    ids = [rules.id_of(one.object) for one in changes]
    with desk.db.read() as tx:
        here = {one.id: one.document for one in stored.fetch(tx, desk.account_id, ids)}
    if all(here.get(id_) == one.before for id_, one in zip(ids, changes, strict=True)):
        return True
    for id_, one in zip(ids, changes, strict=True):
        if here.get(id_) != one.after:
            raise NotThere(f"「{one.title}」之后又被改过，请到控制台的操作记录里恢复")
    return False
