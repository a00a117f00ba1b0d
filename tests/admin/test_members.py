"""成员与安全: owners add, change and remove who may enter; what they see of the logins."""

import html
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from bot.store import logins, members
from bot.store.logins import Outcome
from bot.store.members import Role
from bot.store.tables import session
from tests.admin.conftest import Console
from tests.admin.visitors import PASSWORD, Visitor, member
from tests.browser import faults
from tests.worlds import World

HOSTILE = "<img src=x onerror=alert(1)>"
CHANGES = ("role", "disable", "enable", "reset", "totp", "openid", "sessions")


def invited(console: Console, name: str, role: Role) -> str:
    """Add a member; return the one-time password that is shown."""
    answer = console.post("/members/", data={"name": name, "role": role})
    assert answer.status_code == 200
    found = re.search('data-copy="([^"]+)"', answer.get_data(as_text=True))
    assert found
    return html.unescape(found[1])


def test_a_new_member_chooses_a_password_of_their_own(console: Console, world: World) -> None:
    once = invited(console, "小周", Role.EDITOR)
    new = Visitor(world)
    assert new.sign_in("小周", once).headers["Location"] == "/admin/password"
    assert new.get("/history/").headers["Location"] == "/admin/password"
    assert new.post("/password", {"password": once, "again": "x"}).status_code == 422
    common = {"password": "password1234", "again": "password1234"}
    assert "太常见" in new.post("/password", common).get_data(as_text=True)
    own = {"password": PASSWORD, "again": PASSWORD}
    assert new.post("/password", own).headers["Location"] == "/admin/"
    assert new.get("/history/").status_code == 200
    assert Visitor(world).sign_in("小周", once).status_code == 422
    assert Visitor(world).sign_in("小周").headers["Location"] == "/admin/"


def test_a_new_operator_sets_up_a_phone_too(console: Console, world: World) -> None:
    new = Visitor(world)
    new.sign_in("小吴", invited(console, "小吴", Role.OPERATOR))
    own = {"password": PASSWORD, "again": PASSWORD}
    assert new.post("/password", own).headers["Location"] == "/admin/enrol"


def test_a_disabled_member_is_out_and_may_come_back(console: Console, world: World) -> None:
    made = member(console.bot, "小周", Role.VIEWER, totp=False)
    visitor = Visitor(world)
    visitor.sign_in("小周")
    assert visitor.get("/me/").status_code == 200
    assert console.post(f"/members/{made}/disable").status_code == 303
    assert visitor.get("/me/").status_code == 303
    assert visitor.sign_in("小周").status_code == 422
    console.post(f"/members/{made}/enable")
    assert visitor.sign_in("小周").status_code == 303


def test_a_reset_takes_password_phone_and_sessions(console: Console, world: World) -> None:
    made = member(console.bot, "小周")
    answer = console.post(f"/members/{made}/reset").get_data(as_text=True)
    found = members.get(console.bot.db, made)
    assert found is not None
    assert found.totp_secret == ""
    assert Visitor(world).sign_in("小周").status_code == 422
    once = re.search('data-copy="([^"]+)"', answer)
    assert once
    assert Visitor(world).sign_in("小周", once[1]).headers["Location"] == "/admin/password"


def test_the_last_owner_can_neither_be_demoted_nor_disabled(console: Console) -> None:
    own = members.every(console.bot.db, console.bot.account_id)[0].id
    for change, data in (("role", {"role": "viewer"}), ("disable", {})):
        refused = console.post(f"/members/{own}/{change}", data=data)
        assert refused.status_code == 422
        assert "最后一位" in refused.get_data(as_text=True)
    assert console.get("/members/").status_code == 200


def test_wrong_names_and_roles_are_said_at_the_form(console: Console) -> None:
    for data, said in (
        ({"name": HOSTILE, "role": "viewer"}, "登录名要"),
        ({"name": "小周", "role": "king"}, "请选一个角色"),
    ):
        refused = console.post("/members/", data=data)
        text = refused.get_data(as_text=True)
        assert refused.status_code == 422
        assert said in text
        assert html.escape(data["name"]) in text
        assert HOSTILE not in text
    member(console.bot, "小周", Role.VIEWER)
    assert "已经有人用了" in console.post(
        "/members/", data={"name": "小周", "role": "viewer"}
    ).get_data(as_text=True)


