"""MiniMax H3-Image: OpenAI's routes, fewer parameters, its own numbers for what went wrong.

Facts: platform.minimax.io, "image-generation-h3" and "errorcode". The server waits up to 600 s and
goes on drawing, and charging, after a caller has left.
"""

import re
from typing import Any, ClassVar

from bot.errors import Reason
from bot.images.answers import Content, Dialect, error_of
from bot.images.contract import Ask, Capability
from bot.images.providers.openai import MOST_IMAGES, OpenAI
from bot.images.providers.sizing import Free, Sizes

_SIZES = Free(sides=(256, 7680), area=(655_360, 20_000_000))
_NUMBER = re.compile(r"\((\d{4})\)\s*$")


def _error(content: object) -> Content | None:
    """Return the error: OpenAI's, its number at the end of its sentence, or ``base_resp``'s."""
    error = error_of(content)
    if error is not None:
        number = _NUMBER.search(str(error.get("message") or ""))
        return {**error, "code": number[1]} if number else error
    state = content.get("base_resp") if isinstance(content, dict) else None
    if not isinstance(state, dict) or state.get("status_code") in {0, None}:
        return None
    return {"code": state["status_code"], "message": state.get("status_msg")}


DIALECT = Dialect(
    error=_error,
    codes={
        "1000": Reason.PROVIDER_DOWN,
        "1001": Reason.OUTCOME_UNKNOWN,  # a time-out within
        "1002": Reason.RATE_LIMIT,
        "1004": Reason.BAD_KEY,
        "1008": Reason.NO_MONEY,
        "1013": Reason.PROVIDER_DOWN,
        "1024": Reason.PROVIDER_DOWN,
        "1026": Reason.MODERATION_INPUT,
        "1027": Reason.MODERATION_OUTPUT,
        "1033": Reason.PROVIDER_DOWN,
        "1039": Reason.RATE_LIMIT,
        "1041": Reason.RATE_LIMIT,
        "2013": Reason.BAD_REQUEST,
        "2049": Reason.BAD_KEY,
        "2056": Reason.NO_MONEY,
    },
)


class MiniMax(OpenAI):
    home = "https://api.minimax.io/v1"
    dialect = DIALECT
    lists_models = False
    qualities: ClassVar[tuple[str, ...]] = ()

    def known(self) -> Capability:
        return Capability(edits=MOST_IMAGES, letters=self.letters, timeout=600.0)

    def sizes(self) -> Sizes:
        return _SIZES

    def body(self, ask: Ask) -> dict[str, Any]:
        return {**self.basic(ask), "response_format": "b64_json"}
