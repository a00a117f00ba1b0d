"""The account's WeChat, with a token that all processes share where there is a Redis."""

from bot.counts import Counts
from bot.settings import Settings
from bot.vault import Vault
from bot.wechat.client import WeChat


def wechat_of(settings: Settings, counts: Counts | None = None) -> WeChat:
    """Return WeChat as *settings* name it; its calls are counted in *counts*."""
    if not settings.redis_url:
        return WeChat.of(settings, counts)
    from bot.memory import Memory  # noqa: PLC0415 — the embedded default does without Redis

    vault = Vault(settings.secret_key)
    # Another secret or address has a memory of its own: neither token nor pause of the old one.
    words = (settings.wechat_app_id, settings.wechat_app_secret, settings.wechat_api_base)
    name = vault.derive(f"memory {' '.join(words)}").hex()[:32]
    return WeChat.of(settings, counts, Memory(settings.redis_url, name=name, seals=vault))
