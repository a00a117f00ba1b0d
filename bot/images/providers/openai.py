"""OpenAI's images API, through its own SDK (3.54): generate as JSON, edits as a form."""

import logging
from typing import Any, ClassVar

from bot.errors import ProviderError, Reason
from bot.images import results
from bot.images.answers import Answer
from bot.images.contract import Ask, Capability
from bot.images.providers.adapter import Adapter
from bot.images.providers.sizing import Free, Listed, Sizes

log = logging.getLogger(__name__)

MOST_IMAGES = 16
GPT_SIZES = Free(sides=(16, 3840), area=(655_360, 8_294_400))
"""The guide's limits for the models from 2 on: ÷16, ratio 1:3…3:1."""
_MODERATION_MODEL = "omni-moderation-latest"
_OLD = ("gpt-image-1", "chatgpt-image")
_OLD_SIZES = Listed(((1024, 1024), (1536, 1024), (1024, 1536)))
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class OpenAI(Adapter):
    home = "https://api.openai.com/v1"
    lists_models = True
    qualities: ClassVar[tuple[str, ...]] = ("low", "medium", "high", "xhigh", "max", "auto")

    def known(self) -> Capability:
        return Capability(edits=MOST_IMAGES, transparent=True, letters=self.letters, moderates=True)

    def sizes(self) -> Sizes:
        return _OLD_SIZES if self.model.startswith(_OLD) else GPT_SIZES

    def body(self, ask: Ask) -> dict[str, Any]:
        body = {**self.basic(ask), **self.form(ask), "safety_identifier": ask.follower}
        return body if ask.images else {**body, "moderation": "auto"}

    def basic(self, ask: Ask) -> dict[str, Any]:
        """What every server of this shape knows."""
        body = {
            "model": self.model_for(ask),
            "prompt": ask.prompt,
            "n": 1,
            "size": self.size_for(ask),
        }
        quality = self.quality_for(ask)
        return {**body, "quality": quality} if quality else body

    def form(self, ask: Ask) -> dict[str, Any]:
        """A JPEG is quicker to make, to send and to read; only a PNG can be seen through."""
        if ask.transparent and self.capability.transparent:
            return {"output_format": "png", "background": "transparent"}
        return {"output_format": "jpeg", "output_compression": 90}

    def call(self, ask: Ask) -> Answer:
        from bot.images.providers import wire  # noqa: PLC0415 — only who calls loads the SDK

        body = self.body(ask)

        def made(client: Any) -> Any:
            if not ask.images:
                return client.images.with_raw_response.generate(**body)
            # Bytes without a name and type are refused: 400 unsupported_file_mimetype.
            parts = [part(data, number) for number, data in enumerate(ask.images, 1)]
            # One picture is `image`, several are `image[]`: some servers know no `image[]`.
            image = parts if len(parts) > 1 else parts[0]
            return client.images.with_raw_response.edit(image=image, **body)

        return wire.ask(self.line(ask), made, seconds=self.timeout)

    def moderate(self, text: str, *, images: tuple[bytes, ...] = ()) -> None:
        """Raise ProviderError if *text* or *images* are flagged.

        Without an answer they pass: the image call moderates by itself. Nothing is asked of a
        service that has OpenAI's routes but not this one.
        """
        if not self.capability.moderates:
            return
        parts = [
            {"type": "text", "text": text},
            *({"type": "image_url", "image_url": {"url": results.data_url(one)}} for one in images),
        ]
        asked: Any = parts if images else text
        try:
            content = self.side_call(
                lambda client: client.moderations.with_raw_response.create(
                    input=asked, model=_MODERATION_MODEL
                )
            )
        except ProviderError as failure:
            log.warning("moderation unavailable at %s, passed on: %s", self.name, failure)
            return
        for result in results.dicts(content.get("results")):
            if result.get("flagged") is True:
                raise ProviderError(Reason.MODERATION_INPUT, _flags(result), billed=False)


def part(data: bytes, number: int) -> tuple[str, bytes, str]:
    """Return *data* as a named and typed part of a form."""
    kind = results.mime(data)
    return f"{number}.{_ENDINGS[kind]}", data, kind


def _flags(result: dict[str, Any]) -> str:
    [categories] = results.dicts([result.get("categories")]) or [{}]
    flagged = sorted(name for name, on in categories.items() if on is True)
    return f"flagged: {', '.join(flagged) or 'no category named'}"
