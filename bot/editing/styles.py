"""Styles, edited: the operator's own over those of the file, live within a second.

Each change is one of the history's; a style is kept whole (`bot.images.own_styles`).
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.editing.desk import Desk
from bot.editing.style_checks import Written, Wrong, checked, style_of
from bot.errors import ConfigError, NotThere, Stale
from bot.images import own_styles, styles
from bot.images.own_styles import ORDER, OWN
from bot.images.styles import Style, Styles
from bot.store import history, settings
from bot.store.database import Transaction, retried
from bot.store.history import Change, Entry

MOST: Final = 100
OBJECT: Final = "style:"
ORDER_OBJECT: Final = "styles"
GONE: Final = "没有这种画风"


def read(desk: Desk) -> Styles:
    """Return the list as it is in the database."""
    _version, kept = settings.read(desk.db, desk.account_id)
    return own_styles.laid_over(styles.first(), kept)


def find(known: Styles, key: str) -> Style:
    """Raises NotThere."""
    found = _keyed(known, key)
    if found is None:
        raise NotThere(GONE)
    return found


def original(key: str) -> Style | None:
    """Return the file's style of that key, None where the operator made it."""
    return _keyed(styles.first(), key)


@retried
def create(desk: Desk, written: Written, *, reserved: frozenset[str]) -> str:
    """Add a style behind the others and return its key; *reserved* are the bot's own commands.

    Raises:
        Wrong: with a sentence for each field; nothing is changed.
    """
    key = f"own-{secrets.token_hex(6)}"
    with desk.db.write() as tx:
        known = _open(desk, tx)
        if len(known.every) >= MOST:
            raise Wrong({"name": ("画风太多了：最多 %(most)s 种", {"most": MOST})})
        made = checked(known, replace(style_of(written), key=key), reserved)
        order = [style.key for style in known.every]
        settings.keep(tx, desk.account_id, {ORDER: json.dumps([*order, key], ensure_ascii=False)})
        _put(desk, tx, "create", None, made)
    return key


@retried
def save(
    desk: Desk, key: str, written: Written, *, reserved: frozenset[str], seen: Style | None = None
) -> bool:
    """Keep a style as it is written, None *seen*: whatever it was; return whether it is another.

    Raises:
        Wrong: with a sentence for each field; nothing is changed.
        Stale: it is no longer as it was *seen*.
        NotThere: there is no such style.
    """
    with desk.db.write() as tx:
        known = _open(desk, tx)
        before = find(known, key)
        if seen not in (None, before):
            raise Stale(before, revision=0)
        made = checked(known, replace(style_of(written), key=key), reserved)
        return _put(desk, tx, "save", before, made)


@retried
def switch(desk: Desk, key: str, *, on: bool) -> None:
    """Have a style found in sentences, or no longer. Raises NotThere."""
    with desk.db.write() as tx:
        before = find(_open(desk, tx), key)
        _put(desk, tx, "enable" if on else "disable", before, replace(before, on=on))


@retried
def move(desk: Desk, key: str, *, by: int) -> None:
    """Move a style so many places up (below 0) or down the list. Raises NotThere."""
    with desk.db.write() as tx:
        known = _open(desk, tx)
        one = find(known, key)
        before = [style.key for style in known.every]
        place = before.index(key)
        after = [other for other in before if other != key]
        after.insert(max(0, min(place + by, len(after))), key)
        _arrange(desk, tx, before, after, title=one.name)


@retried
def revert(desk: Desk, key: str) -> None:
    """Make a style of the file what it was at first; delete one that the operator made.

    Raises:
        Wrong: another is called the same by now.
        NotThere: there is no such style.
    """
    with desk.db.write() as tx:
        known = _open(desk, tx)
        before, first = find(known, key), original(key)
        if first:
            checked(known, first, frozenset())
        _put(desk, tx, "revert" if first else "delete", before, first)


@retried
def restore(desk: Desk, entry: Entry) -> None:
    """Bring a style, or the order, to what it was after *entry*; before it where it was deleted.

    Raises:
        NotThere: the entry holds no such thing, or it cannot be kept any more.
    """
    note = f"恢复到记录 {entry.id}"
    wanted = entry.after or entry.before
    with desk.db.write() as tx:
        known = _open(desk, tx)
        if entry.object == ORDER_OBJECT and isinstance(wanted, list):
            before = [style.key for style in known.every]
            _arrange(desk, tx, before, [str(one) for one in wanted], title=entry.title, note=note)
            return
        if not entry.object.startswith(OBJECT) or not isinstance(wanted, dict):
            raise NotThere("这条记录里没有可以恢复的内容")
        key = entry.object.removeprefix(OBJECT)
        here = _keyed(known, key)
        try:
            made = checked(known, own_styles.style_of(key, wanted), frozenset())
        except ConfigError as problem:
            raise NotThere(str(problem)) from None
        _put(desk, tx, "restore", here, made, note=note)


# ---- keeping ----


def _keyed(known: Styles, key: str) -> Style | None:
    return next((style for style in known.every if style.key == key), None)


def _open(desk: Desk, tx: Transaction) -> Styles:
    settings.touch(tx, desk.account_id)
    return own_styles.laid_over(styles.first(), settings.fetch(tx, desk.account_id))


def _put(
    desk: Desk,
    tx: Transaction,
    verb: str,
    before: Style | None,
    after: Style | None,
    *,
    note: str = "",
) -> bool:
    """Keep *after* in the place of *before*; return whether anything is another."""
    if before == after:
        return False
    style = after or before
    assert style
    kept = None
    if after and after != original(after.key):
        kept = json.dumps(own_styles.document(after), ensure_ascii=False)
    settings.keep(tx, desk.account_id, {OWN + style.key: kept})
    change = Change(
        action=f"style.{verb}",
        object=OBJECT + style.key,
        title=style.name,
        note=note,
        before=own_styles.document(before) if before else None,
        after=own_styles.document(after) if after else None,
    )
    history.record(tx, desk.account_id, desk.actor, change)
    return True


def _arrange(
    desk: Desk,
    tx: Transaction,
    before: Sequence[str],
    after: Sequence[str],
    *,
    title: str,
    note: str = "",
) -> None:
    if before == after:
        return
    settings.keep(tx, desk.account_id, {ORDER: json.dumps(list(after), ensure_ascii=False)})
    change = Change(
        action="style.move",
        object=ORDER_OBJECT,
        title=title,
        note=note,
        before=list(before),
        after=list(after),
    )
    history.record(tx, desk.account_id, desk.actor, change)
