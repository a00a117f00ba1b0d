"""A mixed crowd of messages, and each of them pushed three times at the same moment."""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from bench.load import Connection
from bench.pushes import ACCOUNT, request
from bot.models import (
    ClickEvent,
    Event,
    ImageMessage,
    Inbound,
    Message,
    SubscribeEvent,
    TextMessage,
    ViewEvent,
    message_key,
)
from bot.store.accounts import DEFAULT
from bot.wechat import codec, crypto
from bot.wechat.crypto import Credentials, Mode

AT_ONCE = 16  # messages on their way, three pushes each
PROMPTS_EACH = 5  # of one follower
PATIENCE = 30.0  # seconds for one answer
_TIME = re.compile(rb"<CreateTime>\d+</CreateTime>")
_FIRST_ID = 24_000_000_000_000_000


class Kind(StrEnum):
    """What a message is, and so what it may leave."""

    KEYWORD = "keyword"
    PARCEL = "parcel"  # a keyword with more replies than one
    PROMPT = "prompt"
    TAP = "tap"  # a prompt on the menu
    SUBSCRIBE = "subscribe"
    VIEW = "view"
    PHOTO = "photo"


MIX = (
    *(Kind.KEYWORD,) * 8,
    *(Kind.PARCEL,) * 2,
    *(Kind.PROMPT,) * 6,
    Kind.TAP,
    Kind.SUBSCRIBE,
    Kind.VIEW,
    Kind.PHOTO,
)


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a follower's."""

    kind: Kind
    inbound: Inbound

    @property
    def key(self) -> str:
        return message_key(DEFAULT, self.inbound)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the three pushes of a message got: bodies in clear without their time, "" for none.

    *took* is how long the slowest waited, in seconds.
    """

    bodies: tuple[bytes, ...]
    took: float


def crowd(count: int) -> list[Said]:
    """Return *count* messages in no order, some of the same followers, made now."""
    made = [_said(number, MIX[number % len(MIX)]) for number in range(count)]
    Random(count).shuffle(made)  # noqa: S311 — one run is as the next
    return made


def _said(number: int, kind: Kind) -> Said:
    drawing = kind in (Kind.PROMPT, Kind.TAP)
    who = f"oStorm-{'d' if drawing else 'k'}{number // PROMPTS_EACH if drawing else number:020}"
    created = int(time.time())
    city = f"一座下着雪的城市，第 {number} 条街"
    match kind:
        case Kind.TAP:
            key = f"画一张新图：{city}"
            event: Event = ClickEvent(
                to=ACCOUNT, openid=who, created=created, name="click", key=key
            )
        case Kind.SUBSCRIBE:
            event = SubscribeEvent(to=ACCOUNT, openid=who, created=created, name="subscribe")
        case Kind.VIEW:
            key = f"https://example.com/{number}"
            event = ViewEvent(to=ACCOUNT, openid=who, created=created, name="view", key=key)
        case _:
            return Said(kind, _message(kind, who, created, number, city))
    return Said(kind, event)


def _message(kind: Kind, who: str, created: int, number: int, city: str) -> Message:
    own = str(_FIRST_ID + number)
    if kind is Kind.PHOTO:
        media_id = f"media-{number}"
        return ImageMessage(to=ACCOUNT, openid=who, created=created, msg_id=own, media_id=media_id)
    words = {Kind.KEYWORD: "大厂内推", Kind.PARCEL: "电子书"}
    content = words.get(kind, f"帮我生成一个图片，是{city}")
    return TextMessage(to=ACCOUNT, openid=who, created=created, msg_id=own, content=content)


async def push(credentials: Credentials, said: Sequence[Said], *, bind: str) -> list[Answers]:
    """Push every message three times at once, `AT_ONCE` messages at a time; answers in order."""
    idle: asyncio.Queue[list[Connection]] = asyncio.Queue()
    for _ in range(AT_ONCE):
        idle.put_nowait([await _connect(bind) for _ in range(3)])

    async def thrice(one: Said) -> Answers:
        three = await idle.get()
        wires = list(_wires(credentials, one.inbound, host=bind))
        begun = time.perf_counter()
        asked = (_ask(*pair) for pair in zip(three, wires, strict=True))
        bodies = await asyncio.gather(*asked)
        took = time.perf_counter() - begun
        idle.put_nowait(three if all(bodies) else [await _connect(bind) for _ in range(3)])
        return Answers(tuple(_clear(credentials, body) for body in bodies), took)

    found = await asyncio.gather(*map(thrice, said))
    while not idle.empty():
        for connection in idle.get_nowait():
            connection.close()
    return found


def _wires(credentials: Credentials, inbound: Inbound, *, host: str) -> Iterator[bytes]:
    """Yield three pushes: two alike, byte for byte, and one signed and sealed anew."""
    xml = codec.render_inbound(inbound)
    for nonce in ("first", "again", "first"):
        query, body = crypto.push(credentials, xml, mode=Mode.SAFE, now=time.time(), nonce=nonce)
        yield request(query, body, host=host)


async def _ask(connection: Connection, wire: bytes) -> bytes:
    """Return the body of an answer, nothing where there is none or it is not 200."""
    try:
        async with asyncio.timeout(PATIENCE):
            status, body = await connection.ask(wire)
    except OSError:  # TimeoutError too
        connection.close()
        return b""
    except asyncio.CancelledError:  # Ctrl-C: nobody takes the answer any more
        connection.close()
        raise
    return body if status == b"200" else b""


async def _connect(bind: str) -> Connection:
    host, _, port = bind.rpartition(":")
    loop = asyncio.get_running_loop()
    return (await loop.create_connection(Connection, host, int(port)))[1]


def _clear(credentials: Credentials, body: bytes) -> bytes:
    if body in (b"", b"success"):
        return body
    return _TIME.sub(b"", crypto.open_reply(credentials, body))
