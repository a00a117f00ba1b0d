"""Tokens of the JSON API: made by a member, known by their hash alone."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from bot.store import members
from bot.store.database import Database, changed, now_ms
from bot.store.members import Member
from bot.store.tables import api_token, member

TOUCH_MS = 60_000  # a token's last use is noted at most this often


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Times are epoch ms; *expires_at* 0 is never. *member* is the name of who made it."""

    id: int
    member_id: int
    member: str
    name: str
    scopes: frozenset[str]
    created_at: int
    last_used_at: int
    expires_at: int
    revoked_at: int


_COLUMNS = (
    api_token.c.id,
    api_token.c.member_id,
    member.c.name.label("member"),
    api_token.c.name,
    api_token.c.scopes,
    api_token.c.created_at,
    api_token.c.last_used_at,
    api_token.c.expires_at,
    api_token.c.revoked_at,
)


def every(db: Database, account_id: int, *, member_id: int | None = None) -> list[Token]:
    """Return the tokens that are not revoked, newest first; those of one member, or all."""
    where = _unrevoked(account_id)
    if member_id is not None:
        where = and_(where, api_token.c.member_id == member_id)
    with db.read() as tx:
        return _read(tx, where)


def fetch(tx: Connection, account_id: int, token_id: int) -> Token | None:
    """Return the token if it is there and not revoked."""
    found = _read(tx, and_(_unrevoked(account_id), api_token.c.id == token_id))
    return found[0] if found else None


def of(tx: Connection, account_id: int, member_id: int) -> list[Token]:
    """Return the member's tokens that are not revoked."""
    return _read(tx, and_(_unrevoked(account_id), api_token.c.member_id == member_id))


def insert(
    tx: Connection,
    account_id: int,
    member_id: int,
    *,
    name: str,
    token_hash: str,
    scopes: frozenset[str],
    expires_at: int,
) -> int:
    row = {"account_id": account_id, "member_id": member_id, "name": name}
    row |= {"token_hash": token_hash, "scopes": " ".join(sorted(scopes)), "expires_at": expires_at}
    made = tx.execute(api_token.insert().values(**row, created_at=now_ms()))
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def revoke(tx: Connection, account_id: int, token_id: int) -> bool:
    """End a token for good; False if it was not there or had ended."""
    living = and_(_unrevoked(account_id), api_token.c.id == token_id)
    return changed(tx, update(api_token).where(living).values(revoked_at=now_ms())) == 1


def holder(db: Database, account_id: int, token_hash: str) -> tuple[Token, Member] | None:
    """Return a living token and who made it; a disabled member's tokens are dead."""
    living = and_(
        _unrevoked(account_id),
        api_token.c.token_hash == token_hash,
        or_(api_token.c.expires_at == 0, api_token.c.expires_at > now_ms()),
        member.c.disabled.is_(False),
    )
    with db.read() as tx:
        found = _read(tx, living)
    who = members.get(db, found[0].member_id) if found else None
    return (found[0], who) if who and not who.disabled else None


def touch(db: Database, token_id: int) -> None:
    """Note that the token was used."""
    due = and_(api_token.c.id == token_id, api_token.c.last_used_at < now_ms() - TOUCH_MS)
    with db.write() as tx:
        tx.execute(update(api_token).where(due).values(last_used_at=now_ms()))


def _unrevoked(account_id: int) -> ColumnElement[bool]:
    return and_(api_token.c.account_id == account_id, api_token.c.revoked_at == 0)


def _read(tx: Connection, where: ColumnElement[bool]) -> list[Token]:
    query = select(*_COLUMNS).join(member, member.c.id == api_token.c.member_id).where(where)
    return [
        Token(**{**row, "scopes": frozenset(row["scopes"].split())})
        for row in tx.execute(query.order_by(api_token.c.id.desc())).mappings()
    ]
