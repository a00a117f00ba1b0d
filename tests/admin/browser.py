"""Chromium as the console's tests drive it, and what axe finds in a page."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Keeps what the browser itself refuses for the page's teardown to look at.
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
VENDOR = Path(__file__).parents[1] / "vendor"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


# Whether the page wears the colours the browser asks for.
DRESSED = """() => {
  const { theme, bsTheme } = document.documentElement.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return bsTheme === (theme || (dark ? "dark" : "light"));
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "these tests need Debian's chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong, in Chinese, with the element."""
    page.wait_for_function(DRESSED)
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    if not page.evaluate("'axe' in window"):
        # Evaluated, not added as a script: the CSP rightly refuses that.
        page.evaluate((VENDOR / "axe.min.js").read_text("utf-8"))
        page.evaluate(
            "locale => axe.configure({locale})",
            json.loads((VENDOR / "axe.zh_CN.json").read_text("utf-8")),
        )
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{one['id']}: {one['help']}: {node['html']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page that is shown: light and dark, wide and narrow."""
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found += [f"{page.url} {scheme} {width}: {one}" for one in violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{page.url} is {wide} px wide"] if wide > width else []
    return found


def tour(page: Page, *paths: str) -> list[str]:
    """Return what is wrong with the pages, in Chinese and English."""
    found = []
    for language in ("zh", "en"):
        origin = page.evaluate("location.origin")
        page.context.add_cookies([{"name": "huaxin_language", "value": language, "url": origin}])
        for path in paths:
            page.goto(f"/admin{path}")
            assert (page.locator("html").get_attribute("lang") or "").startswith(language)
            found += faults(page)
    return found
