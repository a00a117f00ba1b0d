"""The scripted WeChat and a client of it with short deadlines."""

from collections.abc import Iterator

import pytest

from bot.wechat.client import WeChat
from tests.wechat.scripted_wechat import SECRET, ScriptedWeChat


@pytest.fixture(name="platform")
def _platform() -> Iterator[ScriptedWeChat]:
    platform = ScriptedWeChat()
    yield platform
    platform.close()


@pytest.fixture(name="client")
def _client(platform: ScriptedWeChat) -> WeChat:
    return WeChat(
        "wx1",
        SECRET,
        api_base=platform.address,
        connect_timeout=1.0,
        read_timeout=1.5,
        deadline=10.0,
        upload_deadline=10.0,
    )
