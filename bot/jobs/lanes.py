"""Which providers may be asked for a picture now, in the operator's order."""

from bot.engine import Bot
from bot.store.claims import Lane


def lanes(bot: Bot) -> list[Lane]:
    return [Lane(name="openai", images_per_minute=bot.settings.images_per_minute, edits=16)]
