"""未命中: what no rule answered, grouped as the matcher would, and what is done about it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.store import history, rules, unmatched
from bot.store.history import Filter
from bot.store.members import Role
from tests.admin.conftest import Console

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(name="said", autouse=True)
def _said(console: Console) -> None:
    """Two followers have said things; the first rules are there."""
    world = console.world
    for text in ("几点开门", "几点开门？", "电子书", "电子数", HOSTILE):
        world.say(text)
    world.answer(world.message("幾點開門", openid="oSecond-0000000000000000000001"))
    console.bot.buffer.flush()


def shown(page: str) -> list[str]:
    """Return text, times and followers of each row."""
    cells = [part.partition("</td>")[0] for part in page.split("<td")[1:]]
    words = [cell.partition(">")[2].strip() for cell in cells]
    return [f"{words[at]} {words[at + 1]} {words[at + 2]}" for at in range(0, len(words), 5)]


def test_what_was_said_is_grouped_as_the_matcher_reads_it(console: Console) -> None:
    assert shown(console.page("/unmatched/?kind=image")) == [
        "幾點開門 3 2",
        "&lt;img src=x onerror=alert(1)&gt; 1 1",
    ]
    assert shown(console.page("/unmatched/?kind=suggestion")) == ["电子数 1 1"]
    assert shown(console.page("/unmatched/")) == []
    assert shown(console.page("/unmatched/?kind=image&text=開門")) == ["幾點開門 3 2"]


def test_the_default_answer_is_no_answer(console: Console) -> None:
    """Without pictures for every text, the rest gets the default rule or nothing."""
    settings = console.bot.settings
    object.__setattr__(settings, "prompt_trigger", "prefix")
    console.world.say("营业时间")
    console.bot.buffer.flush()

    assert shown(console.page("/unmatched/")) == ["营业时间 1 1"]


def test_a_text_is_ignored_and_listed_again(console: Console) -> None:
    asked = {"key": "几点开门", "kind": "image", "days": "7"}
    assert console.post("/unmatched/ignore", data=asked).status_code == 303
    assert len(shown(console.page("/unmatched/?kind=image"))) == 1
    assert shown(console.page("/unmatched/?kind=image&shown=ignored")) == ["幾點開門 3 2"]

    console.post("/unmatched/heed", data=asked)
    assert len(shown(console.page("/unmatched/?kind=image"))) == 2
    entries, _ = history.page(console.bot.db, console.bot.account_id, Filter(), most=9)
    assert [(entry.action, entry.title) for entry in entries] == [
        ("unmatched.heed", "几点开门"),
        ("unmatched.ignore", "几点开门"),
    ]


def test_what_is_older_is_left_out(console: Console) -> None:
    later = console.bot.now_ms() + 60_000

    assert unmatched.said(console.bot.db, console.bot.account_id, kind="image", since=later) == []


def test_a_viewer_sees_no_button(sign_in: Callable[..., Console]) -> None:
    viewer = sign_in(Role.VIEWER)
    page = viewer.page("/unmatched/?kind=image")

    assert "幾點開門" in page
    assert "/rules/new" not in page
    assert "忽略</button>" not in page
    assert viewer.post("/unmatched/ignore", data={"key": "x"}).status_code == 403


@pytest.mark.browser
def test_what_was_said_becomes_a_rule(open_page: Callable[..., Page], console: Console) -> None:
    page = open_page("/unmatched/")
    page.get_by_role("link", name="当成画图").click()
    row = page.get_by_role("row", name="幾點開門")
    row.get_by_role("link", name="建规则").click()
    page.get_by_label("正文").fill("九点")
    page.get_by_role("button", name="保存并生效").click()
    expect(page.get_by_role("link", name="幾點開門")).to_be_visible()

    assert (
        rules.page(console.bot.db, console.bot.account_id, rules.Filter(text="幾點開門"), most=1)[1]
        == 1
    )
    page.goto("/admin/unmatched/?kind=image")
    page.get_by_role("row", name="幾點開門").get_by_role("button", name="忽略").click()
    expect(page.get_by_text("已忽略，不再列出。")).to_be_visible()
