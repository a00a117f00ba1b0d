"""Photos that belong together (图1, 图2 …): how many, and which they are now."""

from bot.engine import Bot
from bot.store import photos
from bot.store.photos import Photo

TOGETHER_MS = 600_000  # photos that came this close belong together; a sentence waits as long
MOST = 8


def most(bot: Bot) -> int:
    """Return how many photos an edit may start from; 0 where no image service edits."""
    return min(MOST, max(one.capability.edits for one in bot.providers))


def row(bot: Bot, openid: str, *, until: Photo | None = None) -> list[Photo]:
    """Return the photos the follower means now, oldest first; as `photos.together`."""
    return photos.together(bot.db, bot.account_id, openid, within_ms=TOGETHER_MS, until=until)
