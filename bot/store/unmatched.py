"""What followers said that no rule answered, and what of it the operators want to see no more."""

import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, select

from bot.store.database import Database, now_ms
from bot.store.tables import message, setting

IGNORED: Final = "unmatched.ignored"
MOST: Final = 20_000  # (text, follower) pairs that are looked at, the newest
LONGEST: Final = 120  # characters by which texts are told apart
# kind → the handlers that answered: nobody or the default answer, the image, a suggestion
HANDLERS: Final = {"none": ("", "default"), "image": ("image",), "suggestion": ("keyword",)}


@dataclass(frozen=True, slots=True)
class Said:
    """One text of one follower. *last_at* is in epoch ms."""

    text: str
    openid: str
    count: int
    last_at: int


def said(db: Database, account_id: int, *, kind: str, since: int) -> list[Said]:
    """Return what was said since *since* (epoch ms) without a rule's answer, newest first."""
    text = func.substr(message.c.content, 1, LONGEST).label("said")
    last = func.max(message.c.created_at).label("last_at")
    answered = message.c.handler.in_(HANDLERS[kind])
    # The default answer is a rule too; it answers what no other one does.
    unmatched = (message.c.rule_id == 0) | (message.c.handler == "default")
    query = (
        select(text, message.c.openid, func.count(), last)
        .where(
            message.c.account_id == account_id,
            message.c.created_at >= since,
            message.c.kind.in_(("text", "voice")),
            message.c.content != "",
            answered,
            unmatched,
        )
        .group_by("said", message.c.openid)
        .order_by(last.desc())
        .limit(MOST)
    )
    with db.read() as tx:
        return [Said(*row) for row in tx.execute(query)]


def ignored(db: Database, account_id: int) -> list[str]:
    """Return the normalised texts that are not shown."""
    with db.read() as tx:
        return read_ignored(tx, account_id)


def read_ignored(tx: Connection, account_id: int) -> list[str]:
    own = (setting.c.account_id == account_id) & (setting.c.name == IGNORED)
    value = tx.execute(select(setting.c.value).where(own)).scalar_one_or_none()
    return list(json.loads(value)) if value else []


def write_ignored(tx: Connection, account_id: int, texts: list[str]) -> None:
    """Keep the list; the caller holds the history's lock."""
    own = (setting.c.account_id == account_id) & (setting.c.name == IGNORED)
    tx.execute(delete(setting).where(own))
    row = {"account_id": account_id, "name": IGNORED, "updated_at": now_ms()}
    tx.execute(setting.insert().values(row | {"value": json.dumps(texts, ensure_ascii=False)}))
