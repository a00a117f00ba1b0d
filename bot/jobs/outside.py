"""The outside world as a worker sees it: WeChat and the models. Only workers make one."""

from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Self

from bot.counts import Counts
from bot.images.contract import Provider
from bot.images.providers.table import providers_of
from bot.images.text_model import TextModel, text_model_of
from bot.platform import wechat_of
from bot.settings import Settings
from bot.wechat.client import WeChat


@dataclass(frozen=True, slots=True)
class Outside:
    """*providers* are in order of preference, at least one; *settings* those it was made of.

    *text* is the model that writes, None where there is none.
    """

    wechat: WeChat
    providers: tuple[Provider, ...]
    text: TextModel | None
    settings: Settings
    counts: Counts = field(default_factory=Counts)

    @classmethod
    def of(cls, settings: Settings, counts: Counts | None = None) -> Self:
        """Return what *settings* name; WeChat's calls are counted in *counts*.

        Raises:
            ConfigError: the settings cannot be used.
        """
        counted = counts or Counts()
        wechat = wechat_of(settings, counted)
        return cls(wechat, providers_of(settings), text_model_of(settings), settings, counted)

    @property
    def provider(self) -> Provider:
        """The preferred one."""
        return self.providers[0]

    @property
    def moderator(self) -> Provider | None:
        """Who judges words and pictures besides the one that draws; None where nobody does."""
        return next((one for one in self.providers if one.capability.moderates), None)

    def named(self, name: str) -> Provider | None:
        """The provider the dispatcher chose; None where it was taken out of the settings."""
        return next((one for one in self.providers if one.name == name), None)

    def renewed(self, settings: Settings) -> Self:
        """Return the outside as *settings* have it, each part made anew only if it changed.

        Raises:
            ConfigError: they cannot be used.
        """
        old = self.settings
        if settings is old:
            return self
        wechat = (
            self.wechat if _WECHAT(old) == _WECHAT(settings) else wechat_of(settings, self.counts)
        )
        providers, text = self.providers, self.text
        if _MODELS(old) != _MODELS(settings):
            providers, text = providers_of(settings), text_model_of(settings)
        return replace(self, wechat=wechat, providers=providers, text=text, settings=settings)


_WECHAT = attrgetter("wechat_app_id", "wechat_app_secret", "wechat_api_base")
_MODELS = attrgetter(
    "openai_base_url",
    "openai_api_key",
    "openai_image_model",
    "openai_image_quality",
    "openai_text_model",
    "images_per_minute",
    "image_providers",
)
