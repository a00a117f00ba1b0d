"""Tokens of the JSON API: what they may be good for, how they are made and ended."""

import secrets
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from bot.editing.desk import Desk
from bot.errors import ConfigError, NotThere
from bot.store import history, tokens
from bot.store.database import Transaction
from bot.store.history import Change
from bot.store.members import Member, Role
from bot.store.tokens import Token

PREFIX: Final = "hx_"
MAX_NAME = 40
MAX_TOKENS = 50  # of one member
LONGEST_DAYS = 366
DAY_MS = 24 * 3600 * 1000

# What a token may be good for, and the least role its maker needs.
SCOPES: Final[dict[str, Role]] = {
    "rules:read": Role.VIEWER,
    "rules:write": Role.EDITOR,
    "media:read": Role.VIEWER,
    "media:write": Role.EDITOR,
    "menu:read": Role.VIEWER,
    "menu:write": Role.EDITOR,
    "jobs:read": Role.VIEWER,
    "jobs:write": Role.OPERATOR,
    "followers:read": Role.VIEWER,
    "followers:write": Role.OPERATOR,
    # Keys, budgets and where things are sent to are an owner's all the same.
    "settings:read": Role.OPERATOR,
    "settings:write": Role.OPERATOR,
    "members:read": Role.OWNER,
    "members:write": Role.OWNER,
    "history:read": Role.VIEWER,
    "reports:read": Role.VIEWER,
}


def hash_of(token: str) -> str:
    """What is kept of a token. Its 256 random bits need no slow hash."""
    return sha256(token.encode()).hexdigest()


def open_to(role: Role) -> list[str]:
    """Return the scopes a member of the role may give."""
    return [scope for scope, least in SCOPES.items() if role.may(least)]


def create(
    desk: Desk, member: Member, *, name: str, scopes: Iterable[str], days: int, now: int
) -> str:
    """Make a token of the member that ends after *days*; return it, the only time it is shown.

    *now* is epoch ms.

    Raises:
        ConfigError: with every problem, a line each.
    """
    name, wanted = " ".join(name.split()), frozenset(scopes)
    problems = list(_problems(member, name, wanted, days))
    token = PREFIX + secrets.token_urlsafe(32)
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        own = tokens.of(tx, desk.account_id, member.id)
        if any(one.name == name for one in own):
            problems.append("已经有同名的令牌，换个名字，或者先作废旧的")
        if len(own) >= MAX_TOKENS:
            problems.append(f"已经有 {len(own)} 个令牌，先作废不用的")
        if problems:
            raise ConfigError("\n".join(problems))
        expires_at = now + days * DAY_MS
        token_id = tokens.insert(
            tx,
            desk.account_id,
            member.id,
            name=name,
            token_hash=hash_of(token),
            scopes=wanted,
            expires_at=expires_at,
        )
        document = _document(member.name, wanted, expires_at)
        change = _change("create", token_id, name, after=document)
        history.record(tx, desk.account_id, desk.actor, change)
    return token


def revoke(desk: Desk, token_id: int, *, member: Member) -> Token:
    """End a token for good; a member's own, for an owner anyone's.

    Raises:
        NotThere: there is none, or it is not theirs.
    """
    return end(desk, token_id, of=None if member.role.may(Role.OWNER) else member.id)


def end(desk: Desk, token_id: int, *, of: int | None = None) -> Token:
    """End a token for good, *of* one member or anybody's. Raises `NotThere` as `revoke` does."""
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        found = tokens.fetch(tx, desk.account_id, token_id)
        if found is None or of not in {None, found.member_id}:
            raise NotThere("这个令牌已经不在了")
        tokens.revoke(tx, desk.account_id, token_id)
        history.record(tx, desk.account_id, desk.actor, _revoked(found))
    return found


def revoke_all(tx: Transaction, desk: Desk, member: Member) -> None:
    """End every token of a member, in the transaction that takes their way in away."""
    found = tokens.of(tx, desk.account_id, member.id)
    for one in found:
        tokens.revoke(tx, desk.account_id, one.id)
    history.record(tx, desk.account_id, desk.actor, *map(_revoked, found))


def _revoked(found: Token) -> Change:
    document = _document(found.member, found.scopes, found.expires_at)
    return _change("revoke", found.id, found.name, before=document)


def _problems(member: Member, name: str, scopes: frozenset[str], days: int) -> Iterable[str]:
    if not name:
        yield "给令牌起个名字，比如用它的程序叫什么"
    if len(name) > MAX_NAME:
        yield f"名字有 {len(name)} 个字，最多 {MAX_NAME} 个"
    if not scopes:
        yield "至少选一项权限"
    if foreign := sorted(scopes - set(open_to(member.role))):
        yield f"你的角色不能给出这些权限：{'、'.join(foreign)}"
    if not 1 <= days <= LONGEST_DAYS:
        yield f"有效期应该是 1–{LONGEST_DAYS} 天"


def _document(member: str, scopes: frozenset[str], expires_at: int) -> dict[str, object]:
    return {"member": member, "scopes": sorted(scopes), "expires_at": expires_at}


def _change(
    verb: str, token_id: int, name: str, *, before: object = None, after: object = None
) -> Change:
    return Change(
        action=f"token.{verb}",
        object=f"token:{token_id}",
        title=name,
        before=before,
        after=after,
    )
