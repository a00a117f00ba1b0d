"""The kinds of image services, a line each, and those in use, the preferred one first."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from bot.errors import ConfigError
from bot.images.contract import Provider
from bot.images.providers import file
from bot.images.providers.adapter import Adapter
from bot.images.providers.ark import Ark
from bot.images.providers.azure import Azure
from bot.images.providers.dashscope import DashScope
from bot.images.providers.entry import Entry, TextEntry
from bot.images.providers.file import Written
from bot.images.providers.gateway import Gateway
from bot.images.providers.local import Local
from bot.images.providers.minimax import MiniMax
from bot.images.providers.openai import OpenAI
from bot.images.providers.openrouter import OpenRouter
from bot.images.providers.siliconflow import SiliconFlow
from bot.images.providers.zhipu import Zhipu
from bot.settings import Settings, read_environment

KINDS: Final[Mapping[str, type[Adapter]]] = {
    "openai": OpenAI,
    "azure": Azure,
    "ark": Ark,
    "siliconflow": SiliconFlow,
    "zhipu": Zhipu,
    "dashscope": DashScope,
    "minimax": MiniMax,
    "openrouter": OpenRouter,
    "gateway": Gateway,
    "local": Local,
}


def providers_of(settings: Settings) -> tuple[Provider, ...]:
    """Return the image services in use, in order of preference; the same objects every time.

    They are those of the file IMAGE_PROVIDERS, which is read once, or the one of the OPENAI_
    settings. Nothing is loaded or connected before the first call.

    Raises:
        ConfigError: everything that is wrong with them, a line each.
    """
    if settings.image_providers:
        return tuple(_adapter(entry) for entry in _read(settings.image_providers).providers)
    try:
        return (_adapter(_only(settings)),)
    except ConfigError as problem:
        raise ConfigError(f"OPENAI_ 设置不能用：{problem}") from None


def text_entry(settings: Settings) -> TextEntry | None:
    """Return the text model in use, None where there is none.

    Raises:
        ConfigError: everything that is wrong with the file, a line each.
    """
    written = _read(settings.image_providers).text if settings.image_providers else None
    entry = written or TextEntry(model=settings.openai_text_model)
    if not entry.model:
        return None
    return replace(
        entry,
        base_url=entry.base_url or settings.openai_base_url,
        api_key=entry.api_key or settings.openai_api_key,
    )


def _only(settings: Settings) -> Entry:
    return Entry(
        name="openai",
        kind="openai",
        base_url=settings.openai_base_url,
        api_key=settings.openai_api_key,
        model=settings.openai_image_model,
        quality=settings.openai_image_quality,
        images_per_minute=settings.images_per_minute,
    )


@lru_cache(maxsize=16)
def _adapter(entry: Entry) -> Adapter:
    return KINDS[entry.kind](entry)


@lru_cache(maxsize=4)
def _read(path: Path) -> Written:
    return file.read(path, environ=read_environment(), kinds=KINDS)
