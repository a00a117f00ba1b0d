"""Chromium as the tests drive it, and what axe finds in a page."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
# Keeps what the browser itself refuses for `Tabs.close` to look at.
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
VENDOR = Path(__file__).parent / "vendor"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What another colour scheme may spoil, where all else was looked at in the first.
COLOURS = ["color-contrast", "link-in-text-block"]
# Only what is wrong leaves the page: all that axe has to say takes as long to tell as to find.
FOUND = """async (options) => (await axe.run(document, options)).violations.flatMap(
  (one) => one.nodes.map((node) => `${one.id}: ${one.help}: ${node.html}`))"""
WIDTHS = (1280, 390)
HEIGHT = 844
# Whether a page of the console wears the colours the browser asks for; the phone has no theme.
DRESSED = """() => {
  const { theme, bsTheme } = document.documentElement.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return !bsTheme || bsTheme === (theme || (dark ? "dark" : "light"));
}"""
OUTSIDE = """width => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > width + 1)
  .map((one) => one.outerHTML.slice(0, 120))"""


@contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "these tests need Debian's chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


class Tabs:
    """Pages in a browser, each with a profile of its own."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._pages: list[Page] = []
        self._errors: list[str] = []

    def open(
        self, *, width: int = 1280, scheme: str = "light", language: str = "zh", **options: Any
    ) -> Page:
        context = self._browser.new_context(
            locale="zh-CN" if language == "zh" else "en-US",
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": HEIGHT},
            **options,
        )
        context.set_default_timeout(10_000)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("pageerror", lambda error: self._errors.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        self._pages.append(page)
        return page

    def close(self) -> None:
        """Close them all; none may have had an error or a refusal by the CSP."""
        for page in self._pages:
            self._errors += page.evaluate("window.violations")
            page.context.close()
        assert self._errors == []


def violations(page: Page, *, only: list[str] | None = None) -> list[str]:
    """Return what axe finds wrong, in Chinese, with the element; by all rules or *only* some."""
    page.wait_for_function(DRESSED)
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    if not page.evaluate("'axe' in window"):
        # Evaluated, not added as a script: the CSP rightly refuses that.
        page.evaluate((VENDOR / "axe.min.js").read_text("utf-8"))
        page.evaluate(
            "locale => axe.configure({locale})",
            json.loads((VENDOR / "axe.zh_CN.json").read_text("utf-8")),
        )
    wanted = {"resultTypes": ["violations"], "runOnly": only or RULES}
    found: list[str] = page.evaluate(FOUND, wanted)
    return found


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page that is shown: light and dark, wide and narrow."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme="light")
        wrong = violations(page)
        page.emulate_media(color_scheme="dark")
        wrong += [f"dark: {one}" for one in violations(page, only=COLOURS)]
        found += [f"{page.url} {width}: {one}" for one in (*wrong, *_sticks_out(page, width))]
    return found


def _sticks_out(page: Page, width: int) -> list[str]:
    """Return what reaches out of the page to the right, if it scrolls sideways."""
    if page.evaluate("document.documentElement.scrollWidth") <= width:
        return []
    found = page.evaluate(OUTSIDE, width)
    return [f"scrolls sideways: {one}" for one in found[:3] or ["the page itself"]]


def speak(page: Page, language: str) -> None:
    """Have the console answer in that language from the next page on."""
    origin = page.evaluate("location.origin")
    page.context.add_cookies([{"name": "huaxin_language", "value": language, "url": origin}])


def tour(page: Page, *paths: str) -> list[str]:
    """Return what is wrong with pages of the console, in Chinese and English."""
    found = []
    for language in ("zh", "en"):
        speak(page, language)
        for path in paths:
            answer = page.goto(f"/admin{path}")
            assert answer, path
            shown = page.locator("html").get_attribute("lang") or ""
            if not (answer.ok and shown.startswith(language)) or answer.request.redirected_from:
                found.append(f"{path} is not shown: {answer.url} {answer.status} {shown}")
            found += faults(page)
    return found
