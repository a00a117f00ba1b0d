"""Hand a finished picture, or the sentence of a failure, to the follower who asks."""

from bot import recipes
from bot.counts import DELIVERIES
from bot.engine import Bot
from bot.errors import Reason, StorageError
from bot.images.describing import TAPPED
from bot.links import sign
from bot.models import ImageJob, ImageReply, JobKind, JobState, Reply, TextReply
from bot.sentences import Ready
from bot.store import collecting, groups
from bot.store.jobs import DRAWN
from bot.store.pictures import CLEAR, FLAT, PDF, PPTX, beside
from bot.taps import tap


def collect(bot: Bot, *, openid: str, message_key: str) -> ImageJob | None:
    """Return the oldest job that waits for this follower; the same message gets the same again.

    A job in state ``generated`` is on its way to WeChat once more: the follower asks again.
    """
    found = collecting.collect(bot.db, bot.account_id, openid=openid, message_key=message_key)
    if found and found.state is JobState.COLLECTED:
        bot.counts.add(DELIVERIES, "collected", "0")
    return found


def reply_of(bot: Bot, job: ImageJob) -> Reply | None:
    """What a collected or delivered job says, None while it has nothing to say."""
    match job.state:
        case JobState.COLLECTED | JobState.DELIVERED | JobState.WAITING:
            return _clear_of(bot, job) or picture_of(bot, job)
        case JobState.FAILED | JobState.UNKNOWN | JobState.CANCELLED if job.reason:
            reason = Reason(job.reason)
            return TextReply(bot.sentences.refusal(reason, details_of(bot, job)))
        case _:
            return None


def picture_of(bot: Bot, job: ImageJob) -> Reply:
    """What a finished job hands the follower: its picture, a link to it, or its words."""
    match job.media_kind:
        case "link":
            return TextReply(bot.sentences.say("picture.link", url=link_of(bot, job)))
        case "words":
            words = job.words or ""
            name = "describe.words" if len(words) <= TAPPED else "describe.long"
            return TextReply(bot.sentences.say(name, words=words))
        case _:
            return ImageReply(job.media_id)


def rest_of(bot: Bot, job: ImageJob) -> tuple[Reply, ...]:
    """What is said after a picture that was pushed: which drafts to choose, where a deck lies."""
    match job.kind:
        case JobKind.SHEET:
            drawn = (one.page for one in groups.pages(bot.db, job.id) if one.picture)
            choices = Ready("　".join(tap(f"选{page}") for page in drawn))
            return (TextReply(bot.sentences.say("drafts.choose", choices=choices)),)
        case JobKind.DECK:
            return (TextReply(deck_of(bot, job)),)
        case _:
            return ()


def choices_of(bot: Bot, job: ImageJob) -> tuple[Reply, ...]:
    """What can be said next, once for a picture; a menu tap's three pushes are left alone.

    A picture that has a text of its own, and a page of a deck, go without.
    """
    said = job.told or job.push_until or job.group_id or job.kind not in DRAWN
    if said or bot.settings.choices == "off":
        return ()
    return (TextReply(bot.sentences.say("choices.pushed", number=job.id)),)


def deck_of(bot: Bot, job: ImageJob) -> str:
    """Return where a deck that is put together lies, and which of its pages are missing."""
    say = bot.sentences.say
    pages = groups.pages(bot.db, job.id)
    drawn = [one for one in pages if one.picture.endswith(FLAT)]
    known: dict[str, str | int] = {"topic": recipes.of(job).title, "count": len(drawn)}
    links = {f"url_{end[1:]}": _address(bot, beside(job.picture, end)) for end in (PPTX, PDF)}
    lines = [
        say("deck.links", **known, **links)
        if bot.settings.public_url
        else say("deck.pages", **known, first=f"第{drawn[0].page}页" if drawn else "")
    ]
    unknown = [one for one in pages if one.state is JobState.UNKNOWN]
    lost = [one for one in pages if one not in drawn and one not in unknown]
    for name, these in (("deck.lost", lost), ("deck.unknown", unknown)):
        if these:
            lines.append(say(name, pages="、".join(str(one.page) for one in these)))
    return "\n".join(lines)


def link_of(bot: Bot, job: ImageJob) -> str:
    """The signed address of the full-size picture; needs PUBLIC_URL."""
    return _address(bot, job.picture)


def clear_link_of(bot: Bot, job: ImageJob) -> str:
    """The address of the picture one can see through; empty for none."""
    name = beside(job.picture, CLEAR)
    there = job.transparent and bot.settings.public_url and bot.pictures.has(name)
    return _address(bot, name) if there else ""


def _clear_of(bot: Bot, job: ImageJob) -> Reply | None:
    """Say where the picture one can see through is: an answer holds that or the flat one."""
    try:
        url = "" if job.told == "pushed" else clear_link_of(bot, job)
    except StorageError:
        return None  # the flat one needs no storage
    return TextReply(bot.sentences.say("picture.clear.only", url=url)) if url else None


def _address(bot: Bot, name: str) -> str:
    return f"{bot.settings.public_url}/p/{sign(bot.settings.secret_key, name)}"


def details_of(bot: Bot, job: ImageJob) -> dict[str, str | int]:
    """What fills a failure's sentence."""
    return {"number": job.id, "limit": bot.settings.follower_daily_images}
