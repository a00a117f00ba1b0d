"""Taking back whatever the history holds: each subject knows how."""

from bot.editing import library, menu, rules, styles
from bot.editing.desk import Desk
from bot.store import history
from bot.store.files import Files
from bot.store.history import Entry

RESTORABLE = ("rule.", "library.", "menu.", "style.")


def restore(desk: Desk, files: Files, entry: Entry) -> None:
    """Bring an object to what it was after *entry*, or before its deletion.

    Raises:
        NotThere: the entry holds no state to return to.
    """
    if entry.action.startswith("library."):
        library.restore(desk, files, entry)
    elif entry.action.startswith("menu."):
        menu.restore(desk, entry)
    elif entry.action.startswith("style."):
        styles.restore(desk, entry)
    else:
        rules.restore(desk, entry)


def undo(desk: Desk, batch: str) -> int:
    """Take all changes of a batch back; return how many.

    Raises:
        NotThere: there is no such batch.
    """
    entries = history.batch(desk.db, desk.account_id, batch) if batch else []
    if any(entry.action.startswith("library.") for entry in entries):
        return library.undo(desk, entries)
    return rules.undo(desk, batch)
