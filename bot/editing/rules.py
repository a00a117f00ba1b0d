"""Rules, edited: every change is checked, recorded with its author, and can be taken back."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.editing.desk import Desk, Document
from bot.errors import NotThere, Stale
from bot.keywords import documents
from bot.keywords.index import Index
from bot.models import Rule
from bot.store import history, rules
from bot.store.history import Change, Entry
from bot.store.rules import Stored

GONE = "这条规则已经不在了"
ARRANGED = "rules.arrange"


def check(document: Document) -> Rule:
    """Return the rule that *document* says.

    Raises:
        ConfigError: with every problem, a line each.
    """
    rule = documents.from_dict(document, where="规则")
    Index.build([rule])
    return rule


def create(desk: Desk, document: Document, *, note: str = "") -> int:
    """Add a rule at the end; return its id. Raises as `check` does."""
    return create_many(desk, [document], note=note)[0]


def create_many(
    desk: Desk, given: Sequence[Document], *, note: str = "", batch: str = ""
) -> list[int]:
    """Add rules at the end, in their order; return their ids. Raises as `check` does."""
    made = [documents.to_dict(check(document)) for document in given]
    with desk.db.write() as tx:
        rules.touch(tx, desk.account_id)
        ids = rules.insert(tx, desk.account_id, made)
        changes = [
            _change("create", id_, after=document, note=note, batch=batch)
            for id_, document in zip(ids, made, strict=True)
        ]
        history.record(tx, desk.account_id, desk.actor, *changes)
    return ids


def save(desk: Desk, rule_id: int, document: Document, *, revision: int, note: str = "") -> Stored:
    """Put *document* in the place of the rule as it was at *revision*.

    Raises:
        ConfigError: as `check` does.
        NotThere: the rule was deleted.
        Stale: the rule was saved since *revision*; nothing is changed.
    """
    made = documents.to_dict(check(document))
    with desk.db.write() as tx:
        rules.touch(tx, desk.account_id)
        found = rules.fetch(tx, desk.account_id, [rule_id])
        if not found:
            raise NotThere(GONE)
        if found[0].revision != revision:
            raise Stale(found[0].document, revision=found[0].revision)
        rules.write(tx, {rule_id: made})
        change = _change("save", rule_id, before=found[0].document, after=made, note=note)
        history.record(tx, desk.account_id, desk.actor, change)
        return rules.fetch(tx, desk.account_id, [rule_id])[0]


def switch(desk: Desk, ids: Iterable[int], *, enabled: bool, batch: str = "") -> int:
    """Switch rules on or off; return how many changed."""

    def switched(one: Stored) -> Document:
        kept = {key: value for key, value in one.document.items() if key != "enabled"}
        return kept if enabled else kept | {"enabled": False}

    return _change_many(desk, ids, switched, batch=batch or new_batch())


def tag(desk: Desk, ids: Iterable[int], name: str, *, on: bool, batch: str = "") -> int:
    """Add a tag to rules, or take it from them; return how many changed. Raises as `check` does."""

    def tagged(one: Stored) -> Document:
        tags = [each for each in one.document.get("tags", []) if each != name]
        tags += [name] if on else []
        kept = {key: value for key, value in one.document.items() if key != "tags"}
        return documents.to_dict(check(kept | {"tags": tags}))

    return _change_many(desk, ids, tagged, batch=batch or new_batch())


def delete(desk: Desk, ids: Iterable[int], *, batch: str = "") -> int:
    """Delete rules, restorable from the history; return how many."""
    with desk.db.write() as tx:
        rules.touch(tx, desk.account_id)
        found = rules.fetch(tx, desk.account_id, list(ids))
        rules.remove(tx, desk.account_id, [one.id for one in found])
        batch = batch or new_batch()
        changes = [_change("delete", one.id, before=one.document, batch=batch) for one in found]
        history.record(tx, desk.account_id, desk.actor, *changes)
    return len(found)


def move(desk: Desk, rule_id: int, *, before: int | None) -> None:
    """Put a rule right before another in the operator's order, None: at the end.

    Raises:
        NotThere: one of the two was deleted.
    """
    with desk.db.write() as tx:
        rules.touch(tx, desk.account_id)
        order = rules.order(tx, desk.account_id)
        if rule_id not in order or (before is not None and before not in order):
            raise NotThere(GONE)
        if before == rule_id:
            return
        arranged = [one for one in order if one != rule_id]
        place = len(arranged) if before is None else arranged.index(before)
        rules.place(tx, desk.account_id, rule_id, before=before)
        change = Change(
            action="rule.move",
            object=name_of(rule_id),
            title=rules.fetch(tx, desk.account_id, [rule_id])[0].document["name"],
            before=order.index(rule_id) + 1,
            after=place + 1,
        )
        history.record(tx, desk.account_id, desk.actor, change)


# ---- taking back ----


def restore(desk: Desk, entry: Entry) -> int:
    """Bring a rule to what it was after *entry*, or before its deletion; return its id.

    Raises:
        NotThere: the entry holds no state of a rule.
    """
    wanted = entry.after or entry.before
    rule_id = id_of(entry.object)
    if not rule_id or not isinstance(wanted, dict):
        raise NotThere("这条记录里没有可以恢复的内容")
    _put(desk, {rule_id: wanted}, note=f"恢复到记录 {entry.id}", batch="")
    return rule_id


def undo(desk: Desk, batch: str, *, note: str = "撤销", into: str = "") -> int:
    """Take all changes of a batch back; return how many rules that concerned.

    *into* names the batch of the undoing itself; one that stands in the history is not made again.

    Raises:
        NotThere: there is no such batch of changes of rules.
    """
    entries = history.batch(desk.db, desk.account_id, batch) if batch else []
    return undo_entries(desk, entries, note=note, into=into)


def undo_entries(desk: Desk, entries: Sequence[Entry], *, note: str, into: str = "") -> int:
    """Take the changes that *entries* tell of back, as `undo` does."""
    told = [entry for entry in entries if entry.action not in ("rule.move", ARRANGED)]
    # Of several changes of one rule the oldest comes last, and it counts.
    wanted = {id_of(entry.object): entry.before for entry in told}
    order = next((entry.before for entry in entries if entry.action == ARRANGED), ())
    # 0: something else was changed along, which `bot.editing.changes` takes back with it.
    if not wanted or 0 in wanted:
        raise NotThere("没有这一批修改")
    _put(desk, wanted, note=note, batch=into or new_batch(), order=order)
    return len(wanted)


def _put(
    desk: Desk, wanted: dict[int, Any], *, note: str, batch: str, order: Sequence[int] = ()
) -> None:
    """Make each rule what is *wanted* of it, None: gone; *order* is how they stood."""
    with desk.db.write() as tx:
        rules.touch(tx, desk.account_id)
        if history.knows(tx, desk.account_id, batch):
            return
        here = {one.id: one for one in rules.fetch(tx, desk.account_id, list(wanted))}
        was = {id_: here[id_].document if id_ in here else None for id_ in sorted(wanted)}
        differing = {id_: wanted[id_] for id_ in was if wanted[id_] != was[id_]}
        rules.remove(tx, desk.account_id, [id_ for id_, to in differing.items() if to is None])
        rules.write(tx, {id_: to for id_, to in differing.items() if to and was[id_]})
        for id_, document in differing.items():
            if document and was[id_] is None:
                rules.put_back(tx, desk.account_id, id_, document)
        if order:
            left = rules.order(tx, desk.account_id)
            known = {id_: place for place, id_ in enumerate(order)}
            rules.arrange(tx, sorted(left, key=lambda id_: known.get(id_, len(known))))
        changes = [
            _change("restore", id_, before=was[id_], after=to, note=note, batch=batch)
            for id_, to in differing.items()
        ]
        history.record(tx, desk.account_id, desk.actor, *changes)


def new_batch() -> str:
    """Return a name for changes that are undone together."""
    return secrets.token_hex(8)


def name_of(rule_id: int) -> str:
    """What the history calls a rule."""
    return f"rule:{rule_id}"


def id_of(name: str) -> int:
    """Return the id in what the history calls a rule, 0 for anything else."""
    kind, _, number = name.partition(":")
    return int(number) if kind == "rule" and number.isdigit() else 0


def _change(
    verb: str,
    rule_id: int,
    *,
    before: Document | None = None,
    after: Document | None = None,
    note: str = "",
    batch: str = "",
) -> Change:
    return Change(
        action=f"rule.{verb}",
        object=name_of(rule_id),
        title=str((after or before or {}).get("name", "")),
        note=note,
        before=before,
        after=after,
        batch=batch,
    )


def _change_many(
    desk: Desk, ids: Iterable[int], change: Callable[[Stored], Document], *, batch: str
) -> int:
    """Change the rules as *change* says, one that stays as it is not at all; return how many."""
    with desk.db.write() as tx:
        rules.touch(tx, desk.account_id)
        found = rules.fetch(tx, desk.account_id, list(ids))
        pairs = [(one, made) for one in found if (made := change(one)) != one.document]
        rules.write(tx, {one.id: made for one, made in pairs})
        changes = [
            _change("save", one.id, before=one.document, after=made, batch=batch)
            for one, made in pairs
        ]
        history.record(tx, desk.account_id, desk.actor, *changes)
    return len(pairs)
