"""The phone in Chromium, the real sandbox behind it, and a scripted bot for it to push to."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Tabs
from tests.sandbox.phone.phone_stage import Bot, OpenPhone
from tests.sandbox.sandbox_stage import Stage, serving


@pytest.fixture(name="bot")
def _bot() -> Bot:
    return Bot()


@pytest.fixture(name="stage")
def _stage(make_stage: Callable[..., Stage], bot: Bot) -> Iterator[Stage]:
    with serving(bot) as webhook:
        yield make_stage(webhook_url=f"{webhook}/wechat", push_timeout=1.0)


@pytest.fixture(name="open_phone")
def _open_phone(stage: Stage, tabs: Tabs) -> OpenPhone:
    def open_phone(**look: Any) -> Page:
        page = tabs.open(**look)
        page.goto(stage.address)
        expect(page.get_by_role("heading", name="画信体验号")).to_be_visible()
        return page

    return open_phone


@pytest.fixture(name="phone")
def _phone(open_phone: OpenPhone) -> Page:
    return open_phone()
