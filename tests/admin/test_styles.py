"""画风: seen by all, changed by editors, heard a moment later."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.editing import styles
from bot.editing.desk import Desk
from bot.store.history import Actor
from bot.store.members import Role
from tests.admin.conftest import Console
from tests.admin.people import HOSTILE

WORDS = "cobalt brush painting on white glaze"
NEW = {"name": "青花瓷", "aliases": "青花", "words": WORDS, "on": "on"}


def desk(console: Console) -> Desk:
    return Desk(console.bot.db, console.bot.account_id, Actor(name="别人", via="console"))


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(console: Console) -> None:
    answer = console.post("/styles/new", data=NEW | {"aliases": "水彩", "words": f" {HOSTILE} "})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "“水彩”已经是“水彩”的叫法" in page
    assert "画&lt;img src=x onerror=alert(1)&gt;" in page
    assert HOSTILE not in page
    console.client.set_cookie("huaxin_language", "en", path="/admin")
    english = console.post("/styles/new", data={"name": "高清"}).get_data(as_text=True)
    assert "“高清” means something else to the bot" in english
    console.client.set_cookie("huaxin_language", "zh", path="/admin")
    assert console.post("/styles/new", data=NEW).status_code == 303
    listed = console.page("/styles/")
    assert "自己加的" in listed
    count = len(styles.read(desk(console)).every)
    assert f"共 {count} 种，{count} 种在用" in listed
    key = styles.read(desk(console)).every[-1].key
    assert WORDS in console.page(f"/styles/{key}")
    assert console.get("/styles/none").status_code == 404


def test_nobody_saves_over_what_they_never_saw(console: Console) -> None:
    shown = console.page("/styles/水彩")
    seen = shown.partition('name="seen" value="')[2].partition('"')[0]
    mine = {"name": "水彩", "words": "mine", "on": "on", "seen": seen}
    styles.switch(desk(console), "水彩", on=False)
    answer = console.post("/styles/水彩", data=mine)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "别人改过这种画风" in page
    assert ">mine</textarea>" in page

    again = page.partition('name="seen" value="')[2].partition('"')[0]
    assert console.post("/styles/水彩", data=mine | {"seen": again}).status_code == 303
    assert styles.find(styles.read(desk(console)), "水彩").words == "mine"
    row = console.page("/styles/").partition(">水彩</a>")[2].partition("</td>")[0]
    assert "改过" in row
    newest = styles.find(styles.read(desk(console)), "水彩")
    console.post("/styles/水彩/revert")
    assert styles.find(styles.read(desk(console)), "水彩") == styles.original("水彩") != newest


def test_the_history_restores_it(console: Console) -> None:
    console.post("/styles/new", data=NEW)
    key = styles.read(desk(console)).every[-1].key
    console.post(f"/styles/{key}/revert")
    assert console.get(f"/styles/{key}").status_code == 404
    page = console.page("/history/2")
    assert "/admin/history/2/restore" in page
    console.post("/history/2/restore")
    assert WORDS in console.page(f"/styles/{key}")


def test_who_may_do_what(sign_in: Callable[..., Console]) -> None:
    viewer, editor = sign_in(Role.VIEWER), sign_in(Role.EDITOR)
    assert 'type="checkbox" role="switch"' not in viewer.page("/styles/")
    assert "disabled" in viewer.page("/styles/水彩").partition('id="name"')[2][:200]
    assert viewer.post("/styles/水彩/switch", data={"on": "on"}).status_code == 403
    assert viewer.get("/styles/new").status_code == 403
    assert editor.post("/styles/水彩/switch").status_code == 303


@pytest.mark.browser
def test_a_style_is_made_moved_and_switched_in_the_browser(
    open_page: Callable[..., Page], console: Console
) -> None:
    page = open_page("/styles/", width=390)
    page.get_by_role("link", name="新建画风").click()
    page.get_by_label("名字", exact=True).fill("高清")
    page.get_by_label("给模型的描述").fill(WORDS)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("对机器人有别的意思")
    page.get_by_label("名字", exact=True).fill("青花瓷")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存，一秒内生效。")).to_be_visible()

    page.get_by_role("button", name="上移 青花瓷").click()
    expect(page.get_by_text("顺序已保存。")).to_be_visible()
    page.get_by_label("启用 青花瓷").click()
    expect(page.get_by_text("已停用，一秒内生效。")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    every = styles.read(desk(console)).every
    assert (every[-2].name, every[-2].on) == ("青花瓷", False)
