"""A job → the one call it makes: words, pictures, size, quality."""

from dataclasses import replace

from bot import recipes
from bot.engine import Bot
from bot.images import sizes, wording
from bot.images.contract import Ask
from bot.images.prepared import Shown
from bot.models import ImageJob

SAME = 0.02  # as a share: ratios this close look alike


def size_of(job: ImageJob, shown: tuple[Shown, ...]) -> tuple[int, int]:
    """Return the size to ask for, in pixels: of the first picture's ratio where that is kept."""
    if shown and recipes.of(job).keeps_shape:
        return sizes.of_photo(shown[0].width, shown[0].height)
    return job.width, job.height


def ask_of(bot: Bot, job: ImageJob, shown: tuple[Shown, ...]) -> Ask:
    """Return what a provider is asked for *job*, which starts from *shown*."""
    request = recipes.of(job)
    prompt = bot.styles.unnamed(request.prompt, request.style)
    return Ask(
        prompt=wording.said(
            replace(request, prompt=prompt),
            style=bot.styles.words(request.style),
            known=bot.styles,
            reshaped=_reshaped(job, shown),
        ),
        width=job.width,
        height=job.height,
        follower=bot.pseudonym(job.openid),
        images=tuple(one.data for one in shown),
        quality=request.quality,
        transparent=request.transparent,
    )


def _reshaped(job: ImageJob, shown: tuple[Shown, ...]) -> bool:
    if len(shown) != 1:
        return False
    was = shown[0].width / shown[0].height
    return abs(job.width / job.height / was - 1) > SAME
