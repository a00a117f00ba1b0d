"""Who has unfollowed is forgotten, and what was kept long enough is deleted."""

import logging
import time
from typing import Final

from bot.editing import followers
from bot.editing.desk import Desk
from bot.engine import Bot
from bot.errors import StorageError
from bot.store import forgetting, jobs, retention
from bot.store.history import Actor

log = logging.getLogger(__name__)
GRACE_MS: Final = 20_000  # to change one's mind; with the worker's pause well within the minute
MOST: Final = 50  # followers, or files, at a time
ROUNDS: Final = 20
SYSTEM: Final = Actor(name="系统", via="system")


def forget_left(bot: Bot) -> None:
    """Forget who unfollowed a moment ago; a job that is being drawn for them ends first."""
    desk, forgotten = Desk(bot.db, bot.account_id, SYSTEM), 0
    for openid in forgetting.left(bot.db, bot.account_id, for_ms=GRACE_MS, most=MOST):
        _cancel(bot, openid)
        nobody = bot.former(openid)
        if followers.forget_left(desk, openid, nobody=nobody, for_ms=GRACE_MS):
            forgotten += 1
    if forgotten:
        log.info("%d who left are forgotten", forgotten)
        sweep(bot)


def _cancel(bot: Bot, openid: str) -> None:
    now = bot.now_ms()
    jobs.cancel(
        bot.db,
        bot.account_id,
        openid=openid,
        message_key=f"left|{bot.former(openid)}|{now}",
        asked_at=int(time.time()) + 60,  # WeChat's clock may be ahead
    )


def sweep(bot: Bot) -> None:
    """Delete the files of who was forgotten; a worker that was killed before is made up for.

    So is a bucket that was away: the rows go on naming the files.
    """
    while True:
        pictures, photos = forgetting.leftovers(bot.db, bot.account_id, most=MOST)
        if not pictures and not photos:
            return
        try:
            for one in pictures:
                bot.pictures.sweep(one.prefix)
            for one in photos:
                if one.name:
                    bot.photos.drop(one.name)
        except StorageError as error:
            log.warning("files of who was forgotten are left to the next round: %s", error)
            return
        forgetting.swept(bot.db, pictures, photos)


def purge(bot: Bot) -> None:
    """Delete what is older than LOG_RETENTION_DAYS, in batches that keep nobody waiting."""
    sweep(bot)
    retention.purge_quotas(bot.db, bot.account_id, today=bot.today())
    for _ in range(ROUNDS):
        days = bot.settings.log_retention_days
        if not retention.purge(bot.db, bot.account_id, days=days):
            return
