"""The migrations make exactly the tables the code knows, on every database."""

from functools import partial

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.errors import ConfigError
from bot.store import schema
from bot.store.database import Database
from bot.store.tables import metadata
from tests.store.orders import together


def test_the_migrations_make_the_tables_and_unmake_them(address: str) -> None:
    db = Database(address, timeout=10)
    for _ in range(2):
        with pytest.raises(ConfigError, match="huaxin db upgrade"):
            schema.check(db)
        schema.upgrade(db)
        schema.check(db)
        with db.read() as tx:
            context = MigrationContext.configure(tx, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
        schema.downgrade(db, "base")
    db.close()


def test_processes_that_start_together_upgrade_once(address: str) -> None:
    machines = [Database(address, timeout=10) for _ in range(4)]

    assert together(partial(schema.upgrade, db) for db in machines) == [None] * 4

    for db in machines:
        schema.check(db)
        db.close()
