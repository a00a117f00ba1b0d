"""What is there when a follower says something: photos just sent, the picture they mean."""

from dataclasses import dataclass

from bot.engine import Bot, Turn
from bot.images.meaning import Sentence
from bot.models import ImageJob, JobState
from bot.store import chains, conversations, photos
from bot.store.photos import Photo

PHOTO_MS = 10 * 60_000  # how long a photo waits for its sentence
PICTURE_MS = 30 * 60_000  # how long a picture is what is talked about
MOST_PHOTOS = 8
_NOT_USED = (JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """*photos* were sent since the last picture was asked for, *earlier_photos* before that.

    *current* is the picture that is talked about, *other* the job of the very same words taken the
    other way: never the current one.
    """

    photos: tuple[Photo, ...]
    earlier_photos: tuple[Photo, ...]
    current: ImageJob | None
    other: ImageJob | None


def look(turn: Turn, bot: Bot, *, other: ImageJob | None) -> Scene:
    sent = photos.recent(
        bot.db, bot.account_id, turn.openid, within_ms=PHOTO_MS, most=MOST_PHOTOS
    )
    used_at = 0
    if sent:
        found = chains.latest(bot.db, bot.account_id, turn.openid, most=5)
        used_at = max((one.created_at for one in found if one.state not in _NOT_USED), default=0)
    return Scene(
        photos=tuple(one for one in sent if one.created_at > used_at),
        earlier_photos=tuple(one for one in sent if one.created_at <= used_at),
        current=current(turn, bot, besides=other.id if other else 0),
        other=other,
    )


def current(
    turn: Turn, bot: Bot, *, besides: int = 0, within_ms: int | None = PICTURE_MS
) -> ImageJob | None:
    """Return the job whose picture is talked about, finished or not."""
    talk = conversations.read(bot.db, bot.account_id, turn.openid)
    return chains.current(
        bot.db, bot.account_id, turn.openid, talk, within_ms=within_ms, besides=besides
    )


def named(turn: Turn, bot: Bot, sentence: Sentence) -> ImageJob | None:
    """Return the finished picture that the sentence names, None if there is none of theirs."""
    if sentence.number:
        return chains.shown(bot.db, bot.account_id, turn.openid, sentence.number)
    if sentence.nth or sentence.back > 1:
        found = chains.last_hour(bot.db, bot.account_id, turn.openid)
        place = sentence.nth - 1 if sentence.nth else len(found) - sentence.back
        return found[place] if 0 <= place < len(found) else None
    return current(turn, bot, within_ms=None)
