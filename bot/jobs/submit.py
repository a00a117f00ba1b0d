"""Accept a prompt: quota, budget and job in one transaction, before the follower is told."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from bot.engine import Bot, Turn
from bot.images.providers import costs
from bot.models import ClickEvent, ImageJob, ImageRequest
from bot.store import jobs
from bot.store.jobs import Order, Queue
from bot.store.money import Terms

MENU_WINDOW_MS = 60_000  # a menu tap allows pushes for a minute (api_sendcustommessage)
MICRO = 1_000_000


def submit(
    turn: Turn, bot: Bot, request: ImageRequest, *, acknowledge: Callable[[Queue], str]
) -> ImageJob:
    """Return the job of this message, made now or by an earlier push of it.

    Raises:
        Refused: the follower's quota or the budget is used up.
        StoreError: the database did not take it; nothing was accepted.
    """
    tapped = isinstance(turn.inbound, ClickEvent)
    order = Order(
        **asdict(terms(bot, request)),
        message_key=turn.key,
        openid=turn.openid,
        request=request,
        images_per_minute=bot.settings.images_per_minute,
        asked_at=turn.inbound.created,
        push_until=turn.inbound.created * 1000 + MENU_WINDOW_MS if tapped else 0,
        acknowledge=acknowledge,
    )
    return jobs.submit(bot.db, bot.account_id, order)


def terms(bot: Bot, request: ImageRequest) -> Terms:
    """What a picture costs now, and the limits it has to fit into."""
    settings = bot.settings
    today = datetime.now(settings.zone).date()
    day, month = today.isoformat(), f"{today:%Y-%m}"
    daily, monthly = settings.budget_daily, settings.budget_monthly
    return Terms(
        day=day,
        month=month,
        daily_images=settings.follower_daily_images,
        cost=costs.reserved(bot.prices, bot.providers, request),
        limits={
            day: None if daily is None else int(daily * MICRO),
            month: None if monthly is None else int(monthly * MICRO),
        },
    )
