"""The schema's version: brought up by ``huaxin db upgrade``, checked before anything serves."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.errors import ConfigError
from bot.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(db: Database) -> None:
    """Bring the schema to the newest version; safe to run at every start."""
    with db.write() as connection:
        command.upgrade(_config(connection), "head")


def downgrade(db: Database, revision: str) -> None:
    with db.write() as connection:
        command.downgrade(_config(connection), revision)


def check(db: Database) -> None:
    """Raise `ConfigError` unless the schema is the one this code was written for."""
    with db.read() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    wanted = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if found != wanted:
        raise ConfigError(
            f"数据库版本是 {found or '空'}，程序需要 {wanted}：先运行 huaxin db upgrade"
        )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
