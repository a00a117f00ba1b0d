"""Sheets and decks: put together from the pictures of their pages, without any call."""

import logging
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot import recipes
from bot.engine import Bot, named
from bot.errors import Reason
from bot.images import deck, decks, label
from bot.images.sheet import contact_sheet
from bot.jobs import deliver
from bot.jobs.outside import Outside
from bot.jobs.produced import produced
from bot.models import ImageJob, JobKind, JobState
from bot.store import claims, groups
from bot.store.claims import Claim
from bot.store.database import now_ms

log = logging.getLogger(__name__)


def assemble(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob | None:
    """Return the sheet or deck with its files, None when none of its pictures was drawn."""
    if job.picture:
        return job
    pages = groups.pages(bot.db, job.id)
    pictures = [_picture(bot, page) for page in pages]
    if not any(pictures):
        reason = _commonest(pages)
        deliver.conclude(bot, outside, claim, job, reason, detail="none of its pictures was drawn")
        return None
    # A random part keeps a frozen worker's late write from another worker's file.
    stem = f"{job.day}/{job.id}-{uuid.uuid4().hex[:8]}"
    if job.kind is JobKind.DECK:
        _keep_deck(bot, job, pictures, stem=stem)
    sheet = contact_sheet(
        pictures,
        shape=(job.width, job.height),
        counter="页" if job.kind is JobKind.DECK else "张",
        **produced(bot, stem),
    )
    label.verify(sheet.data)
    bot.pictures.keep(f"{stem}.jpg", sheet.data)
    made = {"state": JobState.GENERATED, "picture": f"{stem}.jpg", "generated_at": now_ms()}
    log.info("%s put together from %d of %d", named(job), _drawn(pictures), len(pages))
    return claims.save(bot.db, claim, **made)


def _keep_deck(bot: Bot, job: ImageJob, pictures: Sequence[bytes | None], *, stem: str) -> None:
    """Store the PPTX and the PDF of the pages that were drawn."""
    wanted = decks.outline(recipes.of(job))
    drawn = [(data, page) for data, page in zip(pictures, wanted.pages, strict=True) if data]
    made = deck.bind(
        [data for data, _page in drawn],
        [page for _data, page in drawn],
        topic=wanted.topic,
        made=datetime.fromtimestamp(job.created_at / 1000, bot.settings.zone),
        **produced(bot, stem),
    )
    bot.pictures.keep(f"{stem}.pptx", made.pptx)
    bot.pictures.keep(f"{stem}.pdf", made.pdf)


def _picture(bot: Bot, page: ImageJob) -> bytes | None:
    if not page.picture.endswith(".jpg"):
        return None
    try:
        return bot.pictures.read(page.picture)
    except FileNotFoundError:
        log.error("%s its picture is not there", named(page))  # noqa: TRY400 — the name says it all
        return None


def _drawn(pictures: Sequence[bytes | None]) -> int:
    return sum(one is not None for one in pictures)


def _commonest(pages: Sequence[ImageJob]) -> Reason:
    """Return why most of the pages were not drawn."""
    reasons = Counter(page.reason or Reason.CANCELLED for page in pages)
    return Reason(reasons.most_common(1)[0][0])
