"""Who may enter, edited: members, their roles and how they sign in; every change is recorded.

No secret, no whole openid stands in the history.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from bot import passwords
from bot.editing import tokens
from bot.editing.desk import Desk
from bot.errors import ConfigError
from bot.store import entrance, history, members
from bot.store.database import Database, Transaction
from bot.store.history import Change
from bot.store.members import Member, Role

NAME: Final = re.compile(r"[\w.\-]{1,32}")
ONCE: Final = "once"  # before the hash of a password that somebody else knows, with its end
ONCE_MS: Final = 72 * 3600 * 1000
LAST_OWNER = "这是最后一位能登录的所有者：先让另一位成员成为所有者，再改这一位"
NEED_CODE = (Role.OPERATOR, Role.OWNER)
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"


def check_name(name: str) -> None:
    """Raise `ConfigError` with what is wrong with a login name."""
    if not NAME.fullmatch(name):
        raise ConfigError("登录名要 1–32 个字：中文、字母、数字、点、横线或下划线")


def found(desk: Desk, *, name: str, password: str, code: str) -> int | None:
    """Make the first member, the owner, for who has the set-up code; None: that is not it.

    Raises:
        ConfigError: the name or the password will not do; the code is still good.
    """
    check_name(name)
    passwords.check(password, name=name)
    digest = passwords.digest(password)
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        if not entrance.use(tx, desk.account_id, code):
            return None
        return _insert(tx, desk, name=name, password_hash=digest, role=Role.OWNER)


def create(desk: Desk, *, name: str, role: Role, password: str) -> int:
    """Add a member with a password of their own; return their id. Raises `ConfigError`."""
    passwords.check(password, name=name)
    return _create(desk, name=name, role=role, password_hash=passwords.digest(password))


def invite(desk: Desk, *, name: str, role: Role, now_ms: int) -> tuple[int, str]:
    """Add a member; return their id and a one-time password. Raises `ConfigError`."""
    password, digest = _once(now_ms)
    return _create(desk, name=name, role=role, password_hash=digest), password


def set_role(desk: Desk, member_id: int, role: Role) -> None:
    """Change what a member may do; they sign in again.

    Raises:
        ConfigError: nobody would be owner.
    """
    with _changing(desk, member_id, "role") as (tx, before):
        if role is not Role.OWNER:
            _keep_an_owner(tx, desk, before)
        members.change(tx, member_id, role=role)
        members.end_sessions(tx, member_id)


def disable(desk: Desk, member_id: int) -> None:
    """Let a member in no more, from now on, nor what has a token of theirs.

    Raises:
        ConfigError: nobody would be owner.
    """
    with _changing(desk, member_id, "disable") as (tx, before):
        _keep_an_owner(tx, desk, before)
        members.change(tx, member_id, disabled=True)
        members.end_sessions(tx, member_id)
        tokens.revoke_all(tx, desk, before)


def enable(desk: Desk, member_id: int) -> None:
    with _changing(desk, member_id, "enable") as (tx, _before):
        members.change(tx, member_id, disabled=False)


def set_password(desk: Desk, member_id: int, password: str, *, but: str = "") -> None:
    """Change a member's own password and end their sessions *but* one. Raises `ConfigError`."""
    known = members.get(desk.db, member_id)
    passwords.check(password, name=known.name if known else "")
    digest = passwords.digest(password)
    with _changing(desk, member_id, "password") as (tx, _before):
        members.change(tx, member_id, password_hash=digest)
        members.end_sessions(tx, member_id, but=but)


def reset(desk: Desk, member_id: int, password: str) -> None:
    """Give who lost everything a new password, no second factor and no token.

    Raises `ConfigError`.
    """
    known = members.get(desk.db, member_id)
    passwords.check(password, name=known.name if known else "")
    _reset(desk, member_id, passwords.digest(password))


def reset_once(desk: Desk, member_id: int, *, now_ms: int) -> str:
    """As `reset`, with a one-time password, which is returned."""
    password, digest = _once(now_ms)
    _reset(desk, member_id, digest)
    return password


def set_totp(desk: Desk, member_id: int, *, sealed: str, step: int, codes: list[str]) -> None:
    """Keep a new TOTP secret, the step its first code was of, and hashes of recovery codes."""
    with _changing(desk, member_id, "totp") as (tx, _before):
        members.change(tx, member_id, totp_secret=sealed, totp_step=step)
        members.set_recovery_codes(tx, member_id, codes)


