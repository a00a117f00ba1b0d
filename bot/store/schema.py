"""The schema's version: brought up by ``huaxin db upgrade``, checked before anything serves."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.errors import ConfigError, StoreError
from bot.store import statistics
from bot.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(db: Database) -> None:
    """Bring the schema to the newest version; safe to run at every start, from many machines."""
    with db.rebuild() as connection, _alone(connection):
        command.upgrade(_config(connection), "head")
        if db.dialect == "sqlite":
            statistics.describe(connection)


def downgrade(db: Database, revision: str) -> None:
    with db.rebuild() as connection, _alone(connection):
        command.downgrade(_config(connection), revision)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Keep other processes from changing the schema at the same time."""
    match connection.dialect.name:
        case "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('huaxin.schema'))"))
            yield
        case "mysql":
            # MySQL commits at every change of a table; only a lock of the session lasts.
            lock = "CONCAT('huaxin.', DATABASE())"
            got = connection.execute(text(f"SELECT GET_LOCK({lock}, @@lock_wait_timeout)"))
            if not got.scalar_one():
                raise StoreError("another process is changing the schema")
            try:
                yield
            finally:
                connection.execute(text(f"SELECT RELEASE_LOCK({lock})"))
        case _:
            yield  # SQLite's writers are alone anyway


def check(db: Database) -> None:
    """Raise `ConfigError` unless the schema is the one this code was written for."""
    with db.read() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    wanted = _wanted()
    if found != wanted:
        raise ConfigError(
            f"数据库版本是 {found or '空'}，程序需要 {wanted}：先运行 huaxin db upgrade"
        )


@cache
def _wanted() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
