"""The phone in Chromium, the real sandbox behind it, and a scripted bot for it to push to."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.sandbox.phone.phone_stage import Bot, OpenPhone
from tests.sandbox.sandbox_stage import Stage, serving

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


@pytest.fixture(name="chromium", scope="module")
def _chromium() -> Iterator[Browser]:
    """A browser for one file: Playwright keeps its thread's event loop running while it lives."""
    path = shutil.which("chromium")
    assert path, "these tests need Debian's chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(name="bot")
def _bot() -> Bot:
    return Bot()


@pytest.fixture(name="stage")
def _stage(make_stage: Callable[..., Stage], bot: Bot) -> Iterator[Stage]:
    with serving(bot) as webhook:
        yield make_stage(webhook_url=f"{webhook}/wechat", push_timeout=1.0)


@pytest.fixture(name="open_phone")
def _open_phone(chromium: Browser, stage: Stage) -> Iterator[OpenPhone]:
    """Open phones; afterwards none may have had an error or a refusal by the CSP."""
    pages: list[Page] = []
    errors: list[str] = []

    def open_phone(*, width: int = 1280, scheme: str = "light") -> Page:
        context = chromium.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": 844},
        )
        context.set_default_timeout(10_000)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        pages.append(page)
        page.goto(stage.address)
        expect(page.get_by_role("heading", name="画信体验号")).to_be_visible()
        return page

    yield open_phone
    for page in pages:
        errors += page.evaluate("window.violations")
        page.context.close()
    assert errors == []


@pytest.fixture(name="phone")
def _phone(open_phone: OpenPhone) -> Page:
    return open_phone()
