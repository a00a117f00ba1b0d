"""The load generator, a process of its own: a plan comes on standard input, figures go out."""

import asyncio
import dataclasses
import gc
import json
import re
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from bench.pushes import Push, build, reply_to
from bot.models import TextReply
from bot.wechat.crypto import Credentials

PATIENCE = 15.0  # seconds beyond the plan before the run is given up
SUPPLY = 3000  # distinct pushes for each second of a closed loop
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to ask of whom. *seconds* are measured after *warm_up* seconds.

    With *rate* 0 every connection asks again at once; otherwise so many pushes a second are due,
    whether or not the ones before are answered. Every *every*-th push, none for 0, says *prompt*
    instead of *keyword*, and its answer has to begin with *accepted*.
    """

    bind: str
    app_id: str
    token: str
    aes_key: str
    keyword: str
    expected: str
    seconds: float
    warm_up: float
    connections: int = 16
    rate: int = 0
    prompt: str = ""
    accepted: str = ""
    every: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """*p50*, *p99* and *most* in milliseconds; *wrong* counts the warm-up's answers too."""

    answers: int
    wrong: int
    per_second: float
    p50: float
    p99: float
    most: float


@dataclass(frozen=True, slots=True)
class Answer:
    push: Push
    due: float
    done: float
    status: bytes
    body: bytes


class Connection(asyncio.Protocol):
    """A kept-alive connection that carries one question at a time."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[tuple[bytes, bytes]] = asyncio.Future()
        self._got = b""

    async def ask(self, wire: bytes) -> tuple[bytes, bytes]:
        """Return status and body of the answer."""
        self._answer = asyncio.Future()
        self._got = b""
        self._transport.write(wire)
        return await self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if end and length and len(body) >= int(length[1]):
            self._answer.set_result((head[9:12], body))

    def connection_lost(self, error: Exception | None) -> None:
        if not self._answer.done():
            self._answer.set_exception(error or ConnectionError("the server hung up"))

    def close(self) -> None:
        self._answer.cancel()
        self._transport.close()


async def _connect(bind: str) -> Connection:
    host, _, port = bind.rpartition(":")
    loop = asyncio.get_running_loop()
    return (await loop.create_connection(Connection, host, int(port)))[1]


async def _closed(plan: Plan, pushes: Iterator[Push], *, since: float, end: float) -> list[Answer]:
    """Ask until *end*, and until two were asked after *since*: quantiles want two."""
    answers: list[Answer] = []

    async def keep_asking(connection: Connection) -> None:
        due = time.perf_counter()
        while due < end or sum(one.due >= since for one in answers[-2:]) < 2:  # noqa: PLR2004 — said above
            push = next(pushes)
            status, body = await connection.ask(push.wire)
            answers.append(Answer(push, due, time.perf_counter(), status, body))
            due = time.perf_counter()
        connection.close()

    connections = [await _connect(plan.bind) for _ in range(plan.connections)]
    await asyncio.gather(*map(keep_asking, connections))
    return answers


async def _open(plan: Plan, pushes: Iterator[Push]) -> list[Answer]:
    free = [await _connect(plan.bind) for _ in range(plan.connections)]

    async def ask(push: Push, due: float) -> Answer:
        await asyncio.sleep(due - time.perf_counter())
        connection = free.pop() if free else await _connect(plan.bind)
        status, body = await connection.ask(push.wire)
        free.append(connection)
        return Answer(push, due, time.perf_counter(), status, body)

    begun = time.perf_counter()
    count = round((plan.warm_up + plan.seconds) * plan.rate)
    asked = [ask(next(pushes), begun + place / plan.rate) for place in range(count)]
    answers = await asyncio.gather(*asked)
    for connection in free:
        connection.close()
    return answers


async def run(plan: Plan) -> Figures:
    credentials = Credentials.parse(plan.app_id, plan.token, plan.aes_key)
    whole = plan.warm_up + plan.seconds
    count = int((plan.rate or SUPPLY) * whole) + plan.connections
    pushes = cycle(_pushes(plan, credentials, count))
    gc.disable()  # the generator's own pauses are nobody's latency
    begun = time.perf_counter()
    async with asyncio.timeout(whole + PATIENCE):
        if plan.rate:
            answers = await _open(plan, pushes)
        else:
            answers = await _closed(plan, pushes, since=begun + plan.warm_up, end=begun + whole)
    return _figures(plan, answers, credentials=credentials, since=begun + plan.warm_up)


def _pushes(plan: Plan, credentials: Credentials, count: int) -> list[Push]:
    pushes = [*build(credentials, plan.keyword, count=count, host=plan.bind)]
    if plan.every:
        places = range(0, count, plan.every)
        prompts = build(credentials, plan.prompt, count=len(places), host=plan.bind)
        for place, prompt in zip(places, prompts, strict=True):
            pushes[place] = prompt
    return pushes


def _figures(
    plan: Plan, answers: list[Answer], *, credentials: Credentials, since: float
) -> Figures:
    wrong = sum(not _right(plan, answer, credentials) for answer in answers)
    counted = [answer for answer in answers if answer.due >= since]
    taken = [(answer.done - answer.due) * 1000 for answer in counted]
    two = taken if len(taken) > 1 else taken * 2  # fewer have no quantiles
    percentiles = statistics.quantiles(two, n=100, method="inclusive")
    return Figures(
        answers=len(answers),
        wrong=wrong,
        per_second=len(counted) / plan.seconds,
        p50=percentiles[49],
        p99=percentiles[98],
        most=max(taken),
    )


def _right(plan: Plan, answer: Answer, credentials: Credentials) -> bool:
    reply = reply_to(answer.push, answer.body, credentials=credentials)
    if answer.status != b"200" or not isinstance(reply, TextReply):
        return False
    if answer.push.text == plan.prompt:
        return reply.content.startswith(plan.accepted)
    return reply.content == plan.expected


def main() -> None:
    plan = Plan(**json.load(sys.stdin))
    json.dump(dataclasses.asdict(asyncio.run(run(plan))), sys.stdout)


if __name__ == "__main__":
    main()
