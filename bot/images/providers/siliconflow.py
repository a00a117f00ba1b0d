"""SiliconFlow (硅基流动): ``image_size`` for size, pictures as addresses in ``images``.

Facts: docs.siliconflow.cn, images/generations. The address lives an hour. Errors are
``{"code": 20012, "message": …}``, and the bare JSON text "Invalid token".
"""

from typing import Any

from bot.errors import Reason
from bot.images import results
from bot.images.answers import Content, Dialect
from bot.images.contract import Ask, Capability
from bot.images.providers.adapter import Adapter
from bot.images.providers.sizing import Free, Listed, Sizes

_KOLORS = ((1024, 1024), (960, 1280), (768, 1024), (720, 1440), (720, 1280))
_QWEN = ((1328, 1328), (1664, 928), (1584, 1056), (1472, 1140))
_SIZES: dict[str, Sizes] = {
    "Kolors": Listed((*_KOLORS, *((height, width) for width, height in _KOLORS[1:]))),
    "Qwen-Image": Listed((*_QWEN, *((height, width) for width, height in _QWEN[1:]))),
}
_OTHERS = Free(sides=(512, 2048), area=(512 * 512, 2048 * 2048))
# How many pictures a model starts from, by a part of its name, the longer one first.
_EDITS = {"Qwen-Image-Edit-2509": 3, "Edit": 1, "Kontext": 1, "Kolors": 1}
_NAMES = ("image", "image2", "image3")
_BAD_KEY = "invalid token"


def _error(content: object) -> Content | None:
    if isinstance(content, str) and content.lower().startswith(_BAD_KEY):
        return {"code": _BAD_KEY, "message": content}
    if not isinstance(content, dict) or content.get("images") or content.get("data"):
        return None
    message = content.get("message")
    if isinstance(message, str) and message:
        return {"code": content.get("code"), "message": message}
    return None


DIALECT = Dialect(
    error=_error,
    codes={
        _BAD_KEY: Reason.BAD_KEY,
        "30001": Reason.NO_MONEY,  # the account's balance
        "30003": Reason.BAD_REQUEST,  # a model that was taken down
        "50501": Reason.PROVIDER_DOWN,
        "50505": Reason.PROVIDER_DOWN,  # the model is overloaded
        "50508": Reason.PROVIDER_DOWN,
        "50603": Reason.PROVIDER_DOWN,
        "50504": Reason.OUTCOME_UNKNOWN,  # a time-out within
    },
)


class SiliconFlow(Adapter):
    home = "https://api.siliconflow.cn/v1"
    dialect = DIALECT
    lists_models = True

    def known(self) -> Capability:
        model = self.entry.edit_model or self.model
        edits = next((most for name, most in _EDITS.items() if name in model), 0)
        return Capability(edits=edits, letters=self.letters)

    def sizes(self) -> Sizes:
        return next((rule for name, rule in _SIZES.items() if name in self.model), _OTHERS)

    def body(self, ask: Ask) -> dict[str, Any]:
        model = self.model_for(ask)
        body: dict[str, Any] = {"model": model, "prompt": ask.prompt}
        # The editing model keeps the size of its first picture and refuses the parameter.
        if "Qwen-Image-Edit" not in model:
            body["image_size"] = self.size_for(ask)
        if "Kolors" in model:
            body["batch_size"] = 1
        pictures = (results.data_url(data) for data in ask.images)
        return {**body, **dict(zip(_NAMES, pictures, strict=False))}
