"""The circuit breakers: which provider failed how often, and is left alone until when."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from bot.errors import Reason
from bot.store.database import Database, now_ms, retried
from bot.store.tables import provider_state as state

OPENS_AFTER = 3  # failures in a row
FIRST_PAUSE_MS = 60_000  # doubled with every further failure
LONGEST_PAUSE_MS = 15 * 60_000
AT_ONCE = frozenset({Reason.BAD_KEY, Reason.NO_MONEY})  # only an operator can mend these
FAULTS = AT_ONCE | {Reason.PROVIDER_DOWN, Reason.RATE_LIMIT, Reason.OUTCOME_UNKNOWN}
"""What says something of the provider; the others say something of the request."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """*error* is the reason of the last failure; times in epoch ms by the database's clock."""

    name: str
    failures: int
    open_until: int
    error: str
    open: bool


def read(db: Database, account_id: int) -> dict[str, Breaker]:
    """Return what is known of the providers that have ever failed, by name."""
    names = ("name", "failures", "open_until", "error")
    columns = [*(state.c[name] for name in names), (state.c.open_until > now_ms()).label("open")]
    with db.read() as tx:
        rows = tx.execute(select(*columns).where(state.c.account_id == account_id)).all()
    return {row.name: Breaker(*row) for row in rows}


@retried
def failed(db: Database, account_id: int, name: str, reason: Reason) -> None:
    """Count a failure; enough of them in a row open the breaker, each for longer."""
    own = (state.c.account_id == account_id, state.c.name == name)
    with db.write() as tx:
        tx.execute(db.insert_new(state).values(account_id=account_id, name=name))
        query = select(state.c.failures).where(*own).with_for_update()
        count: int = tx.execute(query).scalar_one() + 1
        values = {"failures": count, "error": reason.value, "changed_at": now_ms()}
        if reason in AT_ONCE or count >= OPENS_AFTER:
            pause = FIRST_PAUSE_MS * 2 ** min(max(count - OPENS_AFTER, 0), 4)
            values["open_until"] = now_ms() + min(pause, LONGEST_PAUSE_MS)
        tx.execute(update(state).where(*own).values(values))


@retried
def worked(db: Database, account_id: int, name: str) -> None:
    """Close the breaker: the provider has answered as it should."""
    with db.read() as tx:
        if failures(tx, account_id, name) == 0:
            return
    with db.write() as tx:
        close(tx, account_id, name)


def failures(tx: Connection, account_id: int, name: str) -> int:
    """Return how often the provider failed in a row."""
    own = (state.c.account_id == account_id, state.c.name == name)
    return tx.execute(select(state.c.failures).where(*own)).scalar_one_or_none() or 0


def close(tx: Connection, account_id: int, name: str) -> None:
    """Forget the provider's failures."""
    own = (state.c.account_id == account_id, state.c.name == name, state.c.failures > 0)
    closed = {"failures": 0, "open_until": 0, "error": "", "changed_at": now_ms()}
    tx.execute(update(state).where(*own).values(closed))
