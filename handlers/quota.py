"""额度: what is left of today, and when the day begins anew."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.engine import Bot, Turn
from bot.models import Reply, TextReply
from bot.sentences import Ready, Sentences
from bot.store import money
from handlers.commands import says


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "额度", "我的额度", "次数"):
        return None
    say, limit = bot.sentences.say, bot.settings.follower_daily_images
    today = {"openid": turn.openid, "day": bot.today()}
    used = money.used(bot.db, bot.account_id, **today)
    drawn = money.drawn(bot.db, bot.account_id, **today)
    granted = max(0, drawn - used)
    told = say(
        "quota",
        used=drawn,
        left=max(0, limit - used),
        limit=limit,
        granted=Ready(say("quota.granted", granted=granted) if granted else ""),
        time=left_of_day(bot.sentences, turn.now, bot.settings.zone),
    )
    return TextReply(told)


def left_of_day(sentences: Sentences, now: datetime, zone: ZoneInfo) -> str:
    """Say how long it is from *now* until the next day of *zone* begins, in whole minutes."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    # In UTC: a day on which clocks are changed has 23 or 25 hours.
    left = datetime.combine(tomorrow, time(), zone).astimezone(UTC) - now.astimezone(UTC)
    hours, minutes = divmod(max(1, round(left.total_seconds() / 60)), 60)
    if hours:
        return sentences.say("time.hours", hours=hours, minutes=minutes)
    return sentences.say("time.minutes", count=minutes)
