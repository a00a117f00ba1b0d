"""WeChat's API, as pages and the JSON API call it."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bot.admin.parts import bot

if TYPE_CHECKING:
    from bot.wechat.client import WeChat


def wechat() -> "WeChat":
    return _client(bot().settings)


@lru_cache(maxsize=2)
def _client(settings: Any) -> "WeChat":
    """Return the process's client, which keeps its token; made when it is first needed."""
    from bot.platform import wechat_of  # noqa: PLC0415 — its library is slow to load

    return wechat_of(settings)
