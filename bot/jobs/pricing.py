"""What the one call of a request may cost at most: a picture at its dearest service, or a text."""

from typing import Final

from bot.engine import Bot
from bot.images import describing, outlined
from bot.images.providers import costs
from bot.models import ImageRequest, JobKind
from bot.store.jobs import TOGETHER

WRITTEN: Final = (JobKind.OUTLINE, JobKind.DESCRIBE)
SYSTEMS: Final = {JobKind.OUTLINE: outlined.SYSTEM, JobKind.DESCRIBE: describing.SYSTEM}
"""What a text model is told to be."""
_PICTURE_TOKENS = 3_000  # what a photo of the size we send takes at most
_PER_CHARACTER = 2  # tokens of a Chinese one, at most


def price(bot: Bot, request: ImageRequest) -> int:
    """Return it in micro-units; 0 for what makes no call."""
    if request.kind in TOGETHER:
        return 0
    if request.kind in WRITTEN:
        return _text(bot, request)
    return costs.reserved(bot.prices, bot.providers, request)


def _text(bot: Bot, request: ImageRequest) -> int:
    if bot.writer is None:
        return 0
    said = len(SYSTEMS[request.kind]) + len(request.prompt)
    tokens = _PER_CHARACTER * said + _PICTURE_TOKENS * len(request.sources)
    return bot.prices.text(bot.writer.model, input_tokens=tokens)
