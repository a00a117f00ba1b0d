"""What happened at the door, by day: refusals and oddities that are no message of anybody's."""

from collections.abc import Mapping

from sqlalchemy import func, select, update

from bot.store.database import Database
from bot.store.tables import counter


def add(db: Database, account_id: int, *, day: str, counts: Mapping[str, int]) -> None:
    with db.write() as tx:
        for name, count in sorted(counts.items()):
            own = {"account_id": account_id, "day": day, "name": name}
            tx.execute(db.insert_new(counter).values(**own, value=0))
            tx.execute(
                update(counter)
                .where(*(counter.c[column] == value for column, value in own.items()))
                .values(value=counter.c.value + count)
            )


def read(db: Database, account_id: int, *, day: str) -> dict[str, int]:
    with db.read() as tx:
        rows = tx.execute(
            select(counter.c.name, counter.c.value).where(
                counter.c.account_id == account_id, counter.c.day == day
            )
        ).all()
    return dict(rows)


def totals(db: Database, account_id: int) -> dict[str, int]:
    """Everything ever counted: it only grows, whatever day it is."""
    query = select(counter.c.name, func.sum(counter.c.value)).group_by(counter.c.name)
    with db.read() as tx:
        rows = tx.execute(query.where(counter.c.account_id == account_id)).all()
    return {name: int(value) for name, value in rows}
