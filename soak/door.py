"""WeChat's side of the door: every act pushed once, one in a hundred with a fault of its own."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from bench.pushes import Push, reply_to, request, signed
from bot.models import ImageReply, Reply, TextReply, message_key
from bot.store.accounts import DEFAULT
from bot.wechat import crypto
from bot.wechat.crypto import Credentials, Mode
from soak.acts import Act, Kind

PATIENCE = 5.0  # seconds; then WeChat hangs up
FAULTY = 0.01
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_SUCCESS = b"success"


class Fault(StrEnum):
    REPEATED = "同一条推三次"
    DROPPED = "没等回答就断开，再推"
    FORGED = "签名不对"
    UNREADABLE = "XML 断了，或里面是空的"


@dataclass
class Heard:
    """What came back. *prompts* are acknowledgements and *handed* media ids, by message key."""

    pushes: int = 0
    missing: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    kinds: Counter[Kind] = field(default_factory=Counter)
    faults: Counter[Fault] = field(default_factory=Counter)
    prompts: dict[str, str] = field(default_factory=dict)
    handed: dict[str, str] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)


class Door:
    """Pushes acts to *bind* and writes down what it heard."""

    def __init__(self, credentials: Credentials, bind: str, random: Random) -> None:
        self.heard = Heard()
        self._credentials = credentials
        self._bind = bind
        self._random = random

    async def push(self, act: Act) -> None:
        self.heard.kinds[act.kind] += 1
        if self._random.random() >= FAULTY:
            await self._told(act, self._signed(act))
            return
        fault = self._random.choice(list(Fault))
        self.heard.faults[fault] += 1
        match fault:
            case Fault.REPEATED:
                push = self._signed(act)
                replies = await asyncio.gather(*(self._told(act, push) for _ in range(3)))
                # 进度 and the like say how it is now.
                if act.kind is not Kind.WORDS and len(set(replies)) > 1:
                    self.heard.wrong["重复推送得到不同的回答"] += 1
            case Fault.DROPPED:
                await self._drop(self._signed(act))
                await self._told(act, self._signed(act))
            case Fault.FORGED:
                await self._refused(self._forged(act), status=b"403")
            case Fault.UNREADABLE:
                for wire, status in self._unreadable():
                    await self._refused(wire, status=status)

    # ---- what is sent ----

    def _signed(self, act: Act) -> Push:
        return signed(self._credentials, act.inbound, host=self._bind)

    def _forged(self, act: Act) -> bytes:
        good = self._signed(act).wire
        return re.sub(rb"(signature=)(\w+)", lambda one: one[1] + one[2][::-1], good)

    def _unreadable(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield a body that is cut off, and a whole one that says nothing, each with its status.

        The second is WeChat's own for sure: anything but success would be pushed again, in vain.
        """
        empty = b"<xml><ToUserName>gh_nobody</ToUserName></xml>"
        query, body = crypto.push(self._credentials, empty, mode=Mode.SAFE, now=time.time())
        yield request(query, body[: len(body) // 2], host=self._bind), b"400"
        yield request(query, body, host=self._bind), b"200"

    # ---- what comes back ----

    async def _told(self, act: Act, push: Push) -> Reply | None:
        """Push, judge the answer, and return it."""
        begun = time.perf_counter()
        self.heard.pushes += 1
        answer = await self._ask(push.wire)
        if answer is None:
            self.heard.missing += 1
            return None
        self.heard.seconds.append(time.perf_counter() - begun)
        status, body = answer
        reply = reply_to(push, body, credentials=self._credentials)
        understood = status == b"200" and (reply is not None or body == _SUCCESS)
        if not (understood and act.right(reply)):
            self.heard.wrong[f"{act.kind}：{status.decode()}"] += 1
        self._note(act, reply)
        return reply

    def _note(self, act: Act, reply: Reply | None) -> None:
        key = message_key(DEFAULT, act.inbound)
        self.heard.keys.add(key)
        if act.kind is Kind.PROMPT and isinstance(reply, TextReply):
            self.heard.prompts[key] = reply.content
        elif act.kind is Kind.WORDS and isinstance(reply, ImageReply):
            self.heard.handed[key] = reply.media

    async def _refused(self, wire: bytes, *, status: bytes) -> None:
        self.heard.pushes += 1
        answer = await self._ask(wire)
        if answer is None:
            self.heard.missing += 1
        elif answer[0] != status or answer[1] not in (b"", _SUCCESS):
            self.heard.wrong[f"该拒绝的没拒绝：{answer[0].decode()}"] += 1

    # ---- the wire ----

    async def _ask(self, wire: bytes) -> tuple[bytes, bytes] | None:
        """Return status and body, None if there is no whole answer in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await self._connect()
                try:
                    writer.write(wire)
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = _LENGTH.search(head)
                    return head[9:12], await reader.readexactly(int(length[1]) if length else 0)
                finally:
                    writer.close()
        except (OSError, EOFError, TimeoutError):
            return None

    async def _drop(self, push: Push) -> None:
        """Send all of it and hang up with a reset, as a machine that died on the way."""
        _, writer = await self._connect()
        writer.write(push.wire)
        await writer.drain()
        writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = self._bind.rpartition(":")
        return await asyncio.open_connection(host, int(port))
