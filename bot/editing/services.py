"""Image services, looked after: one that is left alone is asked again."""

from bot.editing.desk import Desk
from bot.store import breakers, history
from bot.store.database import retried
from bot.store.history import Change


@retried
def resume(desk: Desk, name: str) -> bool:
    """Close a service's breaker; return whether there was anything to forget."""
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        failures = breakers.failures(tx, desk.account_id, name)
        if not failures:
            return False
        breakers.close(tx, desk.account_id, name)
        change = Change(
            action="service.resume",
            object=f"service:{name}",
            title=name,
            before={"failures": failures},
        )
        history.record(tx, desk.account_id, desk.actor, change)
    return True
