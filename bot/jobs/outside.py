"""The outside world as a worker sees it: WeChat and the image model. Only workers make one."""

from dataclasses import dataclass

from bot.images.provider import OpenAIProvider
from bot.settings import Settings
from bot.wechat.client import WeChat


@dataclass(frozen=True, slots=True)
class Outside:
    wechat: WeChat
    provider: OpenAIProvider

    @classmethod
    def of(cls, settings: Settings) -> "Outside":
        return cls(
            WeChat.of(settings),
            OpenAIProvider(
                base_url=settings.openai_base_url,
                api_key=settings.openai_api_key,
                model=settings.openai_image_model,
                quality=settings.openai_image_quality,
            ),
        )
