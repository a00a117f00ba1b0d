"""图像PPT: a picture a page, as contact sheet, PPTX and PDF."""

import re

from bot.engine import Bot, Turn
from bot.images import decks, outline
from bot.images.outline import MOST_PAGES
from bot.jobs.collect import deck_of
from bot.models import ImageJob, JobKind, JobState, Reply, TextReply
from bot.store import groups
from bot.store.jobs import Queue
from handlers.accepting import time_of
from handlers.commands import says
from handlers.groups import take

_PAGE = re.compile(
    r"(?:看|要|发)?第\s*(\d{1,2}|[一二两三四五六七八九十]{1,2})\s*[页頁][的大图吧。！!\s]*"
)
_DIGITS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True)) | {"两": 2}


def make(turn: Turn, bot: Bot) -> Reply | None:
    """Take a deck on: every page is a picture of the follower's."""
    wanted = outline.read(turn.text) if turn.text else None
    if wanted is None:
        return None
    deck = decks.deck(wanted, turn.text)
    pages = decks.pages(deck, titled=decks.titled(bot.providers))
    parts = list(enumerate(pages, 1))
    written = bot.writer is not None and not wanted.own
    if written:
        parts.insert(0, (0, decks.question(deck)))
    say = bot.sentences.say

    def lines(queue: Queue) -> list[str]:
        time = time_of(bot.sentences, queue.seconds)
        said = [say("deck.accepted", topic=deck.title, count=len(pages), time=time)]
        if wanted.cut:
            said.append(say("deck.cut", most=MOST_PAGES))
        return [*said, say("deck.push" if turn.snapshot.can_push else "deck.pull")]

    return take(turn, bot, deck, lines=lines, parts=parts)


def fetch(turn: Turn, bot: Bot) -> Reply | None:
    """下载PPT: where the newest deck lies; 第3页: one of its pages by itself."""
    page = page_of(turn.text)
    if page is None and not says(turn, "下载ppt", "下载pdf", "下载幻灯片", "我的ppt"):
        return None
    deck = groups.newest(bot.db, bot.account_id, openid=turn.openid, kind=JobKind.DECK)
    if deck is None:
        return None if page else TextReply(bot.sentences.say("deck.none"))
    if deck.state is JobState.QUEUED:
        return TextReply(bot.sentences.say("deck.drawing"))
    return TextReply(_brought(turn, bot, deck, page) if page else deck_of(bot, deck))


def page_of(text: str) -> int | None:
    """Return the page that *text* asks for, and nothing else, or None."""
    found = _PAGE.fullmatch(text.strip())
    if found is None:
        return None
    if found[1].isdecimal():
        return int(found[1])
    tens, ten, ones = found[1].partition("十")
    if not ten:
        return _DIGITS[tens] if len(tens) == 1 else None
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def _brought(turn: Turn, bot: Bot, deck: ImageJob, number: int) -> str:
    pages = groups.pages(bot.db, deck.id)
    page = next((one for one in pages if one.page == number), None)
    if page is None or not page.picture.endswith(".jpg"):
        return bot.sentences.say("deck.no_page", number=number)
    groups.bring(bot.db, page, message_key=turn.key)
    return bot.sentences.say("deck.page", number=number)
