"""What a text model writes: the outline of a deck, and the words behind a photo."""

from collections.abc import Callable
from dataclasses import replace

from bot import recipes
from bot.engine import Bot
from bot.errors import ProviderError, Reason
from bot.images import decks, describing, outlined, points
from bot.images.text_model import TextModel, Written
from bot.jobs import safety, sources
from bot.jobs.outside import Outside
from bot.jobs.pricing import SYSTEMS
from bot.models import Generated, ImageJob
from bot.store import claims, groups, jobs
from bot.store.claims import Claim

Call = Callable[[], tuple[Generated, int]]


def prepared(bot: Bot, outside: Outside, job: ImageJob) -> Call:
    """Return the one call that a job of words makes; it gives the text and what it cost.

    Everything it needs has been gathered and checked by then.

    Raises:
        ProviderError: there is no text model any more, the photo is gone, or may not be shown.
    """
    if outside.text is None:
        raise ProviderError(Reason.NO_WRITER, "no text model is configured", billed=False)
    model: TextModel = outside.text
    follower = bot.pseudonym(job.openid)
    images = tuple(one.data for one in sources.gather(bot, outside, job))
    safety.check_words(bot, outside, job, job.prompt, images=images)

    def call() -> tuple[Generated, int]:
        system = SYSTEMS[job.kind]
        written = model.write(system, job.prompt, images=images, follower=follower)
        return _generated(written), _spent(bot, job, written)

    return call


def keep_outline(bot: Bot, claim: Claim, job: ImageJob) -> None:
    """Have the pages of a deck drawn as a text model outlined them; as they were if it did not."""
    deck = recipes.of(jobs.get(bot.db, job.group_id))
    better = outlined.answered(_text(bot, job), decks.outline(deck))
    pages = tuple(map(points.stored, better.pages)) if better else ()
    # The providers judge every page's words before it is drawn; the operators' list is ours.
    if pages and not bot.snapshots.current.live.blocked.find("\n".join(pages)):
        deck = replace(deck, pages=pages)
    asked = decks.pages(deck, titled=decks.titled(bot.providers))
    groups.keep_outline(bot.db, claim, deck, dict(enumerate(asked, 1)))
    bot.pictures.drop(job.picture)


def keep_description(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob:
    """Return the job with the words that go to the follower.

    Raises:
        ProviderError: there are none, or they may not be said.
    """
    words = describing.cleaned(_text(bot, job))
    if not words:
        raise ProviderError(Reason.BAD_PICTURE, "no words", billed=True)
    safety.check_written(bot, outside, job, words)
    made = claims.save(bot.db, claim, words=words, media_kind="words", picture="")
    bot.pictures.drop(job.picture)
    return made


def _text(bot: Bot, job: ImageJob) -> str:
    return bot.pictures.read(job.picture).decode(errors="replace")


def _generated(written: Written) -> Generated:
    return Generated(
        data=written.text.encode(errors="replace"),
        provider="text",
        model=written.model,
        input_tokens=written.input_tokens,
        output_tokens=written.output_tokens,
    )


def _spent(bot: Bot, job: ImageJob, written: Written) -> int:
    """Return the cost of *written*: what was reserved where no tokens are reported."""
    if not written.output_tokens:
        return job.cost
    return bot.prices.text(
        written.model, input_tokens=written.input_tokens, output_tokens=written.output_tokens
    )
