"""Named leases: one holder at a time, judged by the database's clock."""

from sqlalchemy import and_, delete, or_, select, update

from bot.store.database import Database, changed, now_ms
from bot.store.tables import lease

ALIVE = "worker:"  # every living worker holds a lease of this prefix


def take(db: Database, name: str, *, owner: str, seconds: int) -> bool:
    """Take or renew the lease; True while *owner* holds it."""
    until = now_ms() + seconds * 1000
    with db.read() as tx:
        # Every worker asks several times a second: that must not take the writers' lock.
        others = and_(lease.c.name == name, lease.c.owner != owner, lease.c.until > now_ms())
        if tx.execute(select(lease.c.name).where(others)).first():
            return False
    with db.write() as tx:
        tx.execute(db.insert_new(lease).values(name=name, owner="", until=0))
        free = or_(lease.c.owner == owner, lease.c.until <= now_ms())
        took = update(lease).where(lease.c.name == name, free).values(owner=owner, until=until)
        return changed(tx, took) == 1


def release(db: Database, name: str, *, owner: str) -> None:
    with db.write() as tx:
        tx.execute(delete(lease).where(lease.c.name == name, lease.c.owner == owner))


def holders(db: Database, prefix: str) -> list[str]:
    """Return who holds the leases of that prefix now."""
    held = and_(lease.c.name.startswith(prefix, autoescape=True), lease.c.until > now_ms())
    with db.read() as tx:
        return list(tx.execute(select(lease.c.owner).where(held)).scalars())


def count(db: Database, prefix: str) -> int:
    """How many leases of that prefix are held now."""
    return len(holders(db, prefix))


def prune(db: Database) -> None:
    """Forget the leases that have ended: a killed worker's has a name that nobody takes again."""
    with db.write() as tx:
        tx.execute(delete(lease).where(lease.c.until <= now_ms()))
