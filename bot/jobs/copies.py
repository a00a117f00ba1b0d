"""Unlabelled copies: made from the clean source for who has agreed, and for nobody else."""

from typing import Final

from bot import recipes
from bot.engine import Bot
from bot.errors import NotThere, ProviderError, Unlabelled
from bot.jobs.produced import produced
from bot.links import read_copy, sign_copy
from bot.models import ImageJob
from bot.store import agreements, jobs
from bot.store.agreements import Agreement
from bot.store.pictures import RAW, beside

LIFETIME_MS: Final = 24 * 3600 * 1000


def offered(bot: Bot, job: ImageJob) -> bool:
    """Whether a copy can be made: of a single picture, while its clean source is kept."""
    return (
        job.kind in jobs.DRAWN and bool(job.picture) and bot.pictures.has(beside(job.picture, RAW))
    )


def link(bot: Bot, copy: Agreement) -> str:
    """The signed address of what was handed out; needs PUBLIC_URL."""
    return f"{bot.settings.public_url}/u/{sign_copy(bot.settings.secret_key, copy.id)}"


def read(bot: Bot, signed: str) -> bytes:
    """Return the copy behind a link, a JPEG or PNG with the implicit label.

    Raises:
        NotThere: the link is forged or outlived, the offer is off, or the source is gone.
    """
    copy_id = read_copy(bot.settings.secret_key, signed)
    made = agreements.copy(bot.db, bot.account_id, copy_id) if copy_id else None
    if made is None or made.at < bot.now_ms() - LIFETIME_MS:
        raise NotThere("the link is no longer good")
    with bot.db.read() as tx:
        job = jobs.find(tx, bot.account_id, made.job_id)
    # Who has left has another name in the agreement's row, as in the job's, and no files.
    if bot.settings.unlabelled_copies != "on" or job is None or job.openid != made.openid:
        raise NotThere("nothing is offered")
    return _made(bot, job)


def _made(bot: Bot, job: ImageJob) -> bytes:
    from bot.images import unlabelled  # noqa: PLC0415 — the web process opens without Pillow

    if not offered(bot, job):
        raise NotThere("the source is gone")
    try:
        return unlabelled.copy(
            bot.pictures.read(beside(job.picture, RAW)),
            recipes.drawn(job),
            **produced(bot, job.picture),
        )
    except (FileNotFoundError, ProviderError, Unlabelled) as error:
        raise NotThere("the copy cannot be made") from error
