"""The custom menu: the operators' draft, and what the history says was published."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from bot.store.database import Database, now_ms
from bot.store.tables import history, setting

NAME: Final = "menu.draft"  # among the settings
OBJECT: Final = "menu"  # in the history
DRAFT_OBJECT: Final = "menu:draft"
LIVE: Final = ("menu.publish", "menu.delete")  # the actions after which WeChat shows another menu


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """*revision* goes up with every save."""

    document: dict[str, Any]
    revision: int
    saved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A menu as it went live at *at* (epoch ms); *document* is None where it was deleted."""

    id: int
    at: int
    actor: str
    note: str
    document: dict[str, Any] | None


def draft(db: Database, account_id: int) -> Draft | None:
    with db.read() as tx:
        return fetch(tx, account_id)


def fetch(tx: Connection, account_id: int) -> Draft | None:
    own = (setting.c.account_id == account_id) & (setting.c.name == NAME)
    value = tx.execute(select(setting.c.value).where(own)).scalar_one_or_none()
    return Draft(**json.loads(value)) if value else None


def put(tx: Connection, account_id: int, made: Draft) -> None:
    own = (setting.c.account_id == account_id) & (setting.c.name == NAME)
    tx.execute(delete(setting).where(own))
    value = json.dumps(asdict(made), ensure_ascii=False)
    row = {"account_id": account_id, "name": NAME, "value": value, "updated_at": now_ms()}
    tx.execute(setting.insert().values(row))


def published(db: Database, account_id: int, *, most: int = 50) -> Sequence[Published]:
    """Return what went live, newest first."""
    columns = (history.c.id, history.c.at, history.c.actor, history.c.note, history.c.after)
    query = select(*columns).where(
        history.c.account_id == account_id,
        history.c.object == OBJECT,
        history.c.action.in_(LIVE),
    )
    with db.read() as tx:
        rows = tx.execute(query.order_by(history.c.id.desc()).limit(most)).mappings().all()
    return [
        Published(
            document=json.loads(row["after"]), **{k: row[k] for k in ("id", "at", "actor", "note")}
        )
        for row in rows
    ]
