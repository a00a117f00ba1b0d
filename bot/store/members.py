"""The operators: who they are, what they may do, and their sessions."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from bot.errors import NotThere
from bot.store.database import Database, changed, now_ms
from bot.store.tables import follower, member, recovery_code, session

if TYPE_CHECKING:
    from collections.abc import Mapping

GONE = "这位成员已经不在了"
IDLE_MS = 30 * 60 * 1000
ABSOLUTE_MS = 12 * 3600 * 1000
SIGNING_IN_MS = 10 * 60 * 1000  # so long the password is good for without the code


class Role(StrEnum):
    """What a member may do; each may do everything the ones before it may."""

    VIEWER = "viewer"  # 查看
    EDITOR = "editor"  # 编辑
    OPERATOR = "operator"  # 运营
    OWNER = "owner"  # 所有者

    def may(self, least: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(least)


class Stage(StrEnum):
    """How far a login has come."""

    PASSWORD = "password"  # noqa: S105 — came with a one-time password, has to choose their own
    CODE = "code"  # the password was right, the TOTP code is still to come
    ENROL = "enrol"  # TOTP is mandatory for the role and has to be set up first
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """*totp_secret* is sealed by the vault, *openid* is who they are in the chat, if given."""

    id: int
    account_id: int
    name: str
    password_hash: str
    role: Role
    totp_secret: str
    totp_step: int
    language: str
    theme: str
    openid: str
    disabled: bool
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Times are epoch ms; *confirmed_at* is when the password was last given."""

    id_hash: str
    member_id: int
    csrf: str
    stage: Stage
    created_at: int
    seen_at: int
    confirmed_at: int
    address: str
    agent: str


_MEMBER = [member.c[one.name] for one in fields(Member)]
_SESSION = [session.c[one.name] for one in fields(Session)]


def every(db: Database, account_id: int) -> list[Member]:
    own = member.c.account_id == account_id
    with db.read() as tx:
        return [_member(row) for row in _rows(tx, own)]


def count(db: Database, account_id: int) -> int:
    with db.read() as tx:
        found: int = tx.execute(
            select(func.count()).select_from(member).where(member.c.account_id == account_id)
        ).scalar_one()
    return found


def get(db: Database, member_id: int) -> Member | None:
    return _first(db, member.c.id == member_id)


def named(db: Database, account_id: int, name: str) -> Member | None:
    """Return the member of that login name, however it is written."""
    return _first(db, and_(member.c.account_id == account_id, member.c.name == name.casefold()))


def speaking(db: Database, account_id: int, openid: str) -> Member | None:
    """Return the member who edits from the chat as *openid*."""
    own = and_(member.c.account_id == account_id, member.c.openid == openid)
    return _first(db, and_(own, member.c.disabled.is_(False))) if openid else None


def insert(tx: Connection, account_id: int, *, name: str, password_hash: str, role: Role) -> int:
    row = {"account_id": account_id, "name": name.casefold(), "password_hash": password_hash}
    row |= {"role": role, "disabled": False}
    made = tx.execute(member.insert().values(**row, created_at=now_ms()))
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def fetch(tx: Connection, account_id: int, member_id: int) -> Member:
    """Return a member as this transaction sees them. Raises `NotThere`."""
    rows = _rows(tx, and_(member.c.account_id == account_id, member.c.id == member_id))
    if not rows:
        raise NotThere(GONE)
    return _member(rows[0])


def is_taken(tx: Connection, account_id: int, name: str) -> bool:
    """Whether there is a member of that login name, however it is written."""
    same = and_(member.c.account_id == account_id, member.c.name == name.casefold())
    return bool(_rows(tx, same))


def owners(tx: Connection, account_id: int) -> list[int]:
    """The ids of the owners who may enter."""
    own = and_(member.c.account_id == account_id, member.c.role == Role.OWNER)
    return [_member(row).id for row in _rows(tx, and_(own, member.c.disabled.is_(False)))]


def chat_editors(db: Database, account_id: int) -> list[str]:
    """Return the openids of those who edit from the chat."""
    own = and_(member.c.account_id == account_id, member.c.disabled.is_(False))
    query = select(member.c.openid).where(own, member.c.openid != "").order_by(member.c.id)
    with db.read() as tx:
        return list(tx.execute(query).scalars())


def bound(tx: Connection, account_id: int, openid: str) -> int | None:
    """Return the id of the member who edits from the chat as *openid*, disabled or not."""
    rows = _rows(tx, and_(member.c.account_id == account_id, member.c.openid == openid))
    return _member(rows[0]).id if rows else None


def change(tx: Connection, member_id: int, **values: Any) -> None:
    """Raises `NotThere` if the member is gone."""
    if not changed(tx, update(member).where(member.c.id == member_id).values(**values)):
        raise NotThere(GONE)


def use_step(db: Database, member_id: int, step: int) -> bool:
    """Take a TOTP step for a login: each is good for once, and none before the last."""
    unused = and_(member.c.id == member_id, member.c.totp_step < step)
    with db.write() as tx:
        return changed(tx, update(member).where(unused).values(totp_step=step)) == 1


def set_recovery_codes(tx: Connection, member_id: int, hashes: list[str]) -> None:
    tx.execute(delete(recovery_code).where(recovery_code.c.member_id == member_id))
    rows = [{"member_id": member_id, "code_hash": one} for one in hashes]
    if rows:
        tx.execute(recovery_code.insert(), rows)


