"""OpenRouter: a picture as part of a chat's answer, which every picture model there can give.

Facts: openrouter.ai/docs, "Image Generation" and "Errors". Its newer ``POST /images`` refuses
parameters that a model does not know; this road ignores them. ``usage.cost`` is in US dollars.
"""

from typing import Any

from bot.errors import ProviderError, Reason
from bot.images import results
from bot.images.answers import Content, Dialect, error_of
from bot.images.contract import Ask, Capability
from bot.images.providers.adapter import Adapter
from bot.images.providers.sizing import Listed, Sizes

# Its ratios, with the sizes it names for them.
_RATIOS = {
    (1024, 1024): "1:1",
    (832, 1248): "2:3",
    (1248, 832): "3:2",
    (864, 1184): "3:4",
    (1184, 864): "4:3",
    (896, 1152): "4:5",
    (1152, 896): "5:4",
    (768, 1344): "9:16",
    (1344, 768): "16:9",
    (1536, 672): "21:9",
}
# Makers whose models give words beside the picture; the others give pictures only.
_TALKING = ("google/", "openai/")


def _error(content: object) -> Content | None:
    """Return the error; a 403 whose ``metadata`` has reasons is no wrong key but moderation."""
    error = error_of(content)
    metadata = error.get("metadata") if error else None
    if error and isinstance(metadata, dict) and metadata.get("reasons"):
        return {**error, "code": "403.flagged"}
    return error


DIALECT = Dialect(
    error=_error,
    codes={
        "403.flagged": Reason.MODERATION_INPUT,
        "401": Reason.BAD_KEY,
        "402": Reason.NO_MONEY,
        "408": Reason.OUTCOME_UNKNOWN,
        "429": Reason.RATE_LIMIT,
        "500": Reason.PROVIDER_DOWN,
        "502": Reason.PROVIDER_DOWN,
        "503": Reason.PROVIDER_DOWN,
        "504": Reason.OUTCOME_UNKNOWN,
    },
)


class OpenRouter(Adapter):
    home = "https://openrouter.ai/api/v1"
    path = "/chat/completions"
    dialect = DIALECT
    lists_models = True

    def known(self) -> Capability:
        return Capability(edits=3, letters=self.letters)

    def sizes(self) -> Sizes:
        return Listed(tuple(_RATIOS))

    def body(self, ask: Ask) -> dict[str, Any]:
        model = self.model_for(ask)
        pictures = [
            {"type": "image_url", "image_url": {"url": results.data_url(data)}}
            for data in ask.images
        ]
        content = [{"type": "text", "text": ask.prompt}, *pictures]
        return {
            "model": model,
            "messages": [{"role": "user", "content": content}],
            "modalities": ["image", "text"] if model.startswith(_TALKING) else ["image"],
            "image_config": {"aspect_ratio": _RATIOS[self.size(ask.width, ask.height)]},
            "user": ask.follower,
            "usage": {"include": True},
            "stream": False,
        }

    def items(self, content: Content) -> list[Any]:
        [choice] = results.dicts(content.get("choices"))[:1] or [{}]
        if choice.get("error"):
            return [choice]
        [message] = results.dicts([choice.get("message")]) or [{}]
        found = message.get("images")
        if not found and choice.get("finish_reason") == "content_filter":
            raise ProviderError(Reason.MODERATION_OUTPUT, "content_filter", billed=True)
        return found if isinstance(found, list) else []
