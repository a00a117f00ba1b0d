"""Many changes of rules as one: made in one transaction, and undone together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.editing import rules
from bot.editing.desk import Desk, Document
from bot.errors import ConfigError, NotThere, Stale
from bot.keywords import documents
from bot.keywords.index import Index
from bot.store import history
from bot.store import rules as stored
from bot.store.history import Change


def faults(given: Iterable[Document]) -> list[str]:
    """Return what is wrong with rules that are each for itself right, all taken together."""
    made = [documents.from_dict(document, where="规则") for document in given]
    try:
        Index.build(made)
    except ConfigError as error:
        return str(error).splitlines()
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Many changes that are made, and undone, as one; the documents are checked and plain.

    *version* is that of the rules they were thought out for, None: of any. *order* lists the ids of
    all rules that stay, and numbers from -1 down for the *creates*, in the operator's order.
    """

    creates: Sequence[Document] = ()
    changes: Mapping[int, Document] = field(default_factory=dict)
    deletes: Sequence[int] = ()
    order: Sequence[int] = ()
    version: int | None = None
    note: str = ""


def apply(desk: Desk, work: Work, *, batch: str) -> list[int]:
    """Make all changes of *work* in one transaction; return the ids of what was created.

    A batch that stands in the history already is not made again.

    Raises:
        NotThere: one of the rules was deleted.
        Stale: the rules are no longer of that version; nothing is changed.
    """
    with desk.db.write() as tx:
        version = stored.touch(tx, desk.account_id)
        if history.knows(tx, desk.account_id, batch):
            return []
        if work.version is not None and version != work.version + 1:
            raise Stale(None, revision=version - 1)
        old = stored.fetch(tx, desk.account_id, [*work.changes, *work.deletes])
        here = {one.id: one.document for one in old}
        if len(here) < len({*work.changes, *work.deletes}):
            raise NotThere(rules.GONE)
        before = stored.order(tx, desk.account_id) if work.order or work.deletes else []
        ids = stored.insert(tx, desk.account_id, work.creates)
        stored.write(tx, work.changes)
        stored.remove(tx, desk.account_id, work.deletes)
        changes = list(_changes(work, ids, here, batch))
        after = [one if one > 0 else ids[-1 - one] for one in work.order]
        if after:
            stored.arrange(tx, after)
        if before and after != before:
            changes.append(
                Change(
                    action=rules.ARRANGED,
                    object="rules",
                    title="全部规则的顺序",
                    before=before,
                    after=after or None,
                    batch=batch,
                )
            )
        history.record(tx, desk.account_id, desk.actor, *changes)
    return ids


def _changes(
    work: Work, ids: Sequence[int], here: Mapping[int, Document], batch: str
) -> Iterator[Change]:
    told: list[tuple[str, int, Document | None, Document | None]] = [
        *(("create", id_, None, made) for id_, made in zip(ids, work.creates, strict=True)),
        *(("save", id_, here[id_], made) for id_, made in work.changes.items()),
        *(("delete", id_, here[id_], None) for id_ in work.deletes),
    ]
    for verb, id_, before, after in told:
        yield Change(
            action=f"rule.{verb}",
            object=rules.name_of(id_),
            title=str((after or before or {}).get("name", "")),
            note=work.note,
            before=before,
            after=after,
            batch=batch,
        )