def use_recovery_code(db: Database, member_id: int, code_hash: str) -> bool:
    """Take a recovery code; each is good for once."""
    own = and_(recovery_code.c.member_id == member_id, recovery_code.c.code_hash == code_hash)
    unused = and_(own, recovery_code.c.used_at == 0)
    with db.write() as tx:
        return changed(tx, update(recovery_code).where(unused).values(used_at=now_ms())) == 1


def recovery_codes_left(db: Database, member_id: int) -> int:
    own = and_(recovery_code.c.member_id == member_id, recovery_code.c.used_at == 0)
    with db.read() as tx:
        found: int = tx.execute(
            select(func.count()).select_from(recovery_code).where(own)
        ).scalar_one()
    return found


def candidates(db: Database, account_id: int, *, most: int) -> list[tuple[str, str, int]]:
    """Return (openid, remark, last seen) of the followers heard last: who a member may be."""
    own = and_(follower.c.account_id == account_id, follower.c.subscribed.is_(True))
    query = select(follower.c.openid, follower.c.remark, follower.c.last_seen_at).where(own)
    with db.read() as tx:
        rows = tx.execute(query.order_by(follower.c.last_seen_at.desc()).limit(most)).all()
    return [(openid, remark, at) for openid, remark, at in rows]


# ---- sessions: only a hash of the id is kept, and ending one ends it at once ----


def open_session(db: Database, member_id: int, **values: Any) -> None:
    """Keep a new session; *values* are `Session`'s without member and times."""
    now = {"created_at": now_ms(), "seen_at": now_ms(), "confirmed_at": now_ms()}
    dead = or_(
        session.c.seen_at < now_ms() - IDLE_MS, session.c.created_at < now_ms() - ABSOLUTE_MS
    )
    with db.write() as tx:
        tx.execute(delete(session).where(dead))
        tx.execute(session.insert().values(member_id=member_id, **now, **values))


def session_of(db: Database, id_hash: str) -> tuple[Session, Member] | None:
    """Return a living session and its member; one that has been idle or old too long is neither."""
    alive = and_(
        session.c.id_hash == id_hash,
        session.c.seen_at > now_ms() - IDLE_MS,
        session.c.created_at > now_ms() - ABSOLUTE_MS,
        or_(session.c.stage == Stage.FULL, session.c.created_at > now_ms() - SIGNING_IN_MS),
        member.c.disabled.is_(False),
    )
    query = select(*_SESSION, *_MEMBER).join(member, member.c.id == session.c.member_id)
    with db.read() as tx:
        row = tx.execute(query.where(alive)).one_or_none()
    if row is None:
        return None
    values = tuple(row)
    return _session(values[: len(_SESSION)]), _member(values[len(_SESSION) :])


def sessions(db: Database, member_id: int) -> list[Session]:
    """The member's living sessions, newest first."""
    return _sessions(db, session.c.member_id == member_id)


def all_sessions(db: Database, account_id: int) -> list[Session]:
    """Every member's living sessions, newest first."""
    mine = select(member.c.id).where(member.c.account_id == account_id)
    return _sessions(db, session.c.member_id.in_(mine))


def _sessions(db: Database, where: ColumnElement[bool]) -> list[Session]:
    living = and_(where, session.c.seen_at > now_ms() - IDLE_MS)
    query = select(*_SESSION).where(living, session.c.created_at > now_ms() - ABSOLUTE_MS)
    with db.read() as tx:
        rows = tx.execute(query.order_by(session.c.seen_at.desc())).all()
    return [_session(tuple(row)) for row in rows]


def touch_session(db: Database, id_hash: str, **values: Any) -> None:
    """Note that the session was used, or has come further."""
    with db.write() as tx:
        own = session.c.id_hash == id_hash
        tx.execute(update(session).where(own).values(seen_at=now_ms(), **values))


def confirm_session(db: Database, id_hash: str, renewed: str) -> None:
    """Note that the password was given again; from now on *renewed* is the session's id."""
    with db.write() as tx:
        own = session.c.id_hash == id_hash
        now = {"seen_at": now_ms(), "confirmed_at": now_ms()}
        tx.execute(update(session).where(own).values(id_hash=renewed, **now))


def end_session(db: Database, id_hash: str) -> None:
    with db.write() as tx:
        tx.execute(delete(session).where(session.c.id_hash == id_hash))


def end_sessions(tx: Connection, member_id: int, *, but: str = "") -> None:
    """End all of the member's sessions *but* one."""
    tx.execute(delete(session).where(session.c.member_id == member_id, session.c.id_hash != but))


def _first(db: Database, where: ColumnElement[bool]) -> Member | None:
    with db.read() as tx:
        rows = _rows(tx, where)
    return _member(rows[0]) if rows else None


def _rows(tx: Connection, where: ColumnElement[bool]) -> list[tuple[Any, ...]]:
    query = select(*_MEMBER).where(where).order_by(member.c.id)
    return [tuple(row) for row in tx.execute(query)]


def _member(values: tuple[Any, ...]) -> Member:
    named: Mapping[str, Any] = dict(zip((one.name for one in fields(Member)), values, strict=True))
    return Member(**{**named, "role": Role(named["role"])})


def _session(values: tuple[Any, ...]) -> Session:
    named: Mapping[str, Any] = dict(zip((one.name for one in fields(Session)), values, strict=True))
    return Session(**{**named, "stage": Stage(named["stage"])})
