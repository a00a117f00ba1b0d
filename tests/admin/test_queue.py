"""任务队列: seen live, and moved by an operator's hand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from bot.models import JobState
from bot.store import money
from bot.store.members import Role
from bot.store.tables import image_job, quota
from tests.admin.conftest import Console
from tests.admin.people import HOSTILE, troubles
from tests.worlds import World


@pytest.fixture(name="ids")
def _ids(world: World) -> dict[str, int]:
    return troubles(world)


def used(world: World) -> int:
    day = world.bot.today()
    return money.used(world.bot.db, world.bot.account_id, openid=world.openid, day=day)


def test_the_queue_shows_who_waits_and_who_works(console: Console, ids: dict[str, int]) -> None:
    page = console.page("/queue/")
    assert f'id="job-{ids["queued"]}"' in page
    for words in ("第 1 位", "host:1:ab", "服务不可用", "服务没有回话", "等粉丝来取"):
        assert words in page
    assert HOSTILE not in page
    part = console.get("/queue/", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in part
    assert "第 1 位" in part


def test_cancelled_pictures_are_refunded_and_told(console: Console, ids: dict[str, int]) -> None:
    world, before = console.world, used(console.world)
    console.post(f"/queue/{ids['queued']}/cancel", data={"then": "queue"})
    assert world.job(ids["queued"]).state is JobState.CANCELLED
    assert used(world) == before - 1
    world.work()
    assert f"第 {ids['queued']} 号：运营者取消了这张图" in world.pushed()[-1]["text"]


def test_a_retried_picture_is_drawn(console: Console, ids: dict[str, int]) -> None:
    console.post(f"/queue/{ids['failed']}/retry")
    assert "刚刚有了变化" in console.client.post(
        f"/admin/queue/{ids['failed']}/retry",
        headers={"X-CSRFToken": console.csrf},
        follow_redirects=True,
    ).get_data(as_text=True)
    console.world.work()
    assert console.world.job(ids["failed"]).state is JobState.DELIVERED


def test_a_retry_without_quota_says_so(console: Console, ids: dict[str, int]) -> None:
    with console.bot.db.write() as tx:
        tx.execute(update(quota).values(used=console.bot.settings.follower_daily_images))
    console.post(f"/queue/{ids['failed']}/retry")
    assert "额度用完了" in console.page(f"/queue/{ids['failed']}")
    assert console.world.job(ids["failed"]).state is JobState.FAILED


def test_a_picture_is_sent_again(console: Console, ids: dict[str, int]) -> None:
    console.post(f"/queue/{ids['waiting']}/send")
    assert console.world.job(ids["waiting"]).state is JobState.GENERATED


@pytest.mark.parametrize("paid", ["yes", "no"])
def test_an_unknown_one_is_released_and_told(
    console: Console, ids: dict[str, int], paid: str
) -> None:
    world, before = console.world, used(console.world)
    reserved = world.job(ids["unknown"]).cost
    assert console.post(f"/queue/{ids['unknown']}/release").status_code == 303
    assert world.job(ids["unknown"]).state is JobState.UNKNOWN, "a verdict is needed"
    console.post(f"/queue/{ids['unknown']}/release", data={"paid": paid})

    job = world.job(ids["unknown"])
    assert (job.state, job.cost) == (JobState.FAILED, reserved if paid == "yes" else 0)
    assert used(world) == before - 1
    world.work()
    assert any("运营者核对过了" in item.get("text", "") for item in world.pushed())


def test_a_released_one_may_be_drawn_anew(console: Console, ids: dict[str, int]) -> None:
    console.post(f"/queue/{ids['unknown']}/release", data={"paid": "no", "again": "on"})
    console.world.work()
    assert console.world.job(ids["unknown"]).state is JobState.DELIVERED


def test_a_paid_failure_is_paid_again_only_with_the_box_ticked(
    console: Console, ids: dict[str, int]
) -> None:
    world, failed = console.world, ids["failed"]
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).where(image_job.c.id == failed).values(cost=290_000))
    assert "我知道上一次已经花了 ¥0.29" in console.page(f"/queue/{failed}")
    console.post(f"/queue/{failed}/retry")
    assert world.job(failed).state is JobState.FAILED
    console.post(f"/queue/{failed}/retry", data={"pay_again": "on"})
    assert world.job(failed).state is JobState.QUEUED


def test_an_editor_looks_and_does_not_touch(
    sign_in: Callable[..., Console], ids: dict[str, int]
) -> None:
    editor = sign_in(Role.EDITOR)
    assert editor.world.openid not in editor.page(f"/queue/{ids['failed']}")
    for path in ("cancel", "retry", "send", "release"):
        assert editor.post(f"/queue/{ids['failed']}/{path}").status_code == 403
    assert "<form" not in editor.page("/queue/").partition('id="live"')[2].partition("</main>")[0]


@pytest.mark.browser
def test_the_queue_moves_by_itself_and_a_press_acts(
    open_page: Callable[..., Page], world: World, ids: dict[str, int]
) -> None:
    page = open_page("/queue/")
    row = page.locator(f"#job-{ids['queued']}")
    row.get_by_role("button", name="取消这张图").click()
    expect(page.get_by_text("已取消，钱和次数都退回了。")).to_be_visible()
    expect(row).to_have_count(0)
    world.say("一座安静的灯塔")
    expect(page.get_by_text("一座安静的灯塔")).to_be_visible()
    page.get_by_role("link", name="释放…").click()
    page.get_by_label("没有扣费").check()
    page.get_by_role("button", name="释放").click()
    expect(page.get_by_text("已释放，粉丝会收到说明。")).to_be_visible()
