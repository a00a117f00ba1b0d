"""Accept a prompt: quota, budget and job in one transaction, before the follower is told."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from bot.counts import ACCEPTED
from bot.engine import Bot, Turn
from bot.errors import Reason, Refused
from bot.failpoints import Point, hit
from bot.images.contract import Provider
from bot.images.providers import costs
from bot.jobs.admission import admit
from bot.jobs.credit import credit
from bot.jobs.pricing import WRITTEN, price
from bot.models import ClickEvent, ImageJob, ImageRequest, JobKind
from bot.store import jobs
from bot.store.jobs import DRAWN, Order, Part, Queue
from bot.store.money import Terms

MENU_WINDOW_MS = 60_000  # a menu tap allows pushes for a minute (api_sendcustommessage)
MICRO = 1_000_000


def submit(
    turn: Turn,
    bot: Bot,
    request: ImageRequest,
    *,
    acknowledge: Callable[[Queue], str],
    parts: Sequence[tuple[int, ImageRequest]] = (),
    parent_id: int = 0,
    instead_of: int = 0,
) -> ImageJob:
    """Return the job of this message, made now or by an earlier push of it.

    *parts* are what a sheet or a deck is put together from, each with its page. A sheet counts as
    one picture, a deck as its pages. *parent_id* and *instead_of* as in `Order`.

    Raises:
        Refused: it may not be drawn, no provider can, or the quota or the budget is used up, or
            not enough of them is left.
        StoreError: the database did not take it; nothing was accepted.
    """
    if known := jobs.repeated(bot.db, turn.key):
        return known
    admit(turn, bot, request)
    if not all(_able(bot, one) for one in (request, *(part for _page, part in parts))):
        raise Refused(Reason.NOT_OFFERED)
    order = replace(
        _order(turn, bot, request, acknowledge),
        parts=tuple(_part(bot, request, page, part) for page, part in parts),
        parent_id=parent_id,
        instead_of=instead_of,
    )
    job = jobs.submit(bot.db, bot.account_id, order)
    hit(Point.JOB_SUBMITTED)
    bot.counts.add(ACCEPTED, request.kind)
    return job


def _order(
    turn: Turn, bot: Bot, request: ImageRequest, acknowledge: Callable[[Queue], str]
) -> Order:
    """Return the order of a request by itself; its acknowledgement names the model, too."""
    asked_at = turn.inbound.created
    tapped = isinstance(turn.inbound, ClickEvent)
    return Order(
        **asdict(terms(bot, request)),
        message_key=turn.key,
        openid=turn.openid,
        request=request,
        images_per_minute=_images_per_minute(bot, request),
        asked_at=asked_at,
        push_until=asked_at * 1000 + MENU_WINDOW_MS if tapped else 0,
        acknowledge=lambda queue: "\n".join(filter(None, (acknowledge(queue), credit(bot)))),
        units=0 if request.kind is JobKind.DECK else 1,
        former=bot.former(turn.openid),
        at_once=bot.settings.follower_concurrent_images,
    )


def _able(bot: Bot, request: ImageRequest) -> tuple[Provider, ...]:
    images = 0 if request.kind in WRITTEN else len(request.sources)
    return costs.able(bot.providers, images=images, transparent=request.transparent)


def _images_per_minute(bot: Bot, request: ImageRequest) -> int:
    return sum(one.capability.images_per_minute for one in _able(bot, request))


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
        cost=price(bot, request),
        limits={
            day: None if daily is None else int(daily * MICRO),
            month: None if monthly is None else int(monthly * MICRO),
        },
    )


def _part(bot: Bot, group: ImageRequest, page: int, request: ImageRequest) -> Part:
    counted = group.kind is JobKind.DECK and request.kind in DRAWN
    return Part(request=request, page=page, cost=price(bot, request), units=int(counted))
