"""The outside world as a worker sees it: WeChat and the image model. Only workers make one."""

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Self

from bot.images.provider import OpenAIProvider
from bot.settings import Settings
from bot.wechat.client import WeChat


@dataclass(frozen=True, slots=True)
class Outside:
    """*settings* are those it was made of."""

    wechat: WeChat
    provider: OpenAIProvider
    settings: Settings

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(WeChat.of(settings), _provider(settings), settings)

    def renewed(self, settings: Settings) -> Self:
        """Return the outside as *settings* have it, each half made anew only if it changed.

        Raises:
            ConfigError: they cannot be used.
        """
        old = self.settings
        if settings is old:
            return self
        wechat = self.wechat if _WECHAT(old) == _WECHAT(settings) else WeChat.of(settings)
        provider = self.provider if _MODEL(old) == _MODEL(settings) else _provider(settings)
        return replace(self, wechat=wechat, provider=provider, settings=settings)


_WECHAT = attrgetter("wechat_app_id", "wechat_app_secret", "wechat_api_base")
_MODEL = attrgetter(
    "openai_base_url", "openai_api_key", "openai_image_model", "openai_image_quality"
)


def _provider(settings: Settings) -> OpenAIProvider:
    return OpenAIProvider(
        base_url=settings.openai_base_url,
        api_key=settings.openai_api_key,
        model=settings.openai_image_model,
        quality=settings.openai_image_quality,
    )
