"""试一试: many lines, each with what would come of it, and nothing done."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from bot.editing import rules
from bot.editing.desk import Desk
from bot.store import rules as stored
from bot.store.history import Actor
from bot.store.members import Role
from bot.store.tables import image_job, message
from tests.admin.conftest import Console

RULES: list[dict[str, Any]] = [
    {"name": "书", "keywords": ["电子书"], "replies": ["答"]},
    {
        "name": "停了",
        "keywords": [{"text": "优惠", "mode": "contains"}],
        "replies": ["答"],
        "enabled": False,
    },
]


@pytest.fixture(name="ready", autouse=True)
def _ready(console: Console) -> None:
    desk = Desk(console.bot.db, console.bot.account_id, Actor(name="小李", via="console"))
    stored.replace(desk.db, desk.account_id, [])
    rules.create_many(desk, RULES)
    console.bot.snapshots.refresh()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("电子书", "由规则回答"),
        ("你好", "寒暄，回复帮助"),
        ("电子书吗", "反问是不是这个关键词"),
        ("有优惠吗", "已停用"),
        ("一只在雪山下喝茶的猫", "当成画图"),
    ],
)
def test_each_line_is_told_what_comes_of_it(console: Console, line: str, shown: str) -> None:
    page = console.post("/try/", data={"lines": f"\n {line} \n"}).get_data(as_text=True)

    assert shown in page
    assert page.count('class="tried"') == 1


def test_nothing_is_done_by_trying(console: Console) -> None:
    console.post("/try/", data={"lines": "画一只猫\n电子书"})
    console.bot.buffer.flush()

    with console.bot.db.read() as tx:
        rows = [
            tx.execute(select(func.count()).select_from(one)).scalar_one()
            for one in (image_job, message)
        ]
    assert rows == [0, 0]


def test_only_so_many_lines_are_looked_at(console: Console) -> None:
    page = console.post("/try/", data={"lines": "电子书\n" * 230}).get_data(as_text=True)

    assert page.count('class="tried"') == 200
    assert "还有 30 行没有看" in page


def test_a_viewer_may_try_but_gets_no_button(
    sign_in: Callable[..., Console],
) -> None:
    page = sign_in(Role.VIEWER).page("/try/?lines=<img src=x onerror=alert(1)>")

    assert "用这句话建规则" not in page
    assert "<img src=x" not in page


@pytest.mark.browser
def test_a_line_becomes_a_rule(open_page: Callable[..., Page]) -> None:
    page = open_page("/try/")
    page.get_by_label("粉丝会说的话").fill("电子书\n你们几点开门")
    page.get_by_role("button", name="看看怎么回").click()
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_text("为什么").nth(1).click()
    expect(page.get_by_text("就用这条")).to_be_visible()
    page.get_by_role("link", name="用这句话建规则").click()
    expect(page.get_by_label("关键词", exact=True)).to_have_value("你们几点开门")
