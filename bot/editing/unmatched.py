"""Unmatched texts that the operators want to see no more, or again."""

from bot.editing.desk import Desk
from bot.store import history, unmatched
from bot.store.history import Change

MOST = 1000  # the oldest are shown again


def ignore(desk: Desk, text: str, *, on: bool) -> None:
    """Hide the normalised *text* from the list, or show it again."""
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        before = unmatched.read_ignored(tx, desk.account_id)
        after = [one for one in before if one != text] + ([text] if on else [])
        if after == before:
            return
        unmatched.write_ignored(tx, desk.account_id, after[-MOST:])
        change = Change(
            action="unmatched.ignore" if on else "unmatched.heed", object="unmatched", title=text
        )
        history.record(tx, desk.account_id, desk.actor, change)
