"""粉丝: read, remarked, granted, blocked and forgotten."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.models import TextReply
from bot.store.followers import FOR_EVER
from bot.store.members import Role
from tests.admin.conftest import Console
from tests.admin.people import HOSTILE, chatter
from tests.worlds import World

BLOCKED = TextReply("运营者暂停了对你的服务。有疑问请联系运营者。")


@pytest.fixture(name="console")
def _console(sign_in: Callable[..., Console], world: World) -> Console:
    chatter(world)
    return sign_in()


@pytest.fixture(name="path")
def _path(console: Console) -> str:
    return f"/followers/{console.bot.vault.veil(console.world.openid)}"


def test_a_follower_is_found_by_remark_and_openid(console: Console, path: str) -> None:
    console.post(f"{path}/remark", data={"remark": "老王<b>"})
    for text, found in (("老王", 1), (console.world.openid[:6], 1), ("没有", 0)):
        page = console.get("/followers/", query_string={"text": text}).get_data(as_text=True)
        assert page.count("老王&lt;b&gt;") == found, text
    blocked = console.page("/followers/?state=blocked")
    assert "没有符合条件的粉丝" in blocked


def test_the_conversation_says_who_answered_and_shows_the_pictures(
    console: Console, path: str
) -> None:
    page = console.page(path)
    assert "电子书" in page
    assert "/admin/gallery/1/picture.jpg" in page
    assert HOSTILE not in page
    assert HOSTILE.replace("<", "&lt;").replace(">", "&gt;") in page
    assert "用了 2 张，还有 8 张" in page


def test_granted_pictures_can_be_drawn(console: Console, path: str) -> None:
    assert console.post(f"{path}/grant", data={"more": "5"}).status_code == 303
    assert "用了 0 张，还有 13 张" in console.page(path)
    refused = console.post(f"{path}/grant", data={"more": "101"})
    assert refused.status_code == 422
    assert 'value="101"' in refused.get_data(as_text=True)


@pytest.mark.parametrize("days", ["1", "7", "30", "ever"])
def test_a_block_has_an_end(console: Console, path: str, days: str) -> None:
    console.post(f"{path}/block", data={"days": days, "reason": "刷屏"})
    console.bot.snapshots.refresh()
    until = console.bot.snapshots.current.blocked[console.world.openid]
    if days == "ever":
        assert until == FOR_EVER
    else:
        assert abs(until - console.bot.now_ms() - int(days) * 86_400_000) < 10_000
    assert "刷屏" in console.page(path)


@pytest.mark.parametrize("until", ["", "2020-01-01T10:00", "nonsense"])
def test_a_block_without_a_future_end_is_refused_with_what_was_typed(
    console: Console, path: str, until: str
) -> None:
    data = {"days": "until", "until": until, "reason": "说了很多"}
    refused = console.post(f"{path}/block", data=data)
    assert refused.status_code == 422
    assert 'value="说了很多"' in refused.get_data(as_text=True)
    console.bot.snapshots.refresh()
    assert not console.bot.snapshots.current.blocked


def test_forgetting_needs_a_tick_and_an_owner(
    console: Console, path: str, sign_in: Callable[..., Console]
) -> None:
    world = console.world
    picture = world.bot.settings.data_dir / "pictures" / world.job(1).picture
    assert sign_in(Role.OPERATOR).post(f"{path}/forget", data={"sure": "on"}).status_code == 403
    assert console.post(f"{path}/forget").status_code == 422
    assert picture.exists()
    assert console.post(f"{path}/forget", data={"sure": "on"}).status_code == 303
    assert not picture.exists()
    assert console.get(path).status_code == 404
    assert "一位粉丝" in console.page("/history/")


def test_nobody_sees_a_whole_openid_and_a_viewer_changes_nothing(
    console: Console, path: str, sign_in: Callable[..., Console]
) -> None:
    viewer = sign_in(Role.VIEWER)
    openid = console.world.openid
    for one in ("/followers/", path):
        assert openid not in viewer.page(one) + console.page(one)
    assert "<form" not in viewer.page(path).partition("<main")[2].partition("</main>")[0]
    for act in ("remark", "grant", "block", "unblock", "forget"):
        assert viewer.post(f"{path}/{act}").status_code == 403
    assert console.get("/followers/nonsense").status_code == 404


@pytest.mark.browser
def test_blocked_in_the_browser_silent_on_the_phone(
    open_page: Callable[..., Page], world: World
) -> None:
    page = open_page("/followers/")
    page.get_by_role("link", name=f"{world.openid[:6]}…").click()
    page.get_by_label("永久").check()
    page.get_by_label("原因（只有运营者看得到）").fill(HOSTILE)
    page.get_by_role("button", name="屏蔽", exact=True).click()
    expect(page.get_by_text("已屏蔽，一秒内生效。")).to_be_visible()
    world.bot.snapshots.refresh()
    assert world.say("电子书") == BLOCKED
    page.get_by_role("button", name="取消屏蔽").click()
    expect(page.get_by_text("已取消屏蔽，一秒内生效。")).to_be_visible()
    world.bot.snapshots.refresh()
    assert world.say("电子书") != BLOCKED
