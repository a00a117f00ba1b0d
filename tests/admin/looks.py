"""Every look of a page: both languages, schemes and widths."""

from collections.abc import Callable, Iterator
from itertools import product

from playwright.sync_api import Page

from tests.admin.browser import violations


def faults(open_page: Callable[..., Page], path: str) -> Iterator[str]:
    """Yield what axe finds in any look of the page, and where it scrolls sideways."""
    for language in ("zh", "en"):
        page = open_page(path, language=language)
        for scheme, width in product(("light", "dark"), (1280, 390)):
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.locator(f'html[data-bs-theme="{scheme}"]').wait_for()
            look = f"{path} {language} {scheme} {width}"
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide != width:
                yield f"{look} is {wide} wide"
            yield from (f"{look} {one}" for one in violations(page))
