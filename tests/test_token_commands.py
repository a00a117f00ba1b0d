"""``huaxin token``: made, listed and ended at the machine, and written down."""

from pathlib import Path

import pytest

from bot.editing import tokens as editing
from bot.store import accounts, history, members, tokens
from bot.store.database import Database
from bot.store.history import Filter
from tests.test_commands import Huaxin, _huaxin
from tests.test_member_commands import PASSWORD

FIXTURES = (_huaxin,)

MAKE = ("token", "create", "脚本", "--member", "小周", "--scopes")


@pytest.fixture(name="db")
def _db(huaxin: Huaxin, tmp_path: Path) -> Database:
    for name, role in (("小林", "owner"), ("小周", "editor")):
        huaxin("admin", "create", name, "--role", role, typed=f"{PASSWORD}\n")
    return Database(f"sqlite:///{tmp_path / 'huaxin.db'}", timeout=10)


def test_a_token_is_made_listed_and_ended(huaxin: Huaxin, db: Database) -> None:
    token = huaxin(*MAKE, "rules:read,rules:write", "--days", "7").splitlines()[-1]
    found = tokens.holder(db, accounts.ensure(db), editing.hash_of(token))
    assert found
    assert (found[0].name, found[1].name) == ("脚本", "小周")
    listed = huaxin("token", "list")
    assert "脚本  小周  到期 " in listed
    assert "rules:read rules:write" in listed
    assert token not in listed

    assert huaxin("token", "revoke", "脚本") == "已作废「脚本」（小周）。\n"
    assert huaxin("token", "list") == "没有令牌。\n"
    assert "没有编号或名字是“脚本”的令牌" in huaxin("token", "revoke", "脚本", code=1)
    done, _total = history.page(db, accounts.ensure(db), Filter(subject="token"), most=9)
    assert [(one.action, one.via) for one in done] == [
        ("token.revoke", "cli"),
        ("token.create", "cli"),
    ]


def test_a_token_can_do_no_more_than_its_member(huaxin: Huaxin, db: Database) -> None:
    assert "你的角色不能给出这些权限：settings:write" in huaxin(*MAKE, "settings:write", code=1)
    assert "有效期应该是 1–366 天" in huaxin(*MAKE, "rules:read", "--days", "999", code=1)
    huaxin(*MAKE, "all")
    (made,) = tokens.every(db, accounts.ensure(db))
    assert made.scopes == frozenset(editing.open_to(members.Role.EDITOR))
    nobody = ("token", "create", "x", "--member", "谁", "--scopes", "all")
    assert "没有叫 谁、能登录的成员" in huaxin(*nobody, code=1)


def test_of_two_alike_the_number_says_which(huaxin: Huaxin, db: Database) -> None:
    huaxin(*MAKE, "all")
    huaxin("token", "create", "脚本", "--member", "小林", "--scopes", "all")
    assert "不止一个令牌叫“脚本”" in huaxin("token", "revoke", "脚本", code=1)
    first = tokens.every(db, accounts.ensure(db))[-1]
    assert huaxin("token", "revoke", str(first.id)) == "已作废「脚本」（小周）。\n"
