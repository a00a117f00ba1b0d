"""What the labels say of a picture's making."""

from bot.engine import Bot


def produced(bot: Bot, name: str) -> dict[str, str]:
    """Return who made the picture of that *name*, and its number: the same for all its files."""
    settings = bot.settings
    return {
        "produce_id": name.partition("/")[2].partition(".")[0],
        "producer": settings.aigc_producer or settings.wechat_app_id,
    }
