"""A running sandbox on a private port and a tiny scripted webhook."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.app import create_app
from bot.sandbox.config import Config
from tests.sandbox.sandbox_stage import (
    AES_KEY,
    API_KEY,
    APP_ID,
    SECRET,
    TOKEN,
    Clock,
    Stage,
    Webhook,
    serving,
)


@pytest.fixture(name="make_stage")
def _make_stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Raise a sandbox with some of its configuration changed; the folder stays the same."""
    with ExitStack() as stack:

        def make(**changes: Any) -> Stage:
            webhook, clock = Webhook(), Clock()
            hook = stack.enter_context(serving(webhook))
            given: dict[str, Any] = {
                "app_id": APP_ID,
                "app_secret": SECRET,
                "token": TOKEN,
                "aes_key": AES_KEY,
                "api_key": API_KEY,
                "webhook_url": f"{hook}/wechat",
                "folder": tmp_path / "sandbox",
                "image_delay": 0.0,
                "push_timeout": 4.0,
            }
            config = Config(**given | changes)
            app = create_app(config, clock=clock)
            world = app.extensions["world"]
            stack.callback(world.close)
            address = stack.enter_context(serving(app))
            return Stage(address, config, world, webhook, clock)

        yield make


@pytest.fixture(name="stage")
def _stage(make_stage: Callable[..., Stage]) -> Stage:
    return make_stage()


@pytest.fixture(name="hasty")
def _hasty(make_stage: Callable[..., Stage]) -> Stage:
    """A WeChat that waits 0.6 s instead of five."""
    return make_stage(push_timeout=0.6)
