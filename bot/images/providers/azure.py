"""Azure OpenAI: OpenAI's parameters, the deployment in the address, its own header for the key.

*base_url* is the resource (``https://<name>.openai.azure.com``) or its newer address ending in
``/openai/v1``, which takes OpenAI's own form; *model* is the deployment's name.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.images.contract import Ask, Capability
from bot.images.providers.openai import OpenAI

if TYPE_CHECKING:
    from bot.images.providers.wire import Line

_VERSION = "2025-04-01-preview"


class Azure(OpenAI):
    home = ""
    lists_models = False

    def known(self) -> Capability:
        return replace(super().known(), moderates=False)

    def body(self, ask: Ask) -> dict[str, Any]:
        # Its own content filter is always on, and the abuse it looks for is by `user`.
        return {**self.basic(ask), **self.form(ask), "user": ask.follower}

    def who(self) -> dict[str, str]:
        return {"api-key": self.entry.api_key}

    def line(self, ask: Ask | None = None) -> "Line":
        line = super().line(ask)
        if self.base_url.endswith("/openai/v1"):
            return line
        deployment = quote(self.model_for(ask) if ask else self.model, safe="")
        return replace(
            line,
            base_url=f"{self.base_url}/openai/deployments/{deployment}",
            query={"api-version": self.entry.api_version or _VERSION},
        )