def test_changes_want_the_password_given_lately(console: Console) -> None:
    made = member(console.bot, "小周", Role.VIEWER)
    with console.bot.db.write() as tx:
        tx.execute(update(session).values(confirmed_at=0))
    for path in ("/members/", *(f"/members/{made}/{one}" for one in CHANGES)):
        asked = console.post(path, data={"name": "x", "role": "owner"})
        assert asked.headers["Location"] == "/admin/confirm?then=/admin/members/"
    assert "输入密码" in console.page("/members/")
    assert len(members.every(console.bot.db, console.bot.account_id)) == 2


def test_these_pages_are_the_owners(sign_in: Callable[..., Console]) -> None:
    others = [sign_in(role) for role in Role if role is not Role.OWNER]
    made = member(others[0].bot, "小周", Role.VIEWER)
    for one in others:
        for path in ("/members/", "/members/logins"):
            assert one.get(path).status_code == 403
        for path in ("/members/", *(f"/members/{made}/{each}" for each in CHANGES)):
            assert one.post(path, data={"role": "owner"}).status_code == 403
    found = members.get(others[0].bot.db, made)
    assert found is not None
    assert found.role is Role.VIEWER


def test_a_follower_is_chosen_by_a_stand_in(console: Console, world: World) -> None:
    world.say("帮助")
    world.bot.buffer.flush()
    made = member(console.bot, "小周", Role.EDITOR)
    page = console.page("/members/")
    openid = world.openid
    assert openid not in page
    assert f"{openid[:6]}…" in page
    key = world.bot.pseudonym(openid)[:16]
    for given, kept in ((key, openid), (openid, ""), (key, openid), ("", "")):
        console.post(f"/members/{made}/openid", data={"follower": given})
        found = members.get(world.bot.db, made)
        assert found is not None
        assert found.openid == kept


def attempts(console: Console, *, agent: str = "Firefox") -> None:
    for name, outcome, address in (
        ("小林", Outcome.SUCCESS, "198.51.100.7"),
        ("小周", Outcome.BAD_CODE, "203.0.113.9"),
        ("?0123456789abcdef", Outcome.BAD_PASSWORD, "203.0.113.9"),
    ):
        bot = console.bot
        made = logins.begin(bot.db, bot.account_id, name=name, address=address, agent=agent)
        logins.finish(bot.db, made, outcome)


def test_the_login_log_is_filtered_and_escaped(console: Console) -> None:
    attempts(console, agent=HOSTILE)
    page = console.page("/members/logins")
    assert HOSTILE not in page
    assert html.escape(HOSTILE) in page
    assert "没有这个登录名" in page
    one = console.page("/members/logins?outcome=bad_code&address=203.0.113.9")
    assert ("动态码不对</span>" in one, "198.51.100.7" in one) == (True, False)


@pytest.mark.browser
def test_an_owner_adds_a_member_and_changes_their_role(
    open_page: Callable[..., Page], console: Console
) -> None:
    attempts(console)
    page = open_page("/members/")
    page.get_by_label("登录名").fill("小周")
    page.get_by_label("角色").first.select_option("editor")
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    page.get_by_role("link", name="完成").click()
    page.get_by_role("button", name="管理 小周").press("Enter")
    dialog = page.get_by_role("dialog", name="小周")
    dialog.get_by_label("角色").select_option("operator")
    dialog.get_by_role("button", name="改角色").click()
    expect(page.get_by_role("row", name=re.compile("小周.*运营"))).to_be_visible()
    page.get_by_role("button", name="管理 小周").click()
    page.get_by_role("button", name="停用").click()
    expect(page.get_by_text("已停用", exact=True)).to_be_visible()
    page.get_by_role("link", name="登录记录").click()
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_label("结果").select_option("bad_code")
    expect(page.get_by_role("row")).to_have_count(2)


@pytest.mark.browser
def test_everybody_can_use_the_dialog(open_page: Callable[..., Page], console: Console) -> None:
    invited(console, "小周", Role.EDITOR)
    page = open_page("/members/")
    page.get_by_role("row").nth(1).get_by_role("button").click()
    assert page.get_by_role("dialog").is_visible()
    assert faults(page) == []
