"""图片服务: who draws and how it does; an operator has a paused one asked again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.editing import services as editing
from bot.editing.desk import Desk
from bot.errors import Reason
from bot.images.offered import CHECK
from bot.store import breakers, history
from bot.store import settings as stored
from bot.store.history import Actor, Filter
from bot.store.members import Role
from tests.admin.conftest import Console
from tests.admin.people import work
from tests.worlds import World

GENERATIONS = "/v1/images/generations"
PLAIN = "gpt-image-2.6-flare"
DOWN = {"status": 500, "json": {"error": {"message": "down", "type": "server_error"}}}

KEY = {"json": {"error": {"message": "no key", "code": "invalid_api_key"}}}


@pytest.fixture(name="world")
def _world(make_world: Callable[..., World], tmp_path: Path) -> World:
    """A world with a service that fails first, and one that only draws, at a price of its own."""
    bare = make_world()
    address, key = bare.bot.settings.openai_base_url, bare.bot.settings.openai_api_key
    own = f'base_url = "{address}"\napi_key = "{key}"\nimages_per_minute = 600\n'
    file = tmp_path / "providers.toml"
    file.write_text(
        f'[[provider]]\nname = "first"\nkind = "openai"\nmodel = "gpt-image-2.5-flare"\n{own}'
        f'[[provider]]\nname = "plain"\nkind = "gateway"\nmodel = "{PLAIN}"\nprice = 0.2\n'
        f"edits = 0\ntransparent = false\n{own}"
    )
    return make_world(image_providers=file)


def fail(world: World) -> None:
    for _ in range(breakers.OPENS_AFTER):
        breakers.failed(world.bot.db, 1, "first", Reason.PROVIDER_DOWN)


def test_what_each_is_and_did_is_told_without_a_key(console: Console, world: World) -> None:
    world.sandbox.script({"match": GENERATIONS, "times": 1, **DOWN})
    world.say("一只橘猫")
    work(world)
    offered = f'{{"name": "{PLAIN}", "offered": true, "end": "2027-03-01", "at": 1}}'
    with world.bot.db.write() as tx:
        stored.keep(tx, 1, {f"{CHECK}plain": offered})
    page = console.page("/services/")
    first, plain = page.split('class="card service"')[1:3]

    assert "改图，最多" in first
    assert '画好 0 张 · <span class="text-danger">失败 1 次' in first
    assert "不能改图" in plain
    assert "方图一张最多 ¥0.20" in plain
    assert "你在文件里写的价" in plain
    assert "画好 1 张" in plain
    assert "2027-03-01 停用" in plain
    assert "providers.toml" in page
    assert world.bot.settings.openai_api_key not in page
    assert "providers.toml" in console.page("/settings/images")
    assert "first" in console.page("/queue/1").partition("先问过")[2]


def test_the_test_button_asks_every_service(console: Console, world: World) -> None:
    page = console.post("/settings/try/images").get_data(as_text=True)
    assert "<b>first</b> gpt-image-2.5-flare 能用" in page
    assert f"<b>plain</b> {PLAIN} 能用" in page
    world.sandbox.script({"match": "/v1/models", "status": 401, "times": 1, **KEY})
    page = console.post("/settings/try/images").get_data(as_text=True)
    assert (page.count("chip good"), page.count("chip bad")) == (1, 1)
    assert world.sandbox.calls(GENERATIONS) == []


def test_a_pause_is_seen_on_the_overview_and_lifted_once(
    console: Console, world: World, sign_in: Callable[..., Console]
) -> None:
    assert "连着失败" not in console.page("/live")
    fail(world)
    assert "图片服务 first 连着失败" in console.page("/live")
    viewer = sign_in(Role.VIEWER)
    assert "现在就恢复" not in viewer.page("/services/")
    assert viewer.post("/services/first/resume").status_code == 403
    assert console.post("/services/none/resume").status_code == 404

    desk = Desk(world.bot.db, 1, Actor(name="小李", via="console"))
    assert editing.resume(desk, "first")
    assert not editing.resume(desk, "first")
    assert not breakers.read(world.bot.db, 1)["first"].open
    (entry,), total = history.page(world.bot.db, 1, Filter(subject="service"), most=9)
    assert (entry.action, entry.title, entry.before, total) == (
        *("service.resume", "first", {"failures": 3}, 1),
    )
    assert "恢复使用" in console.page("/history/")


def test_without_one_that_edits_the_operator_is_told(
    make_world: Callable[..., World], console: Console, world: World, tmp_path: Path
) -> None:
    said = "没有能改图的图片服务"
    assert said not in console.page("/live")
    file = tmp_path / "only.toml"
    entry: Any = '[[provider]]\nname = "x"\nkind = "local"\nmodel = "sd"\n'
    file.write_text(f'{entry}base_url = "http://127.0.0.1:9"\nedits = 0\n')
    world.bot.snapshots.base = make_world(image_providers=file).bot.base
    with world.bot.db.write() as tx:
        stored.touch(tx, 1)
    world.bot.snapshots.refresh()
    assert said in console.page("/live")


@pytest.mark.browser
def test_a_service_is_resumed_in_the_browser(open_page: Callable[..., Page], world: World) -> None:
    fail(world)
    page = open_page("/", width=390)
    page.get_by_role("link", name="图片服务 first 连着失败").click()
    expect(page.get_by_text("因为“服务不可用”，连着 3 次")).to_be_visible()
    page.get_by_role("button", name="现在就恢复").click()
    expect(page.get_by_text("已恢复，下一张图就可以给它。")).to_be_visible()
    expect(page.get_by_role("button", name="现在就恢复")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
