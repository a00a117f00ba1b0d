"""Unmatched texts, grouped as the matcher reads them; seen no more if the operators want so."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.editing.desk import Desk
from bot.keywords.normalise import normalise
from bot.store import history, unmatched
from bot.store.database import Database
from bot.store.history import Change
from bot.store.unmatched import Said

MOST = 1000  # the oldest are shown again


@dataclass(slots=True)
class Group:
    """Texts that are one for the matcher, shown as they were said last."""

    key: str
    text: str
    last_at: int
    count: int = 0
    followers: set[str] = field(default_factory=set)


def groups(
    db: Database, account_id: int, *, kind: str, since: int, text: str = "", ignored: bool = False
) -> list[Group]:
    """Return what was said since then (epoch ms) with *text* in it, the most frequent first."""
    hidden = set(unmatched.ignored(db, account_id))
    return [
        group
        for group in _grouped(unmatched.said(db, account_id, kind=kind, since=since))
        if (group.key in hidden) == ignored and text.casefold() in group.text.casefold()
    ]


def _grouped(said: Iterable[Said]) -> list[Group]:
    """Return the groups; *said* begins with the newest."""
    found: dict[str, Group] = {}
    for one in said:
        key = normalise(one.text) or one.text.strip()
        group = found.setdefault(key, Group(key, one.text, one.last_at))
        group.count += one.count
        group.followers.add(one.openid)
    return sorted(found.values(), key=lambda group: (-group.count, -group.last_at))


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
