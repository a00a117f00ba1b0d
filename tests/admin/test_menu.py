"""自定义菜单: edited like on the phone, compared, published, rolled back."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.editing import menu
from bot.store import menus
from bot.store.members import Role
from bot.wechat.menus import Document
from tests.admin.conftest import Console

ONE: Document = {"button": [{"name": "电子书", "type": "click", "key": "电子书"}]}
HOSTILE = "</script><img src=x onerror=alert(1)>"


def save(console: Console, document: Any, revision: int = 0) -> Any:
    data = {"document": json.dumps(document), "revision": revision}
    return console.post("/menu/", data=data)


def on_the_phone(console: Console) -> list[str]:
    return [top["name"] for top in console.world.sandbox.phone("GET", "state")["menu"]]


def draft(console: Console) -> Document:
    return menu.draft(console.bot.db, console.bot.account_id).document


def test_saved_compared_and_published(console: Console) -> None:
    assert save(console, ONE).status_code == 303
    assert "电子书 · 关键词 电子书" in console.page("/menu/review")

    assert console.post("/menu/publish", data={"revision": 1}).status_code == 303

    assert on_the_phone(console) == ["电子书"]
    assert "草稿和上次发布的一样" in console.page("/menu/review")
    assert "线上和草稿一样" in console.page("/menu/live")


def test_a_stale_tab_gets_both_and_overwrites_only_knowingly(console: Console) -> None:
    save(console, ONE)
    mine = {"button": [{"name": "我的", "type": "click", "key": "取图"}]}
    refused = save(console, mine)
    text = refused.get_data(as_text=True)

    assert refused.status_code == 409
    assert "刚刚保存过草稿" in text
    assert "-电子书" in text
    assert "+我的" in text
    assert 'name="revision" value="1"' in text
    assert draft(console) == ONE
    assert save(console, mine, 1).status_code == 303
    assert draft(console) == mine


def test_what_was_changed_meanwhile_is_not_published(console: Console) -> None:
    save(console, ONE)
    refused = console.post("/menu/publish", data={"revision": 0})

    assert refused.status_code == 409
    assert "草稿刚刚又改过" in refused.get_data(as_text=True)
    assert on_the_phone(console) == []


def test_an_unfinished_draft_says_what_is_missing(console: Console) -> None:
    save(console, {"button": [{"name": "网", "type": "view", "url": "javascript:alert(1)"}]})

    said = "「网」的网址要以 http:// 或 https:// 开头，不能有空格"
    assert said in console.page("/menu/")
    assert said in console.page("/menu/review")
    refused = console.post("/menu/publish", data={"revision": 1})
    assert refused.status_code == 422
    assert console.world.sandbox.calls("/cgi-bin/menu/create") == []


@pytest.mark.parametrize("document", ["", "[", "[" * 200_000, "null", '{"button": {}}'])
def test_rubbish_is_an_empty_menu(console: Console, document: str) -> None:
    data = {"document": document, "revision": 0}

    assert console.post("/menu/", data=data).status_code == 303
    assert draft(console) == {"button": []}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"errcode": 48001}, "本账号没有此接口的权限"),
        ({"errcode": 40164}, "服务器出口 IP 不在白名单"),
        ({"reset": "after", "status": 502}, "没有收到微信的应答"),
    ],
)
def test_what_wechat_says_is_explained(console: Console, fault: dict[str, Any], said: str) -> None:
    console.world.sandbox.script({"match": "/cgi-bin/menu", "times": None, **fault})
    refused = console.post("/menu/publish", data={"revision": 0})

    assert refused.status_code == 422
    assert said in refused.get_data(as_text=True)
    assert menus.published(console.bot.db, console.bot.account_id) == []
    assert console.post("/menu/delete").status_code == 422


def test_what_cannot_be_read_is_said(console: Console) -> None:
    fault = {"match": "/cgi-bin/get_current_selfmenu_info", "times": 2, "errcode": 40013}
    console.world.sandbox.script(fault)

    assert "AppID 不正确" in console.page("/menu/live")
    assert console.post("/menu/adopt").status_code == 422
    assert "公众号现在没有菜单" in console.page("/menu/live")
    assert console.post("/menu/adopt").status_code == 404


def test_rolled_back_adopted_and_taken_down(console: Console) -> None:
    console.post("/menu/publish", data={"revision": 0})
    save(console, ONE)
    console.post("/menu/publish", data={"revision": 1})
    newest, first = menus.published(console.bot.db, console.bot.account_id)

    assert console.post(f"/menu/versions/{first.id}").status_code == 303
    assert on_the_phone(console) == ["领资料", "画图", "我的"]
    save(console, ONE, 2)
    assert console.post("/menu/adopt").status_code == 303
    assert draft(console) == first.document
    assert console.post("/menu/versions/999").status_code == 404
    assert console.post("/menu/delete").status_code == 303
    assert on_the_phone(console) == []
    assert newest.document == ONE


def test_hostile_words_are_shown_not_run(console: Console) -> None:
    save(console, {"button": [{"name": HOSTILE, "type": "click", "key": HOSTILE}]})

    for path in ("/menu/", "/menu/review", "/menu/live", "/history/1"):
        assert "<img src=x" not in console.page(path)


def test_who_may_do_what(sign_in: Callable[..., Console], console: Console) -> None:
    viewer, editor, operator = (sign_in(one) for one in (Role.VIEWER, Role.EDITOR, Role.OPERATOR))

    assert "保存草稿" not in viewer.page("/menu/")
    assert "删除线上菜单" not in editor.page("/menu/review")
    assert save(viewer, ONE).status_code == 403
    assert viewer.get("/menu/live").status_code == 403
    assert save(editor, ONE).status_code == 303
    assert editor.post("/menu/adopt").status_code == 404  # allowed, but there is no menu yet
    for path in ("/menu/publish", "/menu/versions/1", "/menu/delete"):
        assert editor.post(path, data={"revision": 1}).status_code == 403
    assert operator.post("/menu/publish", data={"revision": 1}).status_code == 303
    assert on_the_phone(console) == ["电子书"]


@pytest.mark.browser
def test_a_menu_is_edited_by_keyboard_and_published(
    open_page: Callable[..., Page], console: Console
) -> None:
    page = open_page("/menu/")
    bar = page.get_by_label("菜单按钮")
    bar.get_by_role("button", name="我的", exact=True).press("Enter")
    page.get_by_role("button", name="左移").press("Enter")
    page.get_by_role("button", name="左移").press("Enter")
    page.get_by_label("名字").fill("首页")
    expect(page.locator("#counter")).to_have_text("6 / 16 字节，手机上大约显示 4 个汉字")
    bar.get_by_role("button", name="额度").press("Enter")
    page.get_by_role("button", name="上移").press("Enter")
    bar.locator(".stack").nth(0).get_by_role("button", name="加子菜单").press("Enter")
    page.get_by_label("名字").fill("官网")
    page.get_by_label("点了做什么").select_option("view")
    page.get_by_label("网址").fill("example.com")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("「官网」的网址要以 http:// 或 https:// 开头")).to_be_visible()

    bar.get_by_role("button", name="官网").click()
    page.get_by_label("网址").fill("https://example.com/")
    expect(page.get_by_text("有改动还没保存")).to_be_visible()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("草稿已保存。")).to_be_visible()
    page.get_by_role("link", name="对比与发布").click()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("菜单已发布，粉丝最迟 5 分钟后看到。")).to_be_visible()

    shown = console.world.sandbox.phone("GET", "state")["menu"]
    assert [top["name"] for top in shown] == ["首页", "领资料", "画图"]
    assert [sub["name"] for sub in shown[0]["sub_button"]] == ["额度", "我的作品", "官网"]
    assert shown[0]["sub_button"][2]["url"] == "https://example.com/"


@pytest.mark.browser
def test_buttons_are_dragged_added_and_removed(
    open_page: Callable[..., Page], console: Console
) -> None:
    page = open_page("/menu/")
    bar = page.get_by_label("菜单按钮")
    moved = bar.locator(".stack").nth(2).get_by_role("button", name="取图")
    drag(
        page,
        bar.get_by_role("button", name="取图"),
        bar.get_by_role("button", name="额度"),
        until=lambda: moved.count() == 1,
    )
    expect(moved).to_be_visible()
    bar.get_by_role("button", name="画图", exact=True).click()
    page.get_by_role("button", name="移除").click()
    expect(bar.locator(".column")).to_have_count(3)  # two, and the place for another
    bar.get_by_role("button", name="加菜单").click()
    page.get_by_label("名字").fill("五个汉字啊啊")
    expect(page.locator("#counter")).to_have_class("form-hint numbers over")
    page.get_by_label("名字").fill("客服")
    page.get_by_label("关键词或命令").fill("人工")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("草稿已保存。")).to_be_visible()

    names = [top["name"] for top in draft(console)["button"]]
    assert names == ["领资料", "我的", "客服"]
    assert "取图" in [sub["name"] for sub in draft(console)["button"][1]["sub_button"]]


def drag(page: Page, source: Any, target: Any, *, until: Callable[[], bool]) -> None:
    """Drag as a hand does: press, move a little, move there, let go once there is room.

    A drag begins a moment after the pointer does, and a pointer that rests by then moves nothing.
    """
    begin, end = source.bounding_box(), target.bounding_box()
    page.mouse.move(begin["x"] + 20, begin["y"] + 20)
    page.mouse.down()
    page.mouse.move(begin["x"] + 26, begin["y"] + 24, steps=3)
    page.mouse.move(end["x"] + 30, end["y"] + 22, steps=12)
    for nudge in range(300):
        if until():
            break
        page.mouse.move(end["x"] + 30 + nudge % 2, end["y"] + 22)
    page.mouse.up()


@pytest.mark.browser
def test_a_viewer_looks_without_changing(
    open_page: Callable[..., Page], sign_in: Callable[..., Console]
) -> None:
    page = open_page("/menu/", who=sign_in(Role.VIEWER))
    page.get_by_label("菜单按钮").get_by_role("button", name="电子书").click()

    expect(page.get_by_label("关键词或命令")).to_have_value("电子书")
    expect(page.get_by_label("关键词或命令")).to_be_disabled()
    expect(page.get_by_role("button", name="加子菜单")).to_have_count(0)
