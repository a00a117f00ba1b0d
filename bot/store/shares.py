"""同款: recipes that their makers let others use."""

from sqlalchemy import select

from bot.store.database import Database
from bot.store.tables import share


def is_open(db: Database, account_id: int, job_id: int) -> bool:
    """Whether that job's recipe is shared now."""
    query = select(share.c.code).where(
        share.c.account_id == account_id, share.c.job_id == job_id, share.c.revoked_at == 0
    )
    with db.read() as tx:
        return tx.execute(query.limit(1)).first() is not None
