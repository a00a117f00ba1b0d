"""What followers say in a soak: mostly keywords, some prompts, events, 帮助, 进度 and 取图."""

import itertools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from bench.door import text_for
from bench.pushes import ACCOUNT
from bot.models import (
    ClickEvent,
    Event,
    ImageReply,
    Inbound,
    Reply,
    ScanEvent,
    SubscribeEvent,
    TextMessage,
    TextReply,
    UnsubscribeEvent,
    ViewEvent,
)

FIRST_ID = 23_000_000_000_000_000
PROMPT = "画一座第{}号灯塔，海边的黄昏"
NUMBER = re.compile(r"第(\d+)号灯塔")
KEYWORDS = ("大厂内推", "AI", "MySQL学习路线")
RARE = "MySQL导图"  # a picture, uploaded by the worker
WORDS = ("帮助", "进度", "取图")


class Kind(StrEnum):
    KEYWORD = "关键词"
    PROMPT = "画图"
    EVENT = "事件"
    WORDS = "帮助、进度、取图"


MIX = {Kind.KEYWORD: 68, Kind.PROMPT: 4, Kind.EVENT: 12, Kind.WORDS: 16}
"""Of a hundred messages."""


@dataclass(frozen=True, slots=True)
class Act:
    """One message, and which answers are right; None is WeChat's "success"."""

    kind: Kind
    inbound: Inbound
    right: Callable[[Reply | None], bool]


def acts(random: Random, openids: Sequence[str]) -> Iterator[Act]:
    """Yield acts of *openids* without end; each is made when it is asked for, by the clock."""
    first = random.randrange(10**12)
    for number in itertools.count(first):
        kind = random.choices(list(MIX), list(MIX.values()))[0]
        openid = random.choice(openids)
        yield _EACH[kind](random, openid, number)


def _keyword(random: Random, openid: str, number: int) -> Act:
    if random.random() < 0.05:  # noqa: PLR2004 — one in twenty
        return Act(Kind.KEYWORD, _text(openid, number, RARE), _is_picture)
    keyword = random.choice(KEYWORDS)
    answer = TextReply(text_for(keyword))
    return Act(Kind.KEYWORD, _text(openid, number, keyword), lambda reply: reply == answer)


def _prompt(_random: Random, openid: str, number: int) -> Act:
    said = _text(openid, number, PROMPT.format(number))
    return Act(Kind.PROMPT, said, lambda reply: isinstance(reply, TextReply))


def _words(random: Random, openid: str, number: int) -> Act:
    return Act(Kind.WORDS, _text(openid, number, random.choice(WORDS)), _text_or_picture)


def _event(random: Random, openid: str, number: int) -> Act:
    """A follow, a scan, a tap, a link opened; or somebody who leaves, and is forgotten."""
    leaver = f"oLeaver-{number:020}"
    event, right = random.choice(
        (
            (_happened(SubscribeEvent, openid, "subscribe"), _is_text),
            (_happened(ScanEvent, openid, "scan", str(number)), _anything),
            (_happened(ClickEvent, openid, "click", "AI"), _is_text),
            (_happened(ViewEvent, openid, "view", f"https://example.com/{number}"), _is_success),
            (_happened(UnsubscribeEvent, leaver, "unsubscribe"), _is_success),
        )
    )
    return Act(Kind.EVENT, event, right)


_EACH = {Kind.KEYWORD: _keyword, Kind.PROMPT: _prompt, Kind.EVENT: _event, Kind.WORDS: _words}


def _text(openid: str, number: int, content: str) -> TextMessage:
    return TextMessage(
        to=ACCOUNT,
        openid=openid,
        created=int(time.time()),
        msg_id=str(FIRST_ID + number),
        content=content,
    )


def _happened(kind: type[Event], openid: str, name: str, key: str = "") -> Event:
    return kind(to=ACCOUNT, openid=openid, created=int(time.time()), name=name, key=key)


def _is_text(reply: Reply | None) -> bool:
    return isinstance(reply, TextReply)


def _is_picture(reply: Reply | None) -> bool:
    return isinstance(reply, ImageReply)


def _text_or_picture(reply: Reply | None) -> bool:
    return isinstance(reply, TextReply | ImageReply)


def _is_success(reply: Reply | None) -> bool:
    return reply is None


def _anything(_reply: Reply | None) -> bool:
    return True
