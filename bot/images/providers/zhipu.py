"""Zhipu (智谱) and Z.ai: GLM-Image and CogView; no editing, ``n`` is ignored.

Facts: docs.bigmodel.cn, images/generations and its error codes. ``watermark_enabled`` is true
unless told otherwise, and only who has signed the platform's waiver may switch it off.
"""

from typing import Any, ClassVar

from bot.errors import Reason
from bot.images.answers import Content, Dialect, error_of
from bot.images.contract import Ask, Capability
from bot.images.providers.adapter import Adapter
from bot.images.providers.sizing import Free, Sizes

_GLM = Free(step=32, sides=(1024, 2048), area=(1024 * 1024, 2**22), ratio=2)
_COGVIEW = Free(sides=(512, 2048), area=(512 * 512, 2**21))


def _error(content: object) -> Content | None:
    """Return the error; 1301 says whose words were blocked in ``contentFilter`` beside it."""
    error = error_of(content)
    if error is None or not isinstance(content, dict) or str(error.get("code")) != "1301":
        return error
    filters = content.get("contentFilter") or content.get("content_filter")
    roles = {one.get("role") for one in filters or () if isinstance(one, dict)}
    return {**error, "code": "1301.user" if roles == {"user"} else "1301"}


DIALECT = Dialect(
    error=_error,
    codes={
        **dict.fromkeys(("1000", "1001", "1002", "1003", "1004", "1005"), Reason.BAD_KEY),
        **dict.fromkeys(("1110", "1111", "1112", "1121", "1220"), Reason.BAD_KEY),
        **dict.fromkeys(("1113", "1309", "1311"), Reason.NO_MONEY),
        **dict.fromkeys(("1304", "1308", "1310"), Reason.NO_MONEY),  # used up until a later day
        **dict.fromkeys(("1302", "1303", "1305", "1312"), Reason.RATE_LIMIT),
        "1301.user": Reason.MODERATION_INPUT,
        "1301": Reason.MODERATION_OUTPUT,
        "1234": Reason.OUTCOME_UNKNOWN,  # 网络错误
    },
)


class Zhipu(Adapter):
    home = "https://open.bigmodel.cn/api/paas/v4"
    dialect = DIALECT
    qualities: ClassVar[tuple[str, ...]] = ("hd", "standard")

    def known(self) -> Capability:
        return Capability(letters=self.letters)

    def sizes(self) -> Sizes:
        return _GLM if self.model.startswith("glm-image") else _COGVIEW

    def body(self, ask: Ask) -> dict[str, Any]:
        body = {
            "model": self.model_for(ask),
            "prompt": ask.prompt,
            "size": self.size_for(ask),
            "watermark_enabled": self.entry.watermark,
            "user_id": ask.follower[:128].ljust(6, "0"),
        }
        quality = self.quality_for(ask)
        return {**body, "quality": quality} if quality else body

    def quality_for(self, ask: Ask) -> str:
        # glm-image draws in hd only.
        if self.model.startswith("glm-image"):
            return "hd"
        wanted = ask.quality or self.quality
        return {"high": "hd", "xhigh": "hd", "max": "hd", "hd": "hd"}.get(wanted, "standard")
