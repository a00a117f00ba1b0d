"""Rules as the documents they are; a change is live everywhere when the version has moved."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, select, update

from bot.store.database import Database, now_ms
from bot.store.tables import account, rule

Document = Mapping[str, Any]


def count(db: Database, account_id: int) -> int:
    with db.read() as tx:
        found: int = tx.execute(
            select(func.count()).select_from(rule).where(rule.c.account_id == account_id)
        ).scalar_one()
    return found


def read(db: Database, account_id: int) -> tuple[int, list[tuple[int, int, dict[str, Any]]]]:
    """Return the version and (id, position, document) of every rule, in the operator's order."""
    with db.read() as tx:
        # The version first: a change in between is then loaded once more, never missed.
        version: int = tx.execute(
            select(account.c.rules_version).where(account.c.id == account_id)
        ).scalar_one()
        rows = tx.execute(
            select(rule.c.id, rule.c.position, rule.c.document)
            .where(rule.c.account_id == account_id)
            .order_by(rule.c.position, rule.c.id)
        ).all()
    return version, [(id_, position, json.loads(document)) for id_, position, document in rows]


def replace(db: Database, account_id: int, documents: Iterable[Document]) -> int:
    """Replace all rules by *documents*, in their order, in one transaction; return how many."""
    rows = [
        {
            "account_id": account_id,
            "position": position,
            "document": json.dumps(document, ensure_ascii=False),
        }
        for position, document in enumerate(documents)
    ]
    with db.write() as tx:
        # The account's row first: those who change the same thing come one after the other.
        tx.execute(
            update(account)
            .where(account.c.id == account_id)
            .values(rules_version=account.c.rules_version + 1)
        )
        tx.execute(delete(rule).where(rule.c.account_id == account_id))
        if rows:
            # As a value: with a function among them PyMySQL sends the rows one by one.
            now = tx.execute(select(now_ms())).scalar_one()
            tx.execute(rule.insert(), [row | {"updated_at": now} for row in rows])
    return len(rows)
