"""审核: what was not allowed, and who draws no more today; the pause is lifted by an operator."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.editing import settings as editing
from bot.editing.settings import Drawer
from bot.live import WORDS
from bot.models import TextReply
from bot.store import decisions, history
from bot.store.decisions import Decision
from bot.store.history import Filter
from bot.store.members import Role
from tests.admin import hostile
from tests.admin.conftest import Console
from tests.admin.people import HOSTILE, work
from tests.worlds import World


@pytest.fixture(name="refused", autouse=True)
def _refused(world: World) -> None:
    """A follower was refused three times today: twice by the operator, once by the service."""
    bot = world.bot
    drawer = Drawer(hostile.desk(world, "小李"), bot.base, bot.vault)
    editing.save(drawer, {WORDS: "屠龙刀"})
    bot.snapshots.refresh()
    world.say(f"一把屠龙刀 {HOSTILE}")
    world.say("两把屠龙刀")
    world.say("一张违规的画")
    work(world)
    bot.buffer.flush()


def drawn(world: World) -> str:
    reply = world.say("一只橘猫")
    assert isinstance(reply, TextReply)
    return reply.content


def test_what_was_blocked_is_told_by_its_step(console: Console, world: World) -> None:
    page = console.page("/reviews/")
    table = page.partition("<table")[2]
    assert table.index("一张违规的画") < table.index("两把屠龙刀") < table.index("&lt;img src=x")
    assert HOSTILE not in page
    assert "flagged: illicit" in page
    assert page.count("屏蔽词：屠龙刀") == 2
    assert world.openid not in page
    only = console.page("/reviews/?stage=input")
    assert "屠龙刀" not in only
    assert "/admin/queue/1" in only
    assert "这一步没有拦过" in console.page("/reviews/?stage=output")
    checks = console.page("/queue/1").partition('id="checks-title"')[2]
    assert "没通过" in checks
    assert "画之前查描述" in checks


def test_an_operator_lifts_the_pause_and_it_is_remembered(
    console: Console, world: World, sign_in: Callable[..., Console]
) -> None:
    veiled = world.bot.vault.veil(world.openid)
    assert "今天已经有 3 次" in drawn(world)
    assert "今天不再画" in console.page(f"/followers/{veiled}")
    editor = sign_in(Role.EDITOR)
    assert "解除今天的暂停</button>" not in editor.page("/reviews/")
    assert editor.post(f"/reviews/pardon/{veiled}").status_code == 403

    operator = sign_in(Role.OPERATOR, name="小李")
    for _ in range(2):
        operator.post(f"/reviews/pardon/{veiled}", data={"then": "follower"})
    assert "收到" in drawn(world)
    assert "今天不再画" not in console.page(f"/followers/{veiled}")
    assert "由 小李" in console.page("/reviews/")
    (entry,), _total = history.page(world.bot.db, 1, Filter(subject="follower"), most=9)
    assert (entry.action, entry.actor) == ("follower.pardon", "小李")
    assert world.openid not in str(entry)
    day = world.bot.today()
    assert decisions.blocks(world.bot.db, 1, openid=world.openid, day=day) == 0
    assert console.post(f"/reviews/pardon/{world.bot.vault.veil('oNobody')}").status_code == 303


def test_only_who_was_blocked_often_today_is_paused(world: World) -> None:
    bot = world.bot
    for openid, day, count in (("oTwice", bot.today(), 2), ("oLong", "2020-01-01", 9)):
        for number in range(count):
            made = Decision(
                openid=openid,
                message_key=f"{openid}|{number}",
                stage="words",
                verdict="blocked",
                reason="x",
                day=day,
            )
            with bot.db.write() as tx:
                decisions.record(bot.db, tx, 1, made)
    assert decisions.paused(bot.db, 1, day=bot.today(), most=3) == {world.openid: 3}
    assert decisions.paused(bot.db, 1, day=bot.today(), most=2) == {world.openid: 3, "oTwice": 2}


@pytest.mark.browser
def test_the_pause_is_lifted_in_the_browser(open_page: Callable[..., Page], world: World) -> None:
    page = open_page("/reviews/", width=390)
    page.get_by_label("步骤").select_option("words")
    expect(page.locator("table")).not_to_contain_text("一张违规的画")
    page.get_by_role("button", name="解除今天的暂停").click()
    expect(page.get_by_text("已解除，这位粉丝现在就能再画。")).to_be_visible()
    expect(page.get_by_text("今天暂停的粉丝")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert "收到" in drawn(world)
