"""概览: today against the week, what is to be done with its page, the first steps."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from bench.children import free_port
from bot.admin import attention
from bot.memory import Bells
from bot.models import JobState
from bot.store import counters, leases
from bot.store import settings as stored
from bot.store.tables import budget, image_job, message
from tests.admin.conftest import Console
from tests.browser import faults
from tests.worlds import World

DAY_MS = 24 * 3600 * 1000


def alive(world: World) -> None:
    leases.take(world.bot.db, leases.ALIVE + "w", owner="w", seconds=600)


def said(world: World, *, days_ago: int, count: int, handler: str = "keyword") -> None:
    at = world.bot.now_ms() - days_ago * DAY_MS
    own = {"account_id": world.bot.account_id, "openid": "o", "kind": "text", "content": "x"}
    own |= {"handler": handler, "created_at": at, "micros": 400}
    with world.bot.db.write() as tx:
        rows = [own | {"message_key": f"{handler}{days_ago}:{n}"} for n in range(count)]
        tx.execute(message.insert(), rows)


def test_today_is_compared_with_the_week_before(console: Console) -> None:
    alive(console.world)
    said(console.world, days_ago=2, count=14)
    said(console.world, days_ago=0, count=3)
    page = console.page("/")

    assert "前 7 天平均 2，今天已到 150%" in page
    assert "和前 7 天差不多" in page
    assert '<polyline points="2.0,25.0' in page
    assert "一切正常" in page
    assert console.get("/live", headers={"HX-Request": "true"}).status_code == 200


@pytest.mark.parametrize(
    ("reason", "said_"),
    [("no_money", "图片服务的余额用完了，今天有 1 张没画成"), ("bad_key", "图片服务不认密钥")],
)
def test_a_provider_that_fails_is_named(console: Console, reason: str, said_: str) -> None:
    own = {"account_id": console.bot.account_id, "message_key": "k", "openid": "o", "prompt": "x"}
    own |= {"width": 1, "height": 1, "acknowledgement": "", "state": JobState.FAILED}
    own |= {"day": console.bot.today(), "created_at": console.bot.now_ms(), "reason": reason}
    with console.bot.db.write() as tx:
        tx.execute(image_job.insert().values(own))

    assert said_ in console.page("/")


@pytest.mark.parametrize(("room", "mark"), [(0, "warn"), (1 << 60, "bad")])
def test_a_disk_that_fills_up_is_told(
    console: Console, monkeypatch: pytest.MonkeyPatch, room: int, mark: str
) -> None:
    alive(console.world)
    monkeypatch.setattr(attention, "LEAST_FREE", 1 << 60)
    monkeypatch.setattr(attention, "ROOM", room)
    page = console.page("/")

    assert "存图片的盘只剩" in page
    assert f'<li class="{mark}">' in page


def test_a_redis_that_is_away_is_told(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = Bells(f"redis://127.0.0.1:{free_port()}", name="x", heard=lambda: None)
    monkeypatch.setattr(console.bot.snapshots, "_bells", nobody)
    assert "Redis 没有应答或写不进" not in console.page("/")
    nobody.ring()

    assert "Redis 没有应答或写不进" in console.page("/")
    assert "huaxin_redis_up 0.0" in console.world.client.get("/metrics").get_data(as_text=True)


def test_everything_that_needs_attention_has_its_sentence(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, world = console.bot, console.world
    today = bot.today()
    counts = {"stale": 2, "forged": 3, "wechat_token_failed": 4}
    counters.add(bot.db, bot.account_id, day=today, counts=counts)
    said(world, days_ago=4, count=25, handler="default")
    with bot.db.write() as tx:
        spent = {"account_id": bot.account_id, "period": today, "amount": 45_000_000}
        tx.execute(budget.insert().values(spent))
        stored.touch(tx, bot.account_id)
        offered = (
            '{"name": "gpt-image-2.5-flare", "offered": true, "end": "%s", "at": 1}' % today  # noqa: UP031 — JSON's own braces
        )
        changed = {
            "check.model.openai": offered,
            "BUDGET_DAILY": "50",
            "OPENAI_API_KEY": "unsealed",
        }
        stored.keep(tx, bot.account_id, changed)
    real = replace(bot.base, settings=replace(bot.base.settings, sandbox=False, wechat_aes_key=""))
    monkeypatch.setattr(bot.snapshots, "base", real)
    bot.snapshots.refresh()
    page = console.page("/")

    for sentence in (
        "今天有 2 次推送因为时间差太大被拒绝",
        "今天有 3 次推送签名不对",
        "微信今天 4 次拒绝了我们的凭据",
        "微信还没有验证过推送地址",
        "现在是明文模式",
        "画图进程没有在运行",
        "今天的预算用了 90%",
        "gpt-image-2.5-flare 将于",
        "SECRET_KEY 换过了，这些保存的值读不出来：OPENAI_API_KEY",
        "7 天里有 25 句话没有对上关键词",
    ):
        assert sentence in page, sentence
    assert 'href="/admin/settings/quota"' in page


def test_the_steps_tick_themselves_and_can_be_hidden(console: Console) -> None:
    assert "做好 0 / 5" in console.page("/")
    console.post("/settings/budget", data={"BUDGET_DAILY": "50"})
    console.bot.snapshots.refresh()
    console.world.say("电子书")
    console.bot.buffer.flush()
    assert "做好 2 / 5" in console.page("/")
    console.post("/hide")

    assert "头几步" not in console.page("/")


@pytest.mark.browser
def test_the_page_follows_and_is_for_everybody(
    open_page: Callable[..., Page], world: World
) -> None:
    said(world, days_ago=2, count=14)
    page = open_page("/")
    expect(page.get_by_text("画图进程没有在运行")).to_be_visible()
    alive(world)
    expect(page.get_by_text("一切正常。")).to_be_visible(
        timeout=20_000
    )  # it asks every few seconds
    assert faults(page) == []
