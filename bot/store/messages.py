"""What was said: the message log, hit counts and last seen, written in batches."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, case, select, update

from bot.store import outbox
from bot.store.database import Database, retried
from bot.store.outbox import Packed
from bot.store.tables import follower, message, rule_hit


class Heard(NamedTuple):
    """One answered push. *at* in epoch ms, *micros* is the time the answer took, in µs.

    *subscribed* is None unless the push says so. *rest* is the JSON of replies still to be pushed.
    """

    account_id: int
    message_key: str
    openid: str
    kind: str
    content: str
    handler: str
    rule_id: int
    at: int
    day: str
    micros: int
    subscribed: bool | None = None
    rest: str = ""


@retried
def write(db: Database, batch: Sequence[Heard]) -> None:
    """Log the batch of one account; a repeated push is logged, counted and followed up once."""
    with db.write() as tx:
        first: dict[str, Heard] = {}
        for one in batch:
            first.setdefault(one.message_key, one)
        seen = select(message.c.message_key).where(
            message.c.account_id == batch[0].account_id, db.among(message.c.message_key, first)
        )
        known = set(tx.execute(seen).scalars())
        # Rows in one order in every process, so that batches never wait for each other.
        new = [one for key, one in sorted(first.items()) if key not in known]
        if new:
            db.insert_many(tx, message, [_row(one) for one in new])
            _count(db, tx, new)
        rest = [
            Packed(one.account_id, one.message_key, one.openid, one.rest) for one in new if one.rest
        ]
        if rest:
            outbox.put(db, tx, rest)
        _see(db, tx, batch)


def _row(one: Heard) -> dict[str, str | int]:
    return {
        "account_id": one.account_id,
        "message_key": one.message_key,
        "openid": one.openid,
        "kind": one.kind,
        "content": one.content,
        "handler": one.handler,
        "rule_id": one.rule_id,
        "created_at": one.at,
        "micros": one.micros,
    }


def _count(db: Database, tx: Connection, new: Sequence[Heard]) -> None:
    hits = Counter((one.account_id, one.rule_id, one.day) for one in new if one.rule_id)
    last = max(one.at for one in new)
    for (account_id, rule_id, day), number in sorted(hits.items()):
        own = {"account_id": account_id, "rule_id": rule_id, "day": day}
        tx.execute(db.insert_new(rule_hit).values(**own, hits=0, last_at=0))
        tx.execute(
            update(rule_hit)
            .where(*(rule_hit.c[name] == value for name, value in own.items()))
            .values(hits=rule_hit.c.hits + number, last_at=last)
        )


def _see(db: Database, tx: Connection, batch: Sequence[Heard]) -> None:
    """Keep when each follower was last heard; a push that says nothing of it leaves the rest."""
    account_id, last = batch[-1].account_id, batch[-1].at
    openids = sorted({one.openid for one in batch})
    own = follower.c.account_id == account_id
    row = {"account_id": account_id, "subscribed": True}
    row |= {"first_seen_at": last, "last_seen_at": last}
    rows = [row | {"openid": openid} for openid in openids]
    db.insert_many(tx, follower, rows, new_only=True)
    these = own & db.among(follower.c.openid, openids)
    tx.execute(update(follower).where(these).values(last_seen_at=last))
    for one in batch:
        if one.subscribed is not None:
            this = own & (follower.c.openid == one.openid)
            # Who is back within the minute is not forgotten; who left when the database was away
            # is, and who came and left within one batch.
            since = case((follower.c.left_at == 0, one.at), else_=follower.c.left_at)
            left = 0 if one.subscribed else since
            tx.execute(update(follower).where(this).values(subscribed=one.subscribed, left_at=left))
