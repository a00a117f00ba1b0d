"""What was said: the message log, hit counts and last seen, written in batches."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, update

from bot.store import outbox
from bot.store.database import Database, changed
from bot.store.tables import follower, message, rule_hit


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
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


def write(db: Database, batch: Sequence[Heard]) -> None:
    """Log the batch; a repeated push is logged and counted once."""
    with db.write() as tx:
        new = [one for one in batch if _log(db, tx, one)]
        for one in new:
            if one.rest:
                outbox.put(
                    db,
                    tx,
                    one.account_id,
                    message_key=one.message_key,
                    openid=one.openid,
                    replies=one.rest,
                )
        _count(db, tx, new)
        for one in {(one.account_id, one.openid): one for one in batch}.values():
            _see(db, tx, one)
        for one in batch:
            if one.subscribed is not None:
                tx.execute(
                    update(follower)
                    .where(follower.c.account_id == one.account_id, follower.c.openid == one.openid)
                    .values(subscribed=one.subscribed)
                )


def _log(db: Database, tx: Connection, one: Heard) -> bool:
    row = db.insert_new(message).values(
        account_id=one.account_id,
        message_key=one.message_key,
        openid=one.openid,
        kind=one.kind,
        content=one.content,
        handler=one.handler,
        rule_id=one.rule_id,
        created_at=one.at,
        micros=one.micros,
    )
    return changed(tx, row) == 1


def _count(db: Database, tx: Connection, new: Sequence[Heard]) -> None:
    hits = Counter((one.account_id, one.rule_id, one.day) for one in new if one.rule_id)
    last = max((one.at for one in new), default=0)
    for (account_id, rule_id, day), number in hits.items():
        own = {"account_id": account_id, "rule_id": rule_id, "day": day}
        tx.execute(db.insert_new(rule_hit).values(**own, hits=0, last_at=0))
        tx.execute(
            update(rule_hit)
            .where(*(rule_hit.c[name] == value for name, value in own.items()))
            .values(hits=rule_hit.c.hits + number, last_at=last)
        )


def _see(db: Database, tx: Connection, one: Heard) -> None:
    own = {"account_id": one.account_id, "openid": one.openid}
    tx.execute(
        db.insert_new(follower).values(
            **own, subscribed=True, first_seen_at=one.at, last_seen_at=one.at
        )
    )
    tx.execute(
        update(follower)
        .where(*(follower.c[name] == value for name, value in own.items()))
        .values(last_seen_at=one.at)
    )
