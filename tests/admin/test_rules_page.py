"""关键词回复 in a browser: by keyboard alone, by dragging, while typing; for everyone's eyes."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.editing import rules
from bot.editing.desk import Desk
from bot.models import TextReply
from bot.store import rules as stored
from bot.store.history import Actor
from tests.admin.conftest import Console
from tests.browser import faults, violations

pytestmark = pytest.mark.browser


@pytest.fixture(name="desk")
def _desk(console: Console) -> Desk:
    desk = Desk(console.bot.db, console.bot.account_id, Actor(name="小李", via="console"))
    stored.replace(desk.db, desk.account_id, [])
    return desk


def rule(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "keywords": [name], "replies": [f"答{name}"], **more}


def names(desk: Desk) -> list[str]:
    found, _ = stored.page(desk.db, desk.account_id, stored.Filter(), most=100)
    return [one.document["name"] for one in found]


def reach(page: Page, wanted: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab never reached {wanted}")


def test_a_rule_is_made_by_keyboard_alone(
    open_page: Callable[..., Page], console: Console, desk: Desk
) -> None:
    page = open_page("/rules/")
    page.keyboard.press("n")
    expect(page.get_by_label("规则名")).to_be_focused()
    page.keyboard.type("开门时间")
    reach(page, "[name=keyword]")
    page.keyboard.type("几点开门")
    page.keyboard.press("Enter")
    expect(page.get_by_label("关键词", exact=True)).to_have_count(2)
    page.keyboard.type("营业时间")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # 包含
    reach(page, "textarea[name$='.content']")
    page.keyboard.type("每天九点到六点")
    expect(page.locator(".handset")).to_contain_text("每天九点到六点")
    reach(page, "[data-add='reply-text']")
    page.keyboard.press("Enter")
    page.keyboard.type("周一休息")
    expect(page.locator(".handset")).to_contain_text("周一休息")
    reach(page, "button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="开门时间")).to_be_visible()

    assert console.world.say("请问营业时间？") == TextReply("每天九点到六点\n\n周一休息")
    found, _ = stored.page(desk.db, desk.account_id, stored.Filter(), most=9)
    assert found[0].document["keywords"] == [
        "几点开门",
        {"text": "营业时间", "mode": "contains"},
    ]


def test_ctrl_enter_saves_and_slash_searches(open_page: Callable[..., Page], desk: Desk) -> None:
    rules.create_many(desk, [rule("一"), rule("二")])
    page = open_page("/rules/")
    page.keyboard.press("/")
    page.keyboard.type("答二")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="二", exact=True).click()
    page.get_by_label("正文").fill("新的")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("已保存，一秒内生效。")).to_be_visible()


def test_rules_are_dragged_and_moved_by_their_buttons(
    open_page: Callable[..., Page], console: Console, desk: Desk
) -> None:
    rules.create_many(desk, [rule("一"), rule("二"), rule("三")])
    console.bot.snapshots.refresh()
    page = open_page("/rules/")
    page.get_by_role("button", name="下移 一").focus()
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").nth(1)).to_contain_text("一")
    expect(page.get_by_role("button", name="下移 一")).to_be_focused()
    assert names(desk) == ["二", "一", "三"]

    rows, grips = page.locator("tbody tr"), page.locator("tbody .grip")
    drag(page, grips.nth(2), grips.nth(0), until=lambda: "三" in rows.nth(0).inner_text())
    page.mouse.up()
    expect(page.get_by_text("顺序已保存。").first).to_be_visible()
    expect(page.get_by_text("顺序已保存。")).to_have_count(2)
    assert names(desk) == ["三", "二", "一"]


def drag(page: Page, what: Any, to: Any, *, until: Callable[[], bool]) -> None:
    """Drag one thing to another, until the rows have made room.

    A drag begins a moment after the pointer does, and a pointer that rests by then moves nothing.
    """
    start, end = what.bounding_box(), to.bounding_box()
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 8, end["y"] + 2, steps=12)
    for nudge in range(300):
        if until():
            return
        page.mouse.move(end["x"] + 8 + nudge % 2, end["y"] + 2)
    raise AssertionError("the rows made no room")


def test_many_rules_are_switched_off_and_back(
    open_page: Callable[..., Page], console: Console, desk: Desk
) -> None:
    rules.create_many(desk, [rule("一"), rule("二")])
    page = open_page("/rules/")
    page.get_by_label("全选这一页").check()
    expect(page.get_by_text("2 条已选")).to_be_visible()
    page.locator("#bulk").get_by_role("button", name="停用").click()
    expect(page.get_by_label("启用 一")).not_to_be_checked()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_label("启用 一")).to_be_checked()
    page.get_by_label("启用 二").uncheck()
    expect(page.get_by_text("已停用，一秒内生效。")).to_be_visible()
    expect(page.get_by_label("启用 二")).not_to_be_checked()

    assert console.world.say("一") == TextReply("答一")


def test_replies_are_added_moved_removed_and_previewed(
    open_page: Callable[..., Page], desk: Desk
) -> None:
    rule_id = rules.create(desk, rule("一"))
    page = open_page(f"/rules/{rule_id}")
    for kind in ("图片", "图文", "转人工"):
        page.get_by_role("group", name="加一条回复").get_by_role("button", name=kind).click()
    picture = page.get_by_role("group", name="图片", exact=True)
    picture.get_by_label("文件", exact=True).fill("mysql-map.jpg")
    picture.get_by_label("替代文字").fill("一张图")
    news = page.get_by_role("group", name="图文", exact=True)
    news.get_by_label("标题").fill("头条")
    news.get_by_label("链接", exact=True).fill("https://example.com/")
    news.get_by_role("button", name="加一篇").click()
    expect(news.get_by_label("标题")).to_have_count(2)
    news.get_by_role("button", name="去掉 这篇图文").nth(1).click()
    page.get_by_role("button", name="上移 图片").click()
    expect(page.locator(".handset [data-kind=image]")).to_be_visible()
    expect(page.locator(".handset [data-kind=news]")).to_contain_text("头条")
    page.get_by_role("button", name="去掉 转人工").click()
    page.get_by_role("button", name="保存并生效").click()
    expect(page.get_by_text("已保存，一秒内生效。")).to_be_visible()

    found = stored.get(desk.db, desk.account_id, rule_id)
    assert found is not None
    assert found.document["replies"] == [
        {"type": "image", "media": "file:mysql-map.jpg", "alt": "一张图"},
        {"type": "text", "content": "答一"},
        {
            "type": "news",
            "articles": [{"title": "头条", "description": "", "url": "https://example.com/"}],
        },
    ]


def test_typing_shows_conflicts_counts_and_a_trial(
    open_page: Callable[..., Page], console: Console, desk: Desk
) -> None:
    rules.create_many(desk, [rule("电子书")])
    console.bot.snapshots.refresh()
    page = open_page("/rules/new")
    page.get_by_label("关键词", exact=True).fill("电子书")
    expect(page.get_by_role("list", name="冲突")).to_contain_text("电子书 优先")
    page.get_by_label("正文").fill("画" * 667)
    expect(page.get_by_text("2001 / 2000 字节")).to_be_visible()
    page.get_by_label("试一试").fill("电子书")
    expect(page.get_by_text("由规则 电子书 回答")).to_be_visible()
    page.get_by_label("随机一条").check()
    expect(page.get_by_label("权重")).to_be_visible()
    page.get_by_role("button", name="保存并生效").click()
    expect(page.get_by_role("alert")).to_contain_text("最多 2000 字节")
    expect(page.get_by_label("正文")).to_have_value("画" * 667)


def test_two_tabs_end_in_a_choice(
    open_page: Callable[..., Page], console: Console, desk: Desk
) -> None:
    rule_id = rules.create(desk, rule("一"))
    mine, theirs = open_page(f"/rules/{rule_id}"), open_page(f"/rules/{rule_id}")
    for page, text in ((theirs, "别人的"), (mine, "我的")):
        page.get_by_label("正文").fill(text)
        page.get_by_role("button", name="保存并生效").click()
    expect(mine.get_by_text("你编辑的时候，别人保存了这条规则")).to_be_visible()
    expect(mine.get_by_role("row", name="回复")).to_contain_text("别人的")
    assert violations(mine) == []
    mine.get_by_role("button", name="用我的覆盖").first.click()
    expect(mine.get_by_text("已保存，一秒内生效。")).to_be_visible()

    assert console.world.say("一") == TextReply("我的")


def test_leaving_what_is_not_saved_is_asked_about(
    open_page: Callable[..., Page], desk: Desk
) -> None:
    rule_id = rules.create(desk, rule("优惠券"))
    page = open_page(f"/rules/{rule_id}")
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    page.get_by_label("规则名").fill("改了")
    page.get_by_role("link", name="返回列表").click()
    expect(page.get_by_role("heading", name="关键词回复")).to_be_visible()
    assert asked == ["beforeunload"]

    page.get_by_role("link", name="优惠券").click()
    page.get_by_label("规则名").fill("真的改了")
    page.get_by_role("button", name="保存并生效").click()
    expect(page.get_by_role("link", name="真的改了")).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_weight_does_not_count_as_the_text(open_page: Callable[..., Page]) -> None:
    page = open_page("/rules/new")
    page.get_by_label("正文").fill("四个汉字")
    page.get_by_label("随机一条").check()
    page.get_by_label("权重").fill("3")
    expect(page.get_by_text("12 / 2000 字节")).to_be_visible()


def test_what_is_seen_only_in_use_is_readable_too(
    open_page: Callable[..., Page], console: Console, desk: Desk
) -> None:
    """What `test_access_for_all` does not reach: chosen rows, every type of reply, outcomes."""
    hostile = "<img src=x onerror=alert(1)>" + "很长的字" * 7
    two = [rule("一"), rule("二", keywords=["一"], tags=["活动"], pick="random")]
    ids = rules.create_many(
        desk,
        [
            *two,
            rule(hostile, replies=[{"type": kind, **values} for kind, values in REPLIES.items()]),
        ],
    )
    console.bot.snapshots.refresh()
    found = []
    for path, language in itertools.product(("/rules/", f"/rules/{ids[2]}", TRIAL), ("zh", "en")):
        page = open_page(path, language=language)
        if path == TRIAL:
            page.locator("summary").first.click()
        if path == "/rules/":
            page.locator("[name=chosen]").first.check()
        found += faults(page)
    assert found == []


TRIAL = "/try/?lines=一%0A课程表"
REPLIES: dict[str, dict[str, Any]] = {
    "text": {"content": '看<a href="https://example.com/">这里</a>'},
    "image": {"media": "file:mysql-map.jpg", "alt": "一张图"},
    "voice": {"media": "media-1"},
    "video": {"media": "media-2", "title": "片名", "description": "说明"},
    "music": {"thumb": "media-3", "title": "曲名", "description": "歌手"},
    "news": {
        "articles": [
            {"title": f"第{place}篇", "description": "", "url": "https://example.com/"}
            for place in "一二"
        ]
    },
    "miniprogram": {"app_id": "wx1", "path": "a", "title": "小程序名", "thumb": "m"},
    "transfer": {},
}
