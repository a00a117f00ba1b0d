"""The first way in: while there is no member, whoever has the one-time code becomes the owner."""

import secrets
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select

from bot.store.database import Database, changed, now_ms
from bot.store.history import lock
from bot.store.tables import member, setting

NAME = "setup_code"  # its row in the settings holds a hash, gone once it was used
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
GROUPS, LETTERS = 4, 5


def is_open(db: Database, account_id: int) -> bool:
    """Whether there is no member yet."""
    with db.read() as tx:
        return _nobody(tx, account_id)


def renew(db: Database, account_id: int) -> str | None:
    """Return a new set-up code, which replaces the last; None once there is a member."""
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * LETTERS)]
    groups = [letters[at : at + LETTERS] for at in range(0, len(letters), LETTERS)]
    code = "-".join("".join(group) for group in groups)
    with db.write() as tx:
        lock(tx, account_id)
        if not _nobody(tx, account_id):
            return None
        tx.execute(delete(setting).where(_own(account_id)))
        row = {"account_id": account_id, "name": NAME, "value": hash_of(code)}
        tx.execute(setting.insert().values(**row, updated_at=now_ms()))
    return code


def use(tx: Connection, account_id: int, code: str) -> bool:
    """Take the code for the first member, who is made in the same transaction; once only."""
    if not _nobody(tx, account_id):
        return False
    right = and_(_own(account_id), setting.c.value == hash_of(code))
    return changed(tx, delete(setting).where(right)) == 1


def hash_of(code: str) -> str:
    """What is kept of the code, however it was typed."""
    plain = "".join(one for one in code.upper() if one in ALPHABET)
    return sha256(plain.encode()).hexdigest()


def close(tx: Connection, account_id: int) -> None:
    tx.execute(delete(setting).where(_own(account_id)))


def _own(account_id: int) -> ColumnElement[bool]:
    return and_(setting.c.account_id == account_id, setting.c.name == NAME)


def _nobody(tx: Connection, account_id: int) -> bool:
    count = select(func.count()).select_from(member).where(member.c.account_id == account_id)
    return tx.execute(count).scalar_one() == 0
