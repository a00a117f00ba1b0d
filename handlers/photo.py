"""A photo: noted and numbered, or at once made into what an earlier sentence asked of it."""

import re
from dataclasses import replace

from bot.engine import Bot, Turn
from bot.models import ImageMessage, Reply, TextMessage, TextReply, Trigger
from bot.store import conversations, photos
from bot.store.photos import Photo
from handlers import describe, image, share, together
from handlers.together import TOGETHER_MS

_NUMBERED = re.compile(r"图\s*([1-8一二三四五六七八])")
_DIGITS = {name: number for number, name in enumerate("一二三四五六七八", 1)}


def receive(turn: Turn, bot: Bot) -> Reply | None:
    if not isinstance(turn.inbound, ImageMessage):
        return None
    most = together.most(bot)
    if not most and bot.writer is None:
        default = turn.snapshot.index.trigger(Trigger.DEFAULT, now=turn.now)
        return None if default else TextReply(bot.sentences.say("photo.not_offered"))
    photo = photos.add(
        bot.db,
        bot.account_id,
        openid=turn.openid,
        message_key=turn.key,
        media_id=turn.inbound.media_id,
    )
    row = together.row(bot, turn.openid, until=photo)
    return _wished(turn, bot, row, most=most) or TextReply(_noted(bot, row, most=most))


def _wished(turn: Turn, bot: Bot, row: list[Photo], *, most: int) -> Reply | None:
    """Do what waits for photos as soon as there are as many as it speaks of."""
    standing = conversations.read(bot.db, bot.account_id, turn.openid)
    fresh = standing.wish and bot.now_ms() - standing.wish_at < TOGETHER_MS
    # A photo they were done with already came later: a retry of this one is told the same again.
    last = photos.of_message(bot.db, standing.wish_key) if standing.wish_key else None
    missing = min(_spoken_of(standing.wish), max(most, 1)) - len(row)
    if fresh and missing > 0 and (last is None or row[-1].id < last.id):
        return TextReply(bot.sentences.say("photo.more", number=len(row), missing=missing))
    words = conversations.take_wish(
        bot.db, bot.account_id, turn.openid, within_ms=TOGETHER_MS, message_key=turn.key
    )
    return _said(turn, bot, words) if words else None


def _said(turn: Turn, bot: Bot, words: str) -> Reply | None:
    """Answer as if *words* were said now, by the message that brought their photo."""
    inbound = turn.inbound
    assert isinstance(inbound, ImageMessage)
    spoken = TextMessage(
        to=inbound.to,
        openid=inbound.openid,
        created=inbound.created,
        msg_id=inbound.msg_id,
        content=words,
    )
    now = replace(turn, inbound=spoken, text=words)
    return share.answer(now, bot) or describe.answer(now, bot) or image.draw(now, bot)


def _spoken_of(words: str) -> int:
    """Return how many photos *words* number (图1 … 图8)."""
    spoken = (_DIGITS.get(one) or int(one) for one in _NUMBERED.findall(words))
    return max(spoken, default=1)


def _noted(bot: Bot, row: list[Photo], *, most: int) -> str:
    count, say = len(row), bot.sentences.say
    if not most:
        return say("photo.words")
    if count > most:
        return say("photo.too_many", most=most)
    if bot.settings.prompt_trigger == "prefix":
        return say("photo.short", number=count)
    return say("photo.several", number=count, count=count) if count > 1 else say("photo.one")
