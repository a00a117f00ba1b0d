"""Complaints, looked after: marked as handled with a note, or opened again."""

from typing import Any, Final

from bot.editing.desk import Desk
from bot.errors import ConfigError, NotThere
from bot.store import complaints, history
from bot.store.complaints import Complaint
from bot.store.database import Transaction, clock, retried
from bot.store.history import Change

LONGEST_NOTE: Final = 255
GONE: Final = "没有这条投诉"


@retried
def handle(desk: Desk, number: int, *, note: str) -> None:
    """Mark a complaint as handled: *note* says what was done.

    Raises:
        ConfigError: there is no note, it is too long, or somebody was first.
        NotThere: there is no such complaint.
    """
    note = note.strip()
    if not note:
        raise ConfigError("请写一句处理结果")
    if len(note) > LONGEST_NOTE:
        raise ConfigError(f"处理结果最多 {LONGEST_NOTE} 个字")
    with desk.db.write() as tx:
        one = _find(desk, tx, number)
        if one.handled_at:
            raise ConfigError("这条投诉已经处理过了")
        values = {"handled_at": clock(tx), "handled_by": desk.actor.name[:64], "note": note}
        complaints.change(tx, desk.account_id, number, **values)
        _record(desk, tx, number, "handle", before=None, after={"note": note})


@retried
def reopen(desk: Desk, number: int) -> None:
    """Open a complaint again; one that is open stays so. Raises NotThere."""
    with desk.db.write() as tx:
        one = _find(desk, tx, number)
        if not one.handled_at:
            return
        complaints.change(tx, desk.account_id, number, handled_at=0, handled_by="", note="")
        _record(desk, tx, number, "reopen", before={"note": one.note}, after=None)


def _find(desk: Desk, tx: Transaction, number: int) -> Complaint:
    history.lock(tx, desk.account_id)
    found = complaints.find(tx, desk.account_id, number)
    if found is None:
        raise NotThere(GONE)
    return found


def _record(
    desk: Desk, tx: Transaction, number: int, verb: str, *, before: Any, after: Any
) -> None:
    change = Change(
        action=f"complaint.{verb}",
        object=f"complaint:{number}",
        title=f"投诉 {number}",
        before=before,
        after=after,
    )
    history.record(tx, desk.account_id, desk.actor, change)
