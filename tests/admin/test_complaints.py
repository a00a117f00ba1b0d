"""投诉: seen by operators at once, handled with a note that is remembered."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.jobs import leaving
from bot.store import complaints, forgetting, history
from bot.store.database import now_ms
from bot.store.history import Filter
from bot.store.members import Role
from bot.store.tables import complaint, follower
from tests.admin.conftest import Console
from tests.admin.people import HOSTILE, work
from tests.worlds import World

NOTE = "已经道歉，图也隐藏了"


@pytest.fixture(name="complained", autouse=True)
def _complained(world: World) -> None:
    world.say("一只橘猫")
    work(world)
    for words in ("投诉 1号 画的是我", f"举报 {HOSTILE}"):
        world.say(words)


def is_open(console: Console, number: int) -> bool:
    with console.bot.db.read() as tx:
        found = complaints.find(tx, console.bot.account_id, number)
    assert found
    return not found.handled_at


def test_they_are_handled_by_operators_and_remembered(
    console: Console, sign_in: Callable[..., Console]
) -> None:
    operator = sign_in(Role.OPERATOR, name="小李")
    page = operator.page("/complaints/")
    assert page.index("投诉 2") < page.index("投诉 1")
    assert HOSTILE not in page
    assert "/admin/gallery/1/picture.jpg" in page
    assert "有 2 条投诉还没有处理" in operator.page("/")
    for note, said in (("  ", "请写一句处理结果"), ("长" * 256, "最多 255 个字")):
        refused = operator.post("/complaints/1/handle", data={"note": note})
        assert refused.status_code == 422
        assert said in refused.get_data(as_text=True)
    assert operator.post("/complaints/1/handle", data={"note": NOTE}).status_code == 303
    again = operator.post("/complaints/1/handle", data={"note": "我也来"})
    assert "已经处理过了" in again.get_data(as_text=True)
    assert "有 1 条投诉还没有处理" in operator.page("/")
    assert NOTE not in operator.page("/complaints/?state=open")
    assert NOTE in operator.page("/complaints/?state=handled")

    operator.post("/complaints/1/reopen")
    operator.post("/complaints/1/reopen")
    assert is_open(console, 1)
    entries, _ = history.page(console.bot.db, console.bot.account_id, Filter(), most=9)
    assert [(one.action, one.title, one.actor) for one in entries] == [
        ("complaint.reopen", "投诉 1", "小李"),
        ("complaint.handle", "投诉 1", "小李"),
    ]
    assert "标为已处理" in console.page("/history/")
    assert operator.post("/complaints/99/handle", data={"note": NOTE}).status_code == 404


def test_others_see_none_of_it(sign_in: Callable[..., Console]) -> None:
    for role in (Role.VIEWER, Role.EDITOR):
        console = sign_in(role)
        assert console.get("/complaints/").status_code == 403
        assert console.post("/complaints/1/handle", data={"note": NOTE}).status_code == 403
        assert "/admin/complaints/" not in console.page("/")


def test_what_is_old_is_pressing_and_who_left_has_no_page(console: Console, world: World) -> None:
    with world.bot.db.write() as tx:
        tx.execute(complaint.update().values(created_at=now_ms() - 4 * 24 * 3600 * 1000))
    forgetting.leave(world.bot.db, world.bot.account_id, world.openid)
    with world.bot.db.write() as tx:
        tx.execute(follower.update().values(left_at=1))
    leaving.forget_left(world.bot)
    page = console.page("/complaints/")

    assert page.count("已取消关注的粉丝") == 2
    assert "/followers/" not in page.partition('class="complaints"')[2]
    assert "画的是我" in page
    trouble = console.page("/live").partition("投诉还没有处理")[0].rpartition("<li")[2]
    assert trouble.startswith(' class="bad"')


@pytest.mark.browser
def test_it_is_handled_in_the_browser(open_page: Callable[..., Page], console: Console) -> None:
    page = open_page("/", width=390)
    trouble = page.get_by_role("listitem").filter(has_text="有 2 条投诉还没有处理")
    trouble.get_by_role("link", name="去处理").click()
    one = page.locator("#complaint-1")
    one.get_by_label("处理结果").fill(NOTE)
    one.get_by_role("button", name="标为已处理").click()
    expect(page.get_by_text("投诉 1 已标为处理。")).to_be_visible()
    expect(page.locator("#complaint-1")).to_contain_text(NOTE)
    page.get_by_label("状态").select_option("open")
    expect(page.locator("#complaint-1")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert not is_open(console, 1)
