"""From the raw picture to the labelled files, each stored before the next step begins."""

import logging
from typing import Any

from bot import recipes
from bot.engine import Bot, named
from bot.errors import ProviderError, Reason, Unlabelled
from bot.images import finishing, label
from bot.jobs.produced import produced
from bot.models import ImageJob, JobState
from bot.store import claims
from bot.store.claims import Claim
from bot.store.database import now_ms
from bot.store.pictures import CLEAR, FLAT, beside

log = logging.getLogger(__name__)


def finish(bot: Bot, claim: Claim, job: ImageJob) -> ImageJob:
    """Make the files a follower gets of the raw picture; return the job with their name.

    The raw picture stays beside them: an edit of this one starts from there, not from the label.
    It leaves the process for the image model only. Raises ProviderError: there is no picture.
    """
    request = recipes.drawn(job)
    made = finishing.finish(
        bot.pictures.read(job.picture),
        request,
        **produced(bot, job.picture),
    )
    try:
        for data in filter(None, (made.flat, made.clear)):
            label.verify(data)
    except Unlabelled as error:
        log.error("%s is not kept: %s", named(job), error)  # noqa: TRY400 — the sentence says it all
        raise ProviderError(Reason.INTERNAL, str(error), billed=True) from error
    if made.clear:
        bot.pictures.keep(beside(job.picture, CLEAR), made.clear)
    name = beside(job.picture, FLAT)
    bot.pictures.keep(name, made.flat)
    values: dict[str, Any] = {"picture": name}
    if job.group_id:
        # Only the whole is delivered.
        values |= {"state": JobState.KEPT, "finished_at": now_ms(), "lease_until": 0}
    return claims.save(bot.db, claim, **values)
