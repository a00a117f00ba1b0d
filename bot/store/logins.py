"""Every attempt to sign in: the login log, and how long the next has to wait.

An attempt is written down before its password is looked at, so that many at once count too.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from bot.store.database import Database, now_ms, retried
from bot.store.history import lock
from bot.store.tables import login

FREE = 5  # failures; from then on each doubles the wait
LONGEST_MS = 15 * 60 * 1000
DAY_MS = 24 * 3600 * 1000
HOME_MS = 30 * DAY_MS  # so long an address is known to be the member's
KEPT_MS = 180 * DAY_MS
LOOKED_AT = 100  # attempts; more than the longest wait takes
_PREFIX = 64  # bits of an IPv6 address that one household has


class Outcome(StrEnum):
    """How an attempt ended; *PENDING* also stays of one whose process died."""

    PENDING = "pending"
    PASSWORD = "password"  # noqa: S105 — right, and the code is still to come
    SUCCESS = "success"
    RECOVERED = "recovered"
    CONFIRMED = "confirmed"
    BAD_PASSWORD = "bad_password"  # noqa: S105 — an outcome
    BAD_CODE = "bad_code"
    BAD_RECOVERY = "bad_recovery"
    BAD_SETUP = "bad_setup"
    THROTTLED = "throttled"


FAILED: Final = frozenset(
    {
        *(Outcome.PENDING, Outcome.BAD_PASSWORD, Outcome.BAD_CODE),
        *(Outcome.BAD_RECOVERY, Outcome.BAD_SETUP),
    }
)
ENTERED: Final = frozenset({Outcome.SUCCESS, Outcome.RECOVERED})


@dataclass(frozen=True, slots=True)
class Attempt:
    """*wait_ms* is 0 where it may go on, else how long it has to wait; nothing may be checked."""

    id: int
    wait_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    id: int
    at: int
    name: str
    address: str
    agent: str
    outcome: str


_COLUMNS = [login.c[one.name] for one in fields(Login)]


@retried
def begin(db: Database, account_id: int, *, name: str, address: str, agent: str) -> Attempt:
    """Write an attempt down, or say how long it has to wait."""
    name, address = name[:64], place(address)
    row: dict[str, str | int] = {"account_id": account_id, "name": name, "address": address}
    row |= {"agent": agent[:255]}
    with db.write() as tx:
        lock(tx, account_id)
        wait = _wait(tx, account_id, name, address)
        if wait:
            _note_refusal(tx, row)
            return Attempt(0, wait)
        made = tx.execute(login.insert().values(**row, at=now_ms(), outcome=Outcome.PENDING))
        assert made.inserted_primary_key is not None
        return Attempt(int(made.inserted_primary_key[0]), 0)


def finish(db: Database, attempt: Attempt, outcome: Outcome) -> None:
    with db.write() as tx:
        tx.execute(update(login).where(login.c.id == attempt.id).values(outcome=outcome))


def prune(db: Database) -> None:
    """Forget what is older than half a year."""
    with db.write() as tx:
        tx.execute(delete(login).where(login.c.at < now_ms() - KEPT_MS))


def place(address: str) -> str:
    """What counts as one address: of IPv6 the network, of which everybody has many addresses."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    network = IPv6Address(int(found) >> (128 - _PREFIX) << (128 - _PREFIX))
    return str(found) if found.is_loopback else f"{network}/{_PREFIX}"


# ---- the wait ----


def _wait(tx: Connection, account_id: int, name: str, address: str) -> int:
    """How long an attempt has to wait, in ms.

    Strangers' failures count together, for a name as for an address. Where a member has been let
    in before, only failures there count against them: nobody can shut them out from elsewhere.
    """
    own = login.c.account_id == account_id
    homes = _homes(tx, and_(own, login.c.name == name))
    if address in homes:
        return _delay(tx, and_(own, login.c.name == name, login.c.address == address))
    elsewhere = login.c.address.not_in(homes)
    by_name = _delay(tx, and_(own, login.c.name == name, elsewhere)) if name else 0
    return max(by_name, _delay(tx, and_(own, login.c.address == address)))


def _homes(tx: Connection, mine: ColumnElement[bool]) -> list[str]:
    known = and_(mine, login.c.outcome.in_(ENTERED), login.c.at > now_ms() - HOME_MS)
    return list(tx.execute(select(login.c.address).where(known).distinct()).scalars())


def _delay(tx: Connection, where: ColumnElement[bool]) -> int:
    query = select(login.c.name, login.c.outcome, login.c.at, now_ms()).where(
        where,
        login.c.at > now_ms() - DAY_MS,
        login.c.outcome.in_(FAILED | ENTERED),
    )
    query = query.order_by(login.c.at.desc(), login.c.id.desc()).limit(LOOKED_AT)
    entered: set[str] = set()
    failures, last, now = 0, 0, 0
    for name, outcome, at, now_ in tx.execute(query):
        now = now_
        if outcome in ENTERED:
            entered.add(name)
        elif name not in entered:  # who got in at last had only mistyped
            failures, last = failures + 1, max(last, at)
    if failures < FREE:
        return 0
    delay: int = min(2 ** (failures - FREE + 1) * 1000, LONGEST_MS)
    return max(0, last + delay - now)


def _note_refusal(tx: Connection, row: dict[str, str | int]) -> None:
    """One row for a row of refusals: a flood fills no disk."""
    same = and_(*(login.c[key] == row[key] for key in ("account_id", "name", "address")))
    newest = select(login.c.outcome).where(same).order_by(login.c.id.desc()).limit(1)
    if tx.execute(newest).scalar_one_or_none() != Outcome.THROTTLED:
        tx.execute(login.insert().values(**row, at=now_ms(), outcome=Outcome.THROTTLED))


# ---- the log ----


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the log is narrowed to; empty is everything."""

    name: str = ""
    address: str = ""
    outcome: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        asked = {"name": self.name, "address": self.address, "outcome": self.outcome}
        return [login.c[key] == value for key, value in asked.items() if value]


def page(
    db: Database, account_id: int, wanted: Filter, *, most: int, skip: int = 0
) -> tuple[list[Login], int]:
    """Return a page of attempts, newest first, and how many there are in all."""
    where = and_(login.c.account_id == account_id, *wanted.conditions())
    newest = select(*_COLUMNS).where(where).order_by(login.c.id.desc()).limit(most).offset(skip)
    with db.read() as tx:
        total: int = tx.execute(select(func.count()).select_from(login).where(where)).scalar_one()
        rows = tx.execute(newest).all()
    names = [one.name for one in fields(Login)]
    return [Login(**dict(zip(names, row, strict=True))) for row in rows], total


def last_entered(db: Database, account_id: int) -> dict[str, int]:
    """When each name was let in last."""
    let_in = and_(login.c.account_id == account_id, login.c.outcome.in_(ENTERED))
    query = select(login.c.name, func.max(login.c.at)).where(let_in).group_by(login.c.name)
    with db.read() as tx:
        rows = tx.execute(query).all()
    return dict(rows)
