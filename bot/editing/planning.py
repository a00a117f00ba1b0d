"""What an import would do, worked out before anything is done: the dry run."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

from bot.editing.bulk import Work, faults
from bot.editing.cells import COLUMNS, to_cells
from bot.editing.desk import Document
from bot.editing.exchange import Row
from bot.store.rules import Stored


class Fate(StrEnum):
    """What becomes of a row, or of a rule that the file does not hold."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"  # also a rule that is there and shall be kept as it is
    ERROR = "error"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """*overwrite*: a rule of that name takes what the file says, else it stays as it is.

    *complete*: the file is all there shall be. Other rules are deleted, and its order is theirs.
    """

    overwrite: bool = True
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """*number* is the row (0 for a rule that is in none), *id* and *revision* the rule there is."""

    number: int
    name: str
    fate: Fate
    id: int = 0
    revision: int = 0
    document: Document | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """*version* is that of the rules it was made for; *problems* keep all of it from being done."""

    options: Options
    version: int
    items: tuple[Item, ...]
    problems: tuple[str, ...] = ()

    def counts(self) -> dict[Fate, int]:
        fates = [item.fate for item in self.items]
        return {fate: fates.count(fate) for fate in Fate}

    def of(self, fate: Fate) -> list[Item]:
        return [item for item in self.items if item.fate is fate]

    def differs(self, other: "Plan") -> bool:
        """Whether *other* would do something else than this one."""
        return self.problems != other.problems or list(_deeds(self)) != list(_deeds(other))

    def rows(self) -> list[Row]:
        return [
            Row(
                number=item.number,
                name=item.name,
                document=item.document,
                problems=item.problems if item.fate is Fate.ERROR else (),
                notes=item.notes,
            )
            for item in self.items
            if item.number
        ]

    def work(self, *, note: str) -> Work:
        creates = [item.document for item in self.of(Fate.NEW) if item.document]
        order: list[int] = []
        if self.options.complete:
            fresh = iter(range(-1, -1 - len(creates), -1))
            order = [
                item.id or next(fresh)
                for item in self.items
                if item.fate not in (Fate.ERROR, Fate.DELETED)
            ]
        return Work(
            creates=creates,
            changes={one.id: one.document for one in self.of(Fate.CHANGED) if one.document},
            deletes=[item.id for item in self.of(Fate.DELETED)],
            order=order,
            version=self.version,
            note=note,
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        items = [
            Item(
                **one
                | {"fate": Fate(one["fate"])}
                | {key: tuple(one[key]) for key in ("problems", "notes")}
            )
            for one in kept["items"]
        ]
        return cls(
            options=Options(**kept["options"]),
            version=kept["version"],
            items=tuple(items),
            problems=tuple(kept["problems"]),
        )


def make(rows: Sequence[Row], here: Sequence[Stored], *, version: int, options: Options) -> Plan:
    """Hold the rows of a file against the rules there are.

    A row is the rule of its name and trigger; of several alike, each the next one.
    """
    waiting: dict[tuple[str, str], list[Stored]] = defaultdict(list)
    for stored in reversed(here):
        waiting[_key(stored.document)].append(stored)
    items = [_item(row, waiting, options) for row in rows]
    left = {stored.id for many in waiting.values() for stored in many}
    failed = [item.name for item in items if item.fate is Fate.ERROR]
    gone = [
        Item(
            number=0,
            name=stored.document["name"],
            # The row that cannot be read may be this very rule.
            fate=Fate.DELETED if stored.document["name"] not in failed else Fate.SAME,
            id=stored.id,
            revision=stored.revision,
        )
        for stored in here
        if options.complete and stored.id in left
    ]
    plan = Plan(options=options, version=version, items=(*items, *gone))
    return replace(plan, problems=tuple(faults(_afterwards(plan, here))))


def _item(row: Row, waiting: Mapping[tuple[str, str], list[Stored]], options: Options) -> Item:
    made = Item(
        number=row.number,
        name=row.name,
        fate=Fate.ERROR,
        document=row.document,
        problems=row.problems,
        notes=row.notes,
    )
    if row.document is None:
        return made
    alike = waiting.get(_key(row.document))
    if not alike:
        return replace(made, fate=Fate.NEW)
    stored = alike.pop()
    made = replace(made, id=stored.id, revision=stored.revision)
    if stored.document == row.document:
        return replace(made, fate=Fate.SAME)
    if not options.overwrite:
        kept = "已有同名的规则，保留原样"
        notes = row.notes if kept in row.notes else (*row.notes, kept)
        return replace(made, fate=Fate.SAME, notes=notes)
    return replace(made, fate=Fate.CHANGED)


def _key(document: Document) -> tuple[str, str]:
    return document["name"], document.get("trigger", "keyword")


def _afterwards(plan: Plan, here: Sequence[Stored]) -> Iterator[Document]:
    """Yield what the rules will be."""
    changed = {item.id: item.document for item in plan.of(Fate.CHANGED)}
    deleted = {item.id for item in plan.of(Fate.DELETED)}
    yield from (changed.get(one.id) or one.document for one in here if one.id not in deleted)
    yield from (item.document for item in plan.of(Fate.NEW) if item.document)


def _deeds(plan: Plan) -> Iterator[tuple[object, ...]]:
    for item in plan.items:
        moved = item.fate in (Fate.CHANGED, Fate.DELETED)
        yield item.number, item.fate, item.id, item.revision if moved else 0


def difference(before: Document, after: Document, *, zone: ZoneInfo) -> list[tuple[str, str, str]]:
    """Return (column, before, after) of each field that changes, in the words of the columns."""
    old, new = to_cells(before, zone=zone), to_cells(after, zone=zone)
    return [
        (column, old.get(column, ""), new.get(column, ""))
        for column in COLUMNS
        if old.get(column) != new.get(column)
    ]