def drop_totp(desk: Desk, member_id: int) -> None:
    """Take a member's second factor away; they sign in again."""
    with _changing(desk, member_id, "drop_totp") as (tx, _before):
        members.change(tx, member_id, totp_secret="", totp_step=0)
        members.set_recovery_codes(tx, member_id, [])
        members.end_sessions(tx, member_id)


def set_recovery_codes(desk: Desk, member_id: int, codes: list[str]) -> None:
    """Put new recovery codes, given as hashes, in the place of the old."""
    with _changing(desk, member_id, "recovery_codes") as (tx, _before):
        members.set_recovery_codes(tx, member_id, codes)


def set_openid(desk: Desk, member_id: int, openid: str) -> None:
    """Let a member edit from the chat as this follower, "" as nobody.

    Raises:
        ConfigError: another member does already.
    """
    with _changing(desk, member_id, "openid") as (tx, _before):
        if openid and members.bound(tx, desk.account_id, openid) not in {None, member_id}:
            raise ConfigError("这位粉丝已经绑定了另一位成员")
        members.change(tx, member_id, openid=openid)


def end_sessions(desk: Desk, member_id: int, *, but: str = "") -> None:
    """Sign a member out everywhere *but* in one session."""
    with _changing(desk, member_id, "sign_out") as (tx, _before):
        members.end_sessions(tx, member_id, but=but)


def set_look(db: Database, member_id: int, *, language: str, theme: str) -> None:
    """Keep how a member wants to see the console; no change that anybody asks about later."""
    with db.write() as tx:
        members.change(tx, member_id, language=language, theme=theme)


# ---- passwords that are good for one login ----


def is_once(member: Member) -> bool:
    return member.password_hash.startswith(f"{ONCE}:")


def password_hash(member: Member, *, now_ms: int) -> str:
    """The hash to verify with; "" where a one-time password was not used in time."""
    if not is_once(member):
        return member.password_hash
    _once, until, digest = member.password_hash.split(":", 2)
    return digest if int(until) > now_ms else ""


def _once(now_ms: int) -> tuple[str, str]:
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    return password, f"{ONCE}:{now_ms + ONCE_MS}:{passwords.digest(password)}"


# ---- what the changes share ----


def _create(desk: Desk, *, name: str, role: Role, password_hash: str) -> int:
    check_name(name)
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        if members.is_taken(tx, desk.account_id, name):
            raise ConfigError("这个登录名已经有人用了")
        entrance.close(tx, desk.account_id)
        return _insert(tx, desk, name=name, password_hash=password_hash, role=role)


def _insert(tx: Transaction, desk: Desk, *, name: str, password_hash: str, role: Role) -> int:
    member_id = members.insert(
        tx, desk.account_id, name=name, password_hash=password_hash, role=role
    )
    made = members.fetch(tx, desk.account_id, member_id)
    # The first owner is made by nobody but themselves.
    actor = desk.actor if desk.actor.name else replace(desk.actor, name=made.name)
    history.record(tx, desk.account_id, actor, _change("create", made, after=_document(made)))
    return member_id


def _reset(desk: Desk, member_id: int, digest: str) -> None:
    with _changing(desk, member_id, "reset") as (tx, before):
        members.change(tx, member_id, password_hash=digest, totp_secret="", totp_step=0)
        members.set_recovery_codes(tx, member_id, [])
        members.end_sessions(tx, member_id)
        tokens.revoke_all(tx, desk, before)


def _keep_an_owner(tx: Transaction, desk: Desk, member: Member) -> None:
    if members.owners(tx, desk.account_id) == [member.id]:
        raise ConfigError(LAST_OWNER)


@contextmanager
def _changing(desk: Desk, member_id: int, verb: str) -> Iterator[tuple[Transaction, Member]]:
    """A transaction that changes a member and records what it did. Raises `NotThere`."""
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        before = members.fetch(tx, desk.account_id, member_id)
        yield tx, before
        after = members.fetch(tx, desk.account_id, member_id)
        change = _change(verb, after, before=_document(before), after=_document(after))
        history.record(tx, desk.account_id, desk.actor, change)


def _document(member: Member) -> dict[str, Any]:
    return {
        "name": member.name,
        "role": str(member.role),
        "disabled": member.disabled,
        "totp": bool(member.totp_secret),
        "openid": f"{member.openid[:6]}…" if member.openid else "",
    }


def _change(verb: str, member: Member, *, before: Any = None, after: Any = None) -> Change:
    return Change(
        action=f"member.{verb}",
        object=f"member:{member.id}",
        title=member.name,
        before=before,
        after=after,
    )
