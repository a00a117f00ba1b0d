"""What is pushed after a canned reply: each once, and never again where the outcome is unknown."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, and_, select, update

from bot.store.database import Database, changed, clock, now_ms
from bot.store.tables import outbox

AGAIN_MS = 10_000  # to be taken in: later its message is held to be lost
GIVE_UP_MS = 600_000


@dataclass(frozen=True, slots=True)
class Parcel:
    """*replies* is a JSON list of reply documents, sent in order."""

    id: int
    message_key: str
    openid: str
    replies: str


@dataclass(frozen=True, slots=True)
class Packed:
    """A parcel to be: what is to be pushed after the reply to a message."""

    account_id: int
    message_key: str
    openid: str
    replies: str


def put(db: Database, tx: Connection, parcels: Sequence[Packed]) -> None:
    """Keep the parcels; a message that already has one keeps that."""
    if not parcels:
        return
    now = clock(tx)
    rows = [asdict(one) | {"state": "pending", "created_at": now} for one in parcels]
    tx.execute(db.insert_new(outbox), rows)


def claim(db: Database, *, most: int) -> list[int]:
    """Return pending parcels to hand to a sender; one that is not taken is offered again."""
    ready = and_(
        outbox.c.state == "pending",
        outbox.c.not_before <= now_ms(),
        outbox.c.created_at > now_ms() - GIVE_UP_MS,
    )
    with db.read() as tx:
        if tx.execute(select(outbox.c.id).where(ready).limit(1)).first() is None:
            return []
    with db.write() as tx:
        ids = list(
            tx.execute(select(outbox.c.id).where(ready).order_by(outbox.c.id).limit(most)).scalars()
        )
        tx.execute(
            update(outbox).where(outbox.c.id.in_(ids)).values(not_before=now_ms() + AGAIN_MS)
        )
    return ids


def take(db: Database, parcel_id: int) -> Parcel | None:
    """Mark the parcel as on the wire and return it; None if another sender was first."""
    own = and_(outbox.c.id == parcel_id, outbox.c.state == "pending")
    with db.write() as tx:
        if not changed(tx, update(outbox).where(own).values(state="sending")):
            return None
        row = tx.execute(
            select(*(outbox.c[one] for one in Parcel.__dataclass_fields__)).where(
                outbox.c.id == parcel_id
            )
        ).one()
    return Parcel(*row)


def finish(db: Database, parcel_id: int, *, error: str = "") -> None:
    """Record that the parcel was sent, or why not all of it was."""
    state = "failed" if error else "sent"
    with db.write() as tx:
        tx.execute(
            update(outbox).where(outbox.c.id == parcel_id).values(state=state, error=error[:255])
        )
