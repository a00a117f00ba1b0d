"""Alibaba's DashScope (阿里云百炼), in its own protocol: Qwen-Image, Wan, Z-Image.

Facts: help.aliyun.com/model-studio, "Qwen image generation and editing" and "Error codes".
Sizes are ``W*H``; a picture comes as the address of a PNG that lives 24 hours; an error may come
with HTTP 200, as ``code`` beside no ``output``.
"""

from typing import Any

from bot.errors import Reason
from bot.images import results
from bot.images.answers import Content, Dialect
from bot.images.contract import Ask, Capability
from bot.images.providers.adapter import Adapter
from bot.images.providers.sizing import Free, Listed, Sizes
from bot.images.results import Usage

_FREE = Free(sides=(256, 4096), area=(512 * 512, 2048 * 2048), ratio=8)
_FIRST = ((1328, 1328), (1664, 928), (1472, 1140), (1140, 1472), (928, 1664))
# The first generation knows these sizes only.
_LISTED = ("qwen-image", "qwen-image-plus", "qwen-image-max")
_PLAIN = "z-image"  # draws one picture, without a watermark, and knows no parameter for either
# How many pictures a model starts from, by the beginning of its name.
_EDITS = {"qwen-image-2.1-pro": 10, "qwen-image-2": 3, "qwen-image-3": 3, "qwen-image-edit": 3}


def _error(content: object) -> Content | None:
    if not isinstance(content, dict) or content.get("output"):
        return None
    code, message = content.get("code"), str(content.get("message") or "")
    if not isinstance(code, str) or not code:
        return None
    # "Input data may contain…", "Output data…", and "Input or output data…", which says neither.
    blocked = message.lower().startswith(("input data", "input text", "input image"))
    return {"code": f"{code}.input" if blocked else code, "message": message}


DIALECT = Dialect(
    error=_error,
    codes={
        "datainspectionfailed.input": Reason.MODERATION_INPUT,
        "datainspectionfailed": Reason.MODERATION_OUTPUT,
        "data_inspection_failed": Reason.MODERATION_OUTPUT,
        "ipinfringementsuspect": Reason.MODERATION_INPUT,
        "faqruleblocked": Reason.MODERATION_INPUT,
        "arrearage": Reason.NO_MONEY,
        "allocationquota": Reason.NO_MONEY,
        "throttling.allocationquota": Reason.RATE_LIMIT,
        "throttling": Reason.RATE_LIMIT,
        "limitrequests": Reason.RATE_LIMIT,
        "prepaidbilloverdue": Reason.NO_MONEY,
        "postpaidbilloverdue": Reason.NO_MONEY,
        "commoditynotpurchased": Reason.NO_MONEY,
        "invalidapikey": Reason.BAD_KEY,
        "accessdenied": Reason.BAD_KEY,
        "internalerror.timeout": Reason.OUTCOME_UNKNOWN,
        "requesttimeout": Reason.OUTCOME_UNKNOWN,
        "internalerror": Reason.PROVIDER_DOWN,
        "systemerror": Reason.PROVIDER_DOWN,
        "modelunavailable": Reason.PROVIDER_DOWN,
    },
)


class DashScope(Adapter):
    home = "https://dashscope.aliyuncs.com"
    path = "/api/v1/services/aigc/multimodal-generation/generation"
    dialect = DIALECT

    def known(self) -> Capability:
        model = self.entry.edit_model or self.model
        edits = next((most for name, most in _EDITS.items() if model.startswith(name)), 0)
        return Capability(edits=edits, letters=self.letters)

    def sizes(self) -> Sizes:
        return Listed(_FIRST) if self.model in _LISTED else _FREE

    def body(self, ask: Ask) -> dict[str, Any]:
        parameters: dict[str, Any] = {"size": self.size_for(ask, between="*")}
        if not self.model_for(ask).startswith(_PLAIN):
            parameters |= {"n": 1, "watermark": self.entry.watermark}
        pictures = [{"image": results.data_url(data)} for data in ask.images]
        content = [*pictures, {"text": ask.prompt}]
        return {
            "model": self.model_for(ask),
            "input": {"messages": [{"role": "user", "content": content}]},
            "parameters": parameters,
        }

    def items(self, content: Content) -> list[Any]:
        [output] = results.dicts([content.get("output")]) or [{}]
        return [
            part["image"]
            for choice in results.dicts(output.get("choices"))
            for message in results.dicts([choice.get("message")])
            for part in results.dicts(message.get("content"))
            if part.get("image")
        ]

    def usage(self, content: Content) -> Usage:
        """Pictures are counted, not tokens."""
        del content
        return Usage()
