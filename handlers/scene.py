"""What is there when a follower says something: photos just sent, the picture they mean."""

from dataclasses import dataclass

from bot import recipes
from bot.engine import Bot, Turn
from bot.images.meaning import Sentence
from bot.models import ImageJob
from bot.store import chains, conversations
from bot.store.photos import Photo
from handlers import together

PICTURE_MS = 30 * 60_000  # how long a picture is what is talked about


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """*photos* were sent since the last picture was asked for.

    *current* is the picture that is talked about, *earlier* are the photos it was made from, as an
    `ImageRequest` names them. *other* is the job of the very same words taken the other way: never
    the current one.
    """

    photos: tuple[Photo, ...]
    current: ImageJob | None
    other: ImageJob | None

    @property
    def earlier(self) -> tuple[str, ...]:
        sources = recipes.of(self.current).sources if self.current else ()
        return sources if sources and sources[0].startswith("photo:") else ()


def look(turn: Turn, bot: Bot, *, other: ImageJob | None) -> Scene:
    return Scene(
        photos=tuple(together.row(bot, turn.openid)),
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
