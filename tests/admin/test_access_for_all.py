"""WCAG 2.2 AA on every page, light and dark, wide and on a phone, in both languages.

What only comes to sight in use (an open dialog, a preview, an error) is looked at where it is used.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from bot.editing import menu
from bot.settings import Settings
from bot.store.tables import library
from tests.admin import hostile, people, routes
from tests.admin.conftest import Console
from tests.browser import tour

# Every page and every tab of it; the world holds one of everything `hostile` plants.
PAGES: dict[str, tuple[str, ...]] = {
    "answers": (
        *("/", "/rules/", "/rules/?trigger=subscribe", "/rules/1", "/rules/new"),
        *("/try/", "/try/?lines=电子书%0A你好", "/unmatched/"),
        *("/menu/", "/menu/review", "/menu/live"),
    ),
    "files": (
        *("/library/", "/library/item/mysql-map.jpg", "/library/item/{file}", "/transfer/"),
        *("/transfer/1", "/transfer/2?fate=changed", "/transfer/2?fate=new", "/transfer/3"),
        *("/transfer/4", "/transfer/6", "/history/", "/history/1"),
    ),
    "pictures": (
        *("/gallery/", "/gallery/1", "/queue/", "/queue/{unknown}", "/reports/"),
        *("/followers/", "/followers/{follower}", "/complaints/"),
        *("/reviews/", "/reviews/?stage=input", "/services/"),
        *("/styles/", "/styles/new", "/styles/水彩", "/styles/hostile1"),
    ),
    "people": (
        *("/members/", "/members/logins", "/me/", "/me/totp", "/tokens/", "/tokens/new", "/api/"),
        *("/confirm", "/setup/phone", "/setup/wechat"),
    ),
    "settings": tuple(
        f"/settings/{name}"
        for name in ("wechat", "images", "quota", "law", "texts", "words", "system")
    ),
}
# Not for a member's eyes: the way in is walked by `test_setup`; parts, files and what leads on.
ELSEWHERE = {
    *("signin.login", "signin.password", "signin.code", "signin.recovery", "signin.enrol"),
    *("setup.index", "setup.arrivals", "overview.live", "transfer.rows", "settings.index"),
    *("admin.asset", "library.picture", "gallery.file", "gallery.deck", "apidocs.description"),
    *("reports.download", "transfer.export", "transfer.template"),
}
LONG = "W" * 300  # a word that breaks nowhere by itself


@pytest.fixture(name="settings")
def _settings(settings: Settings) -> Settings:
    """A real account's, which has more to set than the sandbox's."""
    return replace(settings, sandbox=False)


@pytest.fixture(name="ids")
def _ids(console: Console) -> dict[str, object]:
    """What stands for itself in the addresses of a world where everything has happened."""
    world = console.world
    people.chatter(world)
    found = people.troubles(world)
    menu.publish(hostile.desk(world, "小李"), world.outside.wechat)
    for text in ("秋天的第一杯奶茶", LONG):
        hostile.plant(world, text)
    with world.bot.db.read() as tx:
        file = tx.execute(select(library.c.name).where(library.c.name.contains("W"))).scalar()
    return found | {"file": file, "follower": world.bot.vault.veil(world.openid)}


@pytest.mark.browser
@pytest.mark.parametrize("group", PAGES)
def test_everybody_can_use_the_pages(
    group: str, open_page: Callable[..., Page], ids: dict[str, object]
) -> None:
    found = tour(open_page("/me/"), *(path.format(**ids) for path in PAGES[group]))
    assert found == []


def test_no_page_is_left_out(console: Console, ids: dict[str, object]) -> None:
    site = console.app.url_map.bind("localhost")
    paths = [path.format(**ids) for group in PAGES.values() for path in group]
    shown = {site.match(f"/admin{path.partition('?')[0]}")[0] for path in paths}

    assert {one.endpoint for one in routes.pages(console.app) if one.safe} == shown | ELSEWHERE
