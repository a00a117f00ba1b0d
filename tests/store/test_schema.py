"""The migrations make just the tables the code knows, on every database, and keep what is there."""

import json
from functools import partial
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Column, Connection, MetaData, String, Table, select

from bot.errors import ConfigError
from bot.store import schema
from bot.store.database import Database
from bot.store.tables import metadata
from tests.store.orders import together

REVISIONS = [one.revision for one in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()]
DOCUMENT = json.dumps({"name": "电子书 📚", "keywords": ["电子书"], "replies": ["好"]})
Rows = dict[str, list[dict[str, Any]]]


def test_the_migrations_make_the_tables_and_unmake_them(address: str) -> None:
    db = Database(address, timeout=10)
    for _ in range(2):
        with pytest.raises(ConfigError, match="huaxin db upgrade"):
            schema.check(db)
        schema.upgrade(db)
        schema.check(db)
        assert differences(db) == []
        schema.downgrade(db, "base")
    db.close()


def test_every_revision_and_back_keeps_what_both_know(db: Database) -> None:
    with db.write() as tx:
        for table in metadata.sorted_tables:
            if table.name != "account":
                tx.execute(table.insert(), [row(table.columns, number) for number in (1, 2)])
            else:
                tx.execute(table.insert(), [{"slug": "one"}, {"slug": "two"}])
    before = kept(db)
    assert {len(rows) for rows in before.values()} == {2}

    for revision in REVISIONS[1:]:
        schema.downgrade(db, revision)
        older = kept(db)
        assert older == shared(before, older)
        schema.upgrade(db)
        newer = kept(db)
        assert shared(newer, older) == older
        assert differences(db) == []
    db.close()


def test_processes_that_start_together_upgrade_once(address: str) -> None:
    machines = [Database(address, timeout=60) for _ in range(4)]

    assert together(partial(schema.upgrade, db) for db in machines) == [None] * 4

    for db in machines:
        schema.check(db)
        db.close()


def differences(db: Database) -> list[Any]:
    """Return what differs between the tables of the code and those of the database."""
    with db.read() as tx:
        found: list[Any] = compare_metadata(
            MigrationContext.configure(tx, opts={"compare_type": True}), metadata
        )
    return found


def row(columns: Any, number: int) -> dict[str, Any]:
    return {one.name: value(one, number) for one in columns}


def value(column: Column[Any], number: int) -> Any:
    """Return something that fits the column, another for each number."""
    if column.name == "document":
        return DOCUMENT
    if isinstance(column.type, Boolean):
        return number == 1
    if isinstance(column.type, String):
        return f"{number}é 🐈"[: column.type.length]
    return number


def kept(db: Database) -> Rows:
    """Return all rows of all tables as the database has them, not as the code knows them."""
    found = MetaData()
    with db.read() as tx:
        found.reflect(tx, only=lambda name, _: name in metadata.tables)
        return {name: _rows(tx, table) for name, table in found.tables.items()}


def _rows(tx: Connection, table: Table) -> list[dict[str, Any]]:
    rows = tx.execute(select(table).order_by(*table.primary_key)).mappings()
    return [dict(one) for one in rows]


def shared(rows: Rows, like: Rows) -> Rows:
    """Return of *rows* the tables and columns that *like* has."""
    return {
        name: [
            {key: one[key] for key in other if key in one}
            for one, other in zip(rows[name], others, strict=True)
        ]
        for name, others in like.items()
    }
