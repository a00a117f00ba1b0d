"""我的账号: everybody's own password, phone, sessions and look."""

import re
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from bot.store import members
from bot.store.members import Member, Role
from tests.admin.conftest import Console
from tests.admin.visitors import PASSWORD, Clock, Visitor, member, value
from tests.worlds import World

NEW = "the roof of a kettle"


@pytest.fixture(name="clock")
def _clock(world: World, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(world.bot.now_ms())
    monkeypatch.setattr(world.bot, "now_ms", clock)
    return clock


@pytest.fixture(name="editor")
def _editor(world: World, clock: Clock) -> Visitor:
    """An editor without a phone, signed in."""
    assert clock.now
    member(world.bot, "小周", Role.EDITOR, totp=False)
    visitor = Visitor(world)
    visitor.sign_in("小周")
    return visitor


def kept(visitor: Visitor) -> Member:
    found = members.named(visitor.bot.db, visitor.bot.account_id, "小周")
    assert found is not None
    return found


def enrol(visitor: Visitor) -> tuple[str, list[str]]:
    """Set up a phone; return its secret and the recovery codes."""
    page = visitor.get("/me/totp").get_data(as_text=True)
    found = re.search('class="key">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    code = pyotp.TOTP(secret).at(visitor.bot.now_ms() // 1000)
    data = {"csrf": value(page, "csrf"), "sealed": value(page, "sealed"), "code": code}
    shown = visitor.client.post("/admin/me/totp", data=data).get_data(as_text=True)
    return secret, re.findall("<li><code>([^<]+)</code></li>", shown)


def test_a_password_is_changed_with_the_old_one(editor: Visitor, world: World) -> None:
    other = Visitor(world)
    other.sign_in("小周")
    data = {"old": "wrong", "password": NEW, "again": NEW}
    assert editor.post("/me/password", data, form="/me/").status_code == 422
    data |= {"old": PASSWORD}
    assert editor.post("/me/password", data | {"again": "x"}, form="/me/").status_code == 422
    short = {"password": "short", "again": "short"}
    assert "至少" in editor.post("/me/password", data | short, form="/me/").get_data(as_text=True)
    assert other.get("/me/").status_code == 200

    assert editor.post("/me/password", data, form="/me/").status_code == 303
    assert editor.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 303
    assert other.sign_in("小周").status_code == 422
    assert other.sign_in("小周", NEW).status_code == 303


def test_old_passwords_are_slowed_down_too(editor: Visitor) -> None:
    data = {"old": "wrong", "password": NEW, "again": NEW}
    statuses = [editor.post("/me/password", data, form="/me/").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_a_phone_is_set_up_renewed_and_given_up(
    editor: Visitor, world: World, clock: Clock
) -> None:
    secret, codes = enrol(editor)
    assert len(set(codes)) == 10
    assert secret not in kept(editor).totp_secret
    assert world.bot.vault.open(kept(editor).totp_secret) == secret
    assert Visitor(world).sign_in("小周").headers["Location"] == "/admin/code"

    clock.next_code()
    renewed, _codes = enrol(editor)
    assert renewed != secret
    visitor = Visitor(world)
    visitor.sign_in("小周")
    assert visitor.post("/recovery", {"code": codes[0]}).status_code == 422
    assert editor.post("/me/totp/drop", {}, form="/me/").status_code == 303
    assert kept(editor).totp_secret == ""
    assert editor.get("/me/").status_code == 200


def test_a_secret_is_good_for_the_session_it_was_shown_in(editor: Visitor, world: World) -> None:
    other = Visitor(world)
    other.sign_in("小周")
    sealed = value(other.get("/me/totp").get_data(as_text=True), "sealed")
    mine, _space, secret = world.bot.vault.open(sealed).partition(" ")
    assert len(mine) == 64
    code = pyotp.TOTP(secret).at(world.bot.now_ms() // 1000)
    assert editor.post("/me/totp", {"sealed": sealed, "code": code}).status_code == 422
    assert kept(editor).totp_secret == ""


def test_recovery_codes_are_renewed(editor: Visitor, world: World) -> None:
    assert editor.post("/me/recovery-codes", {}, form="/me/").status_code == 422
    _secret, old = enrol(editor)
    shown = editor.post("/me/recovery-codes", {}, form="/me/").get_data(as_text=True)
    new = re.findall("<li><code>([^<]+)</code></li>", shown)
    assert len(set(new) | set(old)) == 20
    visitor = Visitor(world)
    visitor.sign_in("小周")
    assert visitor.post("/recovery", {"code": old[0]}).status_code == 422
    assert visitor.post("/recovery", {"code": new[0]}).status_code == 303


def test_an_owner_cannot_do_without_a_phone(console: Console) -> None:
    refused = console.post("/me/totp/drop")
    assert refused.status_code == 422
    assert "不能关闭" in refused.get_data(as_text=True)
    assert 'action="/admin/me/totp/drop"' not in console.page("/me/")


def test_everybody_has_this_page_viewers_do_not_edit_from_the_chat(
    sign_in: Callable[..., Console],
) -> None:
    for role in Role:
        one = sign_in(role)
        assert ("在聊天里改规则" in one.page("/me/")) is (role is not Role.VIEWER)
        expected = 403 if role is Role.VIEWER else 303
        assert one.post("/me/openid", data={"follower": ""}).status_code == expected


def test_the_look_is_kept_and_nothing_else_is_taken(editor: Visitor) -> None:
    editor.post("/me/look", {"language": "en", "theme": "dark", "role": "owner"}, form="/me/")
    page = editor.get("/me/").get_data(as_text=True)
    assert '<html lang="en" data-theme="dark">' in page
    assert "My account" in page
    editor.post("/me/look", {"language": "xx", "theme": "neon"}, form="/me/")
    assert (kept(editor).language, kept(editor).theme, kept(editor).role) == (
        *("en", "dark"),
        Role.EDITOR,
    )


@pytest.mark.browser
def test_theme_and_sessions_in_the_browser(open_page: Callable[..., Page]) -> None:
    page = open_page("/me/")
    page.get_by_label("主题").select_option("dark")
    page.get_by_role("button", name="保存").first.click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="退出所有别处的登录").click()
    expect(page.get_by_text("别处的登录都结束了")).to_be_visible()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/admin/login$"))
