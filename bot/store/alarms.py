"""Alarms: each rings once, whoever notices first."""

from sqlalchemy import select

from bot.store.database import Database, changed, now_ms, retried
from bot.store.tables import alarm


@retried
def ring(db: Database, account_id: int, name: str, *, detail: str) -> bool:
    """Return whether the alarm is new; it is kept either way."""
    mine = (alarm.c.account_id == account_id, alarm.c.name == name)
    with db.read() as tx:
        if tx.execute(select(alarm.c.name).where(*mine)).first():
            return False
    new = db.insert_new(alarm).values(account_id=account_id, name=name, detail=detail, at=now_ms())
    with db.write() as tx:
        return changed(tx, new) == 1
