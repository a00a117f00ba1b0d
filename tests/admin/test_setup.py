"""The first start, as its owner lives it: code, account, phone, recovery, WeChat's knock."""

import re
import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import BaseWSGIServer

from bot.admin.permissions import POLLED
from bot.store import entrance, members
from bot.store.members import Role
from bot.wechat import crypto
from tests.admin.conftest import Console
from tests.admin.visitors import PASSWORD, Clock, Visitor
from tests.browser import Tabs, faults, tour
from tests.worlds import World


@pytest.fixture(name="clock")
def _clock(world: World, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(world.bot.now_ms())
    monkeypatch.setattr(world.bot, "now_ms", clock)
    return clock


@pytest.fixture(name="code")
def _code(world: World) -> str:
    made = entrance.renew(world.bot.db, world.bot.account_id)
    assert made is not None
    return made


@pytest.fixture(name="stranger")
def _stranger(world: World, door: BaseWSGIServer, tabs: Tabs) -> Page:
    """A browser nobody is signed in with."""
    assert door.app is world.client.application
    return tabs.open(base_url=f"http://127.0.0.1:{door.server_port}")


def typed(code: str, **changes: str) -> dict[str, str]:
    return {"code": code, "name": "小林", "password": PASSWORD, "again": PASSWORD} | changes


@pytest.mark.browser
def test_the_first_start(stranger: Page, clock: Clock, code: str) -> None:
    page = stranger
    page.goto("/admin/login")
    expect(page).to_have_url(re.compile("/admin/setup/$"))
    page.get_by_label("设置码").fill(code)
    page.get_by_label("登录名").fill("小林")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输一次").fill(PASSWORD)
    page.get_by_role("button", name="下一步").click()

    expect(page.get_by_role("heading", name="设置动态码")).to_be_visible()
    page.get_by_text("扫不了？").click()
    phone = pyotp.TOTP((page.locator(".key").text_content() or "").replace(" ", ""))
    code_field = page.get_by_label("6 位动态码")
    code_field.fill("000000" if phone.at(clock.now // 1000) != "000000" else "111111")
    page.get_by_role("button", name="验证并继续").click()
    expect(page.get_by_role("alert")).to_contain_text("动态码不对")
    code_field.fill(phone.at(clock.now // 1000))
    page.get_by_role("button", name="验证并继续").click()

    recovery = page.get_by_role("list", name="恢复码").get_by_role("listitem").all_text_contents()
    assert len(set(recovery)) == 10
    page.get_by_role("link", name="已经存好，继续").click()
    expect(page.get_by_role("heading", name="试一试手机")).to_be_visible()
    expect(page.get_by_role("link", name="打开模拟手机")).to_have_attribute(
        "href", re.compile("^http://127.0.0.1:")
    )

    # out, and in again: the code of this half minute is used up, a recovery code opens
    page.get_by_role("button", name="退出登录").click()
    page.get_by_label("登录名").fill("小林")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_label("验证器应用里的 6 位数字").fill(phone.at(clock.now // 1000))
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("已经用过")
    page.get_by_role("link", name="用恢复码登录").click()
    page.get_by_label("恢复码").fill(recovery[0])
    page.get_by_role("button", name="登录", exact=True).click()
    page.goto("/admin/me/")
    expect(page.get_by_text("恢复码还剩 9 个")).to_be_visible()


def test_the_way_in_is_closed_afterwards(world: World, code: str) -> None:
    founder = Visitor(world)
    assert founder.post("/setup/", typed("x")).status_code == 422
    refused = founder.post("/setup/", typed(code, password="short", again="short"))
    assert "至少要 12 个字符" in refused.get_data(as_text=True)
    assert f'value="{code}"' in refused.get_data(as_text=True)
    assert founder.post("/setup/", typed(code, again="other")).status_code == 422
    assert founder.post("/setup/", typed(code)).headers["Location"].startswith("/admin/enrol")

    late = Visitor(world)
    assert late.get("/setup/").headers["Location"] == "/admin/login"
    again = late.post("/setup/", typed(code), form="/login")
    assert again.headers["Location"] == "/admin/login"
    assert members.count(world.bot.db, world.bot.account_id) == 1
    assert late.get("/setup/phone").headers["Location"].startswith("/admin/login")


def test_the_form_of_the_first_start_cannot_be_forged(world: World, code: str) -> None:
    assert Visitor(world).client.post("/admin/setup/", data=typed(code)).status_code == 400
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert Visitor(world).post("/setup/", typed(code), headers=headers).status_code == 403
    assert entrance.is_open(world.bot.db, world.bot.account_id)


def test_guessing_the_code_is_slowed_down(world: World, code: str) -> None:
    founder = Visitor(world)
    for _ in range(5):
        assert founder.post("/setup/", typed("wrong")).status_code == 422
    assert founder.post("/setup/", typed(code)).status_code == 429


def test_the_next_pages_are_the_owners(sign_in: Callable[..., Console]) -> None:
    who = {role: sign_in(role) for role in Role}
    for path in ("/setup/phone", "/setup/wechat", "/setup/arrivals"):
        statuses = {role: one.get(path).status_code for role, one in who.items()}
        assert statuses == dict.fromkeys(Role, 403) | {Role.OWNER: 200}


@pytest.mark.browser
def test_wechats_knock_is_shown_live(open_page: Callable[..., Page], world: World) -> None:
    knock(world)
    world.bot.buffer.flush()
    page = open_page("/setup/wechat")
    expect(page.get_by_text("还没有收到请求")).to_be_visible()

    for change, said in (
        ({"signature": "0" * 40}, "签名不对"),
        ({"at": time.time() - 4000}, "校准这台服务器的时钟"),
        ({"nonce": ""}, "不是微信的格式"),
        ({}, "握手成功 1 次"),
    ):
        knock(world, **change)
        expect(page.get_by_text(said)).to_be_visible()
    assert "tokencanary" not in page.content()


def knock(world: World, *, at: float = 0, **changes: str) -> None:
    """Ask for the handshake as WeChat does, with something wrong."""
    timestamp, nonce = str(int(at or time.time())), "nonce"
    signature = crypto.sign(world.bot.credentials.token, timestamp, nonce)
    query = {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": "e"}
    world.client.get("/wechat", query_string=query | changes)


def test_what_arrives_is_no_sign_that_somebody_is_there(console: Console) -> None:
    before = members.all_sessions(console.bot.db, console.bot.account_id)[0].seen_at
    assert "setup.arrivals" in POLLED
    console.get("/setup/arrivals")
    assert members.all_sessions(console.bot.db, console.bot.account_id)[0].seen_at == before


@pytest.mark.browser
def test_everybody_can_use_the_pages_on_the_way_in(stranger: Page, clock: Clock, code: str) -> None:
    page = stranger
    page.goto("/admin/setup/")
    found = tour(page, "/setup/")
    page.locator("#code").fill(code)
    page.locator("#name").fill("小林")
    page.locator("#password").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.locator(".btn-primary").click()
    page.locator(".qr").wait_for()
    found += tour(page, "/enrol")
    page.locator("summary").click()
    phone = pyotp.TOTP((page.locator(".key").text_content() or "").replace(" ", ""))
    page.locator("#code").fill(phone.at(clock.now // 1000))
    page.locator(".btn-primary").click()
    page.locator(".codes").wait_for()
    found += faults(page)
    page.context.clear_cookies(name="huaxin")
    found += tour(page, "/login")
    page.locator("#name").fill("小林")
    page.locator("#password").fill(PASSWORD)
    page.locator(".btn-primary").click()
    page.locator("#code").wait_for()
    found += tour(page, "/code", "/recovery")
    assert found == []
