"""WCAG 2.2 AA on every page, light and dark, wide and on a phone, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from bot.admin.navigation import ENTRIES
from tests.admin import hostile
from tests.admin.browser import violations
from tests.admin.conftest import Console

# Pages that the sidebar does not name. The world holds one of everything `hostile` plants.
DETAILS = ("/rules/1", "/rules/new", "/history/1", "/tokens/new", "/api/")
LONG = "W" * 300  # a word that breaks nowhere by itself


@pytest.mark.browser
@pytest.mark.parametrize("name", [*(entry.endpoint for entry in ENTRIES), *DETAILS])
def test_everybody_can_use_the_page(
    name: str, console: Console, open_page: Callable[..., Page]
) -> None:
    for text in ("秋天的第一杯奶茶", LONG):
        hostile.plant(console.world, text)
    path = name if name.startswith("/") else address(console, name)
    faults = []
    for language in ("zh", "en"):
        page = open_page(path, language=language)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 844})
                where = f"{language} {scheme} {width}"
                faults += [f"{where}: {one}" for one in (*violations(page), *wide(page, width))]

    assert faults == []


def address(console: Console, endpoint: str) -> str:
    """Return the page's address as `open_page` takes it."""
    return console.app.url_map.bind("localhost").build(endpoint).removeprefix("/admin")


def wide(page: Page, width: int) -> list[str]:
    """Return what reaches out of the page to the right, if it scrolls sideways."""
    if page.evaluate("document.documentElement.scrollWidth") <= width:
        return []
    found = page.evaluate(
        """width => [...document.querySelectorAll("body *")]
          .filter((one) => one.getBoundingClientRect().right > width + 1)
          .map((one) => one.outerHTML.slice(0, 120))""",
        width,
    )
    return [f"scrolls sideways: {one}" for one in found[:3]]
