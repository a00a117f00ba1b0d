"""Volcengine Ark (火山方舟), Doubao Seedream: one route for drawing and editing.

Facts: Ark's documentation of ``/images/generations`` and of its error codes (document 1299023).
There is no ``n`` and no ``quality``; ``watermark`` is true unless told otherwise; a picture that
failed is an ``error`` of its item within a 200. Only the pictures counted in
``usage.generated_images`` are charged.
"""

from typing import Any

from bot.errors import Reason
from bot.images import results
from bot.images.answers import Content, Dialect
from bot.images.contract import Ask, Capability
from bot.images.providers.adapter import Adapter
from bot.images.providers.sizing import Free, Sizes

_LEAST, _MOST = 2560 * 1440, 4096 * 4096
_LITE_MOST = 10_404_496
_SIZES = {
    "seedream-4-0": Free(sides=(512, 4096), area=(1280 * 720, _MOST)),
    "seedream-4-5": Free(sides=(512, 4096), area=(_LEAST, _MOST)),
    "seedream-5-0": Free(sides=(512, 4096), area=(_LEAST, _LITE_MOST)),
}
# An endpoint's id (ep-…) does not say its model: what all of them draw.
_ANY = Free(sides=(512, 4096), area=(_LEAST, _LITE_MOST))
_FORMATS = "seedream-5"  # the first that takes output_format

DIALECT = Dialect(
    codes={
        "sensitivecontentdetected": Reason.MODERATION_INPUT,
        "inputtextsensitivecontentdetected": Reason.MODERATION_INPUT,
        "inputimagesensitivecontentdetected": Reason.MODERATION_INPUT,
        "inputtextriskdetection": Reason.MODERATION_INPUT,
        "inputimageriskdetection": Reason.MODERATION_INPUT,
        "outputimagesensitivecontentdetected": Reason.MODERATION_OUTPUT,
        "outputimageriskdetection": Reason.MODERATION_OUTPUT,
        "accountoverdueerror": Reason.NO_MONEY,
        "setlimitexceeded": Reason.NO_MONEY,
        "quotaexceeded": Reason.NO_MONEY,
        "authenticationerror": Reason.BAD_KEY,
        "accessdenied": Reason.BAD_KEY,
        "ratelimitexceeded": Reason.RATE_LIMIT,
        "requestbursttoofast": Reason.RATE_LIMIT,
        "serveroverloaded": Reason.PROVIDER_DOWN,
    }
)


class Ark(Adapter):
    home = "https://ark.cn-beijing.volces.com/api/v3"
    dialect = DIALECT

    def known(self) -> Capability:
        return Capability(edits=10, letters=self.letters)

    def sizes(self) -> Sizes:
        return next((rule for name, rule in _SIZES.items() if name in self.model), _ANY)

    def body(self, ask: Ask) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model_for(ask),
            "prompt": ask.prompt,
            "size": self.size_for(ask),
            "response_format": "b64_json",
            "watermark": self.entry.watermark,
        }
        if _FORMATS in self.model:
            body["output_format"] = "jpeg"
        if ask.images:
            urls = [results.data_url(data) for data in ask.images]
            body["image"] = urls if len(urls) > 1 else urls[0]
        return body

    def free(self, content: Content) -> bool:
        usage = content.get("usage")
        return isinstance(usage, dict) and usage.get("generated_images") == 0
