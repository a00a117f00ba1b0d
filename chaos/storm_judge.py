"""What a storm left in the database, held against what each of its messages may leave."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from bot.errors import Reason
from bot.store.database import Database
from bot.store.tables import budget, follower, image_job, message, outbox, photo, quota, rule_hit
from chaos.storm_pushes import Answers, Kind, Said
from handlers.sentences import SENTENCES

DAILY = 3  # pictures a day for a follower, some of whom ask for five
HIT = (Kind.KEYWORD, Kind.PARCEL, Kind.SUBSCRIBE)
DRAWN = (Kind.PROMPT, Kind.TAP)
Things = Counter[tuple[str, str]]  # how many there are of a kind, for a message or a follower


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """*accepted* and *refused* count prompts, *unequal* messages whose three answers differ.

    *busy* counts messages one of whose pushes was told that the database is busy: of these nothing
    is expected but that what is there fits together. *lost* and *doubled* are what is too few and
    too many: answers, rows, units of a quota, reservations, hits.
    """

    accepted: int
    refused: int
    unequal: int
    busy: int
    lost: Things
    doubled: Things


def judge(db: Database, said: Sequence[Said], answers: Sequence[Answers]) -> Verdict:
    bodies = {one.key: set(its.bodies) for one, its in zip(said, answers, strict=True)}
    busy = {key for key, three in bodies.items() if _tell(three, Reason.DATABASE)}
    with db.read() as tx:
        jobs = _jobs(tx)
        found = _found(tx)
    drawn = [one for one in said if one.kind in DRAWN]
    accepted = {one.key for one in drawn if _acknowledged(bodies[one.key], jobs.get(one.key))}
    found.update(("answer", key) for key, three in bodies.items() if b"" not in three)
    expected = _expected(said) + _drawn(drawn, accepted | (busy & jobs.keys()), busy)
    for things in (expected, found):
        for key in busy:
            del things["push", key], things[Kind.PHOTO, key]
    return Verdict(
        accepted=len(jobs),
        refused=sum(_tell(bodies[one.key], Reason.QUOTA) for one in drawn),
        unequal=sum(len(three) > 1 for key, three in bodies.items() if key not in busy),
        busy=len(busy),
        lost=expected - found,
        doubled=found - expected,
    )


def logged(db: Database) -> int:
    """How many messages the log holds."""
    with db.read() as tx:
        return int(tx.execute(select(func.count()).select_from(message)).scalar_one())


def _tell(bodies: set[bytes], reason: Reason) -> bool:
    sentence = SENTENCES.refusal(reason, {"limit": DAILY}).encode()
    return any(sentence in body for body in bodies)


def _acknowledged(bodies: set[bytes], acknowledgement: str | None) -> bool:
    return acknowledgement is not None and any(acknowledgement.encode() in one for one in bodies)


def _jobs(tx: Connection) -> dict[str, str]:
    columns = (image_job.c.message_key, image_job.c.acknowledgement)
    return dict(tx.execute(select(*columns)).all())


def _expected(said: Sequence[Said]) -> Things:
    """Return what each message leaves, whatever is drawn."""
    things: Things = Counter()
    for one in said:
        things.update((("answer", one.key), ("log", one.key)))
        things["follower", one.inbound.openid] = 1
        things["hit", ""] += one.kind in HIT
        if one.kind in (Kind.PARCEL, Kind.PHOTO):
            things[one.kind, one.key] += 1
    return things


def _drawn(drawn: Sequence[Said], accepted: set[str], busy: set[str]) -> Things:
    """Return what the prompts leave: a follower's first ones are accepted, and no more."""
    things: Things = Counter()
    for key in accepted:
        things["job", key] += 1
        things["push", key] += 3
    units = Counter(one.inbound.openid for one in drawn if one.key in accepted)
    unsure = {one.inbound.openid for one in drawn if one.key in busy}
    for openid, asked in Counter(one.inbound.openid for one in drawn).items():
        least = units[openid] if openid in unsure else min(DAILY, asked)
        things["unit", openid] = least
        things["day", ""] += least
        things["month", ""] += least
    return things


def _found(tx: Connection) -> Things:
    things: Things = Counter()
    for name, column in (
        ("log", message.c.message_key),
        ("job", image_job.c.message_key),
        (Kind.PARCEL, outbox.c.message_key),
        (Kind.PHOTO, photo.c.message_key),
        ("follower", follower.c.openid),
    ):
        things.update((name, key) for key in tx.execute(select(column)).scalars())
    for name, key, number in (
        ("push", image_job.c.message_key, image_job.c.pushes),
        ("unit", quota.c.openid, quota.c.used),
    ):
        things.update({(name, one): count for one, count in tx.execute(select(key, number))})
    things["hit", ""] = int(tx.execute(select(func.sum(rule_hit.c.hits))).scalar() or 0)
    return things + _reservations(tx)


def _reservations(tx: Connection) -> Things:
    """Return how many pictures' price is reserved for the day and for the month."""
    cost: int = tx.execute(select(func.max(image_job.c.cost))).scalar() or 1
    amounts: Mapping[str, int] = dict(tx.execute(select(budget.c.period, budget.c.amount)).all())
    lengths = {7: "month", 10: "day"}
    return Counter({(lengths[len(period)], ""): -(-of // cost) for period, of in amounts.items()})
