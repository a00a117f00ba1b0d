"""What the console changed, by name; live everywhere when the account's version has moved."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from bot.store import accounts
from bot.store.database import Database, clock
from bot.store.tables import account
from bot.store.tables import setting as table


def read(db: Database, account_id: int) -> tuple[int, dict[str, str]]:
    """Return the version and every value by its name; secrets are sealed."""
    with db.read() as tx:
        # The version first: a change in between is then loaded once more, never missed.
        version: int = tx.execute(
            select(account.c.settings_version).where(account.c.id == account_id)
        ).scalar_one()
        return version, fetch(tx, account_id)


def fetch(tx: Connection, account_id: int) -> dict[str, str]:
    rows = tx.execute(
        select(table.c.name, table.c.value).where(table.c.account_id == account_id)
    ).all()
    return dict(rows)


def touch(tx: Connection, account_id: int) -> None:
    """Lock the account's row and have every process load the settings anew."""
    accounts.move(tx, account_id, account.c.settings_version)


def keep(tx: Connection, account_id: int, values: Mapping[str, str | None]) -> None:
    """Keep each value, None: not any more. The caller holds `touch`'s lock."""
    own = (table.c.account_id == account_id) & table.c.name.in_(values)
    tx.execute(delete(table).where(own))
    fixed = {"account_id": account_id, "updated_at": clock(tx)}
    rows = [
        fixed | {"name": name, "value": value}
        for name, value in values.items()
        if value is not None
    ]
    if rows:
        tx.execute(table.insert(), rows)
