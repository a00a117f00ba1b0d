"""The account's row: versions of what processes keep in memory, and what the account may do."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, delete, select, update

from bot.store.database import Database, Transaction, now_ms
from bot.store.tables import account, capability

DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Versions:
    rules: int
    media: int
    settings: int


@dataclass(frozen=True, slots=True)
class Capability:
    """What use has taught: *code* is WeChat's errcode behind a refusal, *checked_at* in ms."""

    allowed: bool
    code: int
    checked_at: int


def ensure(db: Database, slug: str = DEFAULT) -> int:
    """Return the account's id, making its row at the first start."""
    with db.write() as tx:
        tx.execute(db.insert_new(account).values(slug=slug, created_at=now_ms()))
        found: int = tx.execute(select(account.c.id).where(account.c.slug == slug)).scalar_one()
        return found


def versions(db: Database, account_id: int) -> Versions:
    with db.read() as tx:
        row = tx.execute(
            select(
                account.c.rules_version, account.c.media_version, account.c.settings_version
            ).where(account.c.id == account_id)
        ).one()
    return Versions(*row)


def move(tx: Transaction, account_id: int, version: Column[int]) -> None:
    """Lock the account's row and have every process load anew what *version* counts.

    The account's row first: those who change the same thing come one after the other.
    """
    moved = {version.name: version + 1}
    tx.execute(update(account).where(account.c.id == account_id).values(moved))
    tx.execution_options(moves=True)


def capabilities(db: Database, account_id: int, app_id: str) -> dict[str, Capability]:
    """What this AppID is known to be allowed; a name that is missing is unknown."""
    with db.read() as tx:
        rows = tx.execute(
            select(
                capability.c.name,
                capability.c.allowed,
                capability.c.code,
                capability.c.checked_at,
            ).where(capability.c.account_id == account_id, capability.c.app_id == app_id)
        ).all()
    return {name: Capability(allowed, code, at) for name, allowed, code, at in rows}


def learn(
    db: Database, account_id: int, app_id: str, *, name: str, allowed: bool, code: int
) -> None:
    """Keep what a call has shown; every process sees it within a second."""
    own = (
        (capability.c.account_id == account_id)
        & (capability.c.app_id == app_id)
        & (capability.c.name == name)
    )
    with db.write() as tx:
        move(tx, account_id, account.c.media_version)
        tx.execute(delete(capability).where(own))
        tx.execute(
            capability.insert().values(
                account_id=account_id,
                app_id=app_id,
                name=name,
                allowed=allowed,
                code=code,
                checked_at=now_ms(),
            )
        )
