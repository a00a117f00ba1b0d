"""Members, edited: one founder, always an owner, no secret in the history; on any database."""

import json
from functools import partial

import pytest
from sqlalchemy import select

from bot import passwords
from bot.editing import members as editing
from bot.editing import tokens
from bot.editing.desk import Desk
from bot.errors import ConfigError, NotThere
from bot.store import entrance, history, members
from bot.store import tokens as stored
from bot.store.database import Database, clock
from bot.store.history import Actor, Filter
from bot.store.members import Role, Stage
from bot.store.tables import history as table
from tests.store.orders import together

PASSWORD = "a kettle on the roof"
OPENID = "oXiaohua-00000000000000000001"


@pytest.fixture(name="desk")
def _desk(db: Database, account_id: int) -> Desk:
    return Desk(db, account_id, Actor(name="小林", via="console", address="127.0.0.1"))


def person(desk: Desk, name: str, role: Role = Role.OWNER) -> int:
    return editing.create(desk, name=name, role=role, password=PASSWORD)


def sessions(desk: Desk, member_id: int) -> int:
    return len(members.sessions(desk.db, member_id))


def opened(desk: Desk, member_id: int, name: str) -> str:
    members.open_session(desk.db, member_id, id_hash=name, csrf="", stage=Stage.FULL)
    return name


def test_one_code_makes_one_owner(desk: Desk) -> None:
    old = entrance.renew(desk.db, desk.account_id)
    code = entrance.renew(desk.db, desk.account_id)
    assert old is not None
    assert code is not None
    found = partial(editing.found, desk, password=PASSWORD)
    assert found(name="晚了", code=old) is None
    assert found(name="没有", code="") is None

    made = together(
        [
            partial(found, name=f"人{place}", code=code.lower().replace("-", " "))
            for place in range(4)
        ]
    )
    assert sum(isinstance(one, int) for one in made) == 1
    assert members.count(desk.db, desk.account_id) == 1
    assert entrance.renew(desk.db, desk.account_id) is None


def test_somebody_added_by_command_closes_the_way_in(desk: Desk) -> None:
    code = entrance.renew(desk.db, desk.account_id) or ""
    person(desk, "小周", Role.VIEWER)
    assert editing.found(desk, name="贼", password=PASSWORD, code=code) is None


def test_the_last_owner_stays(desk: Desk) -> None:
    owner = person(desk, "小林")
    for change in (partial(editing.set_role, role=Role.VIEWER), editing.disable):
        with pytest.raises(ConfigError, match="最后一位"):
            change(desk, owner)
    other = person(desk, "小周")
    outcomes = together(
        [partial(editing.set_role, desk, one, Role.VIEWER) for one in (owner, other)]
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["ConfigError", "NoneType"]


def test_what_changes_rights_ends_sessions(desk: Desk) -> None:
    made = person(desk, "小周", Role.EDITOR)
    for change in (
        partial(editing.set_role, desk, made, Role.OPERATOR),
        partial(editing.drop_totp, desk, made),
        partial(editing.reset, desk, made, "another kettle on it"),
        partial(editing.end_sessions, desk, made),
        partial(editing.disable, desk, made),
    ):
        editing.enable(desk, made)
        opened(desk, made, "s1")
        assert sessions(desk, made) == 1
        change()
        assert sessions(desk, made) == 0
    editing.enable(desk, made)
    opened(desk, made, "here")
    opened(desk, made, "there")
    editing.set_password(desk, made, "a third kettle on it", but="here")
    assert [one.id_hash for one in members.sessions(desk.db, made)] == ["here"]


def test_a_follower_is_one_member_in_the_chat(desk: Desk) -> None:
    first, second = person(desk, "小林"), person(desk, "小周")
    editing.set_openid(desk, first, OPENID)
    editing.set_openid(desk, first, OPENID)
    with pytest.raises(ConfigError, match="绑定"):
        editing.set_openid(desk, second, OPENID)
    editing.set_openid(desk, first, "")
    editing.set_openid(desk, second, OPENID)
    found = members.speaking(desk.db, desk.account_id, OPENID)
    assert found is not None
    assert found.id == second


def test_names_are_checked_and_unique(desk: Desk) -> None:
    person(desk, "Lin")
    for name in ("", "a b", "<img>", "x" * 33, "lin"):
        with pytest.raises(ConfigError):
            person(desk, name)
    with pytest.raises(NotThere):
        editing.disable(desk, 99)


def test_a_one_time_password_runs_out(desk: Desk) -> None:
    made, password = editing.invite(desk, name="小周", role=Role.VIEWER, now_ms=1000)
    found = members.get(desk.db, made)
    assert found is not None
    assert editing.is_once(found)
    assert passwords.verify(editing.password_hash(found, now_ms=2000), password)
    assert editing.password_hash(found, now_ms=1000 + editing.ONCE_MS) == ""


def test_the_history_tells_who_did_what_and_no_secret(desk: Desk) -> None:
    code = entrance.renew(desk.db, desk.account_id) or ""
    nobody = Desk(desk.db, desk.account_id, Actor(name="", via="console"))
    made = editing.found(nobody, name="小林", password=PASSWORD, code=code)
    assert made is not None
    editing.set_totp(desk, made, sealed="sealed-secret", step=7, codes=["hash-of-a-code"])
    editing.set_openid(desk, made, OPENID)
    _id, once = editing.invite(desk, name="小周", role=Role.EDITOR, now_ms=0)

    entries = history.page(desk.db, desk.account_id, history.Filter(), most=9)[0]
    assert [(one.actor, one.action, one.title) for one in entries[::-1]] == [
        ("小林", "member.create", "小林"),
        ("小林", "member.totp", "小林"),
        ("小林", "member.openid", "小林"),
        ("小林", "member.create", "小周"),
    ]
    assert entries[1].after == {
        "name": "小林",
        "role": "owner",
        "disabled": False,
        "totp": True,
        "openid": "oXiaoh…",
    }
    with desk.db.read() as tx:
        whole = json.dumps([list(row) for row in tx.execute(select(table))], ensure_ascii=False)
    for hidden in (PASSWORD, once, code, "sealed-secret", "hash-of-a-code", OPENID, "argon2"):
        assert hidden not in whole
    assert history.verify(desk.db, desk.account_id) == (4, 0)


def test_who_is_disabled_or_reset_loses_every_token(desk: Desk) -> None:
    owner, other = person(desk, "小林"), person(desk, "小周")
    now = now_of(desk)

    def token_of(member_id: int, name: str) -> None:
        who = members.get(desk.db, member_id)
        assert who
        tokens.create(desk, who, name=name, scopes=["rules:read"], days=9, now=now)

    def left() -> list[str]:
        return [one.name for one in stored.every(desk.db, desk.account_id)]

    for name in ("甲", "乙"):
        token_of(other, name)
    token_of(owner, "丙")
    editing.disable(desk, other)
    assert left() == ["丙"]
    done, _total = history.page(desk.db, desk.account_id, Filter(), most=3)
    assert [one.action for one in done] == ["member.disable", "token.revoke", "token.revoke"]
    editing.enable(desk, other)
    assert left() == ["丙"]

    token_of(other, "丁")
    editing.reset(desk, other, PASSWORD)
    token_of(other, "戊")
    editing.reset_once(desk, other, now_ms=now)
    assert left() == ["丙"]
    with pytest.raises(ConfigError):
        editing.disable(desk, owner)  # the last owner: nothing is changed
    assert left() == ["丙"]
    assert history.verify(desk.db, desk.account_id)[1] == 0


def now_of(desk: Desk) -> int:
    with desk.db.read() as tx:
        return clock(tx)
