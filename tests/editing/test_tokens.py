"""Tokens: shown once, kept as a hash, dead when revoked, expired or their member is disabled."""

import time
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.editing import tokens
from bot.editing.desk import Desk
from bot.errors import ConfigError, NotThere
from bot.store import history, members
from bot.store import tokens as stored
from bot.store.database import Database
from bot.store.history import Actor, Filter
from bot.store.members import Member, Role
from bot.store.tables import api_token


@pytest.fixture(name="desk")
def _desk(db: Database, account_id: int) -> Desk:
    return Desk(db, account_id, Actor(name="小李", via="console"))


def member(desk: Desk, name: str = "li", role: Role = Role.EDITOR) -> Member:
    with desk.db.write() as tx:
        id_ = members.insert(tx, desk.account_id, name=name, password_hash="", role=role)
    found = members.get(desk.db, id_)
    assert found
    return found


def make(desk: Desk, who: Member, **changes: Any) -> str:
    wanted: dict[str, Any] = {"name": "脚本", "scopes": ["rules:read"], "days": 1}
    return tokens.create(desk, who, **wanted | {"now": int(time.time() * 1000)} | changes)


def holder(desk: Desk, token: str) -> tuple[stored.Token, Member] | None:
    return stored.holder(desk.db, desk.account_id, tokens.hash_of(token))


def test_a_token_is_known_by_its_hash_alone(desk: Desk) -> None:
    who = member(desk)
    token = make(desk, who, scopes=["rules:write", "rules:read"])

    with desk.db.read() as tx:
        row = str(tx.execute(select(api_token)).one())
    recorded, _ = history.page(desk.db, desk.account_id, Filter(), most=10)
    found = holder(desk, token)
    assert token.startswith("hx_")
    assert token not in row + str(recorded)
    assert tokens.hash_of(token) not in str(recorded)
    assert found
    assert (found[0].name, found[0].scopes) == ("脚本", frozenset({"rules:read", "rules:write"}))
    assert found[1].id == who.id
    assert [one.action for one in recorded] == ["token.create"]
    assert holder(desk, token + "x") is None


def test_a_dead_token_opens_nothing(desk: Desk) -> None:
    who = member(desk)
    revoked = make(desk, who, name="a")
    expired = make(desk, who, name="b", now=int(time.time() * 1000) - 25 * 3600 * 1000)
    disabled = make(desk, other := member(desk, "wang"))
    tokens.revoke(desk, stored.every(desk.db, desk.account_id)[-1].id, member=who)
    with desk.db.write() as tx:
        members.change(tx, other.id, disabled=True)

    assert [holder(desk, one) for one in (revoked, expired, disabled)] == [None] * 3
    assert history.verify(desk.db, desk.account_id) == (4, 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "给令牌起个名字，比如用它的程序叫什么"),
        ({"name": "长" * 41}, "名字有 41 个字，最多 40 个"),
        ({"scopes": []}, "至少选一项权限"),
        ({"scopes": ["settings:write"]}, "你的角色不能给出这些权限：settings:write"),
        ({"scopes": ["everything"]}, "你的角色不能给出这些权限：everything"),
        ({"days": 0}, "有效期应该是 1–366 天"),
    ],
)
def test_what_cannot_be_is_refused(desk: Desk, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make(desk, member(desk), **changes)

    assert str(refused.value) == said
    assert stored.every(desk.db, desk.account_id) == []


def test_a_name_is_used_once(desk: Desk) -> None:
    who = member(desk)
    make(desk, who)
    with pytest.raises(ConfigError, match="同名"):
        make(desk, who)
    tokens.revoke(desk, stored.every(desk.db, desk.account_id)[0].id, member=who)

    make(desk, who)


def test_only_its_member_or_an_owner_ends_a_token(desk: Desk) -> None:
    who, other = member(desk), member(desk, "wang", Role.OPERATOR)
    token = make(desk, who)
    token_id = stored.every(desk.db, desk.account_id)[0].id

    with pytest.raises(NotThere):
        tokens.revoke(desk, token_id, member=other)
    assert holder(desk, token)
    tokens.revoke(desk, token_id, member=replace(other, role=Role.OWNER))
    assert holder(desk, token) is None
    with pytest.raises(NotThere):
        tokens.revoke(desk, token_id, member=who)


def test_the_last_use_is_noted(desk: Desk) -> None:
    make(desk, member(desk))
    token = stored.every(desk.db, desk.account_id)[0]
    assert token.last_used_at == 0
    stored.touch(desk.db, token.id)

    used = stored.every(desk.db, desk.account_id)[0].last_used_at
    assert abs(used - time.time() * 1000) < 60_000
