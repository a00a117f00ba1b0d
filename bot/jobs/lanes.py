"""Which providers may be asked for a picture now, and in which order; what they did is noted here.

Who failed is asked last. Who kept silent is asked for one picture a minute until it answers: each
silence costs a reserved price and an operator's time.
"""

import logging

from bot.engine import Bot
from bot.errors import Reason, StoreError
from bot.images.contract import Provider
from bot.images.providers import costs
from bot.models import ImageJob
from bot.store import breakers
from bot.store.breakers import Breaker
from bot.store.claims import Lane

log = logging.getLogger(__name__)
PROBES = 1  # pictures a minute, of a provider that kept silent


def lanes(bot: Bot) -> list[Lane]:
    """Return the providers in the operator's order, those whose breaker is open behind."""
    known = breakers.read(bot.db, bot.account_id)
    order = sorted(bot.providers, key=lambda one: _open(known.get(one.name)))
    return [_lane(one, known.get(one.name)) for one in order]


def left(bot: Bot, job: ImageJob, *, tried: str) -> bool:
    """Whether somebody who has not *tried* (names with commas between) can draw the job."""
    able = costs.able(bot.providers, images=job.edits, transparent=job.transparent)
    return any(provider.name not in tried.split(",") for provider in able)


def note(bot: Bot, name: str, failure: Reason | None = None) -> None:
    """Tell all workers how a provider did; a database that is away keeps nothing else waiting.

    Without a *name* it was no image provider, and nothing is told.
    """
    if not name:
        return
    try:
        if failure is None:
            breakers.worked(bot.db, bot.account_id, name)
        elif failure in breakers.FAULTS:
            breakers.failed(bot.db, bot.account_id, name, failure)
    except StoreError as error:
        log.warning("what %s did is not noted: %s", name, error)


def _open(breaker: Breaker | None) -> bool:
    return breaker is not None and breaker.open


def _lane(provider: Provider, breaker: Breaker | None) -> Lane:
    able = provider.capability
    silent = breaker is not None and breaker.open and breaker.error == Reason.OUTCOME_UNKNOWN
    return Lane(
        name=provider.name,
        images_per_minute=PROBES if silent else able.images_per_minute,
        edits=able.edits,
        transparent=able.transparent,
    )
