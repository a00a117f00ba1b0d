"""One token for all processes: one fetch, one pause, and a Redis that may go at any moment."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from bot import memory
from bot.memory import Memory
from bot.vault import Vault
from tests.redises import Redis
from tests.wechat.callers import Caller, Outcome
from tests.wechat.scripted_wechat import (
    OK,
    SECRET,
    SEND,
    STABLE_TOKEN,
    Answer,
    ScriptedWeChat,
    hang,
    refuses,
    token,
)

WELL = [0]
Callers = list[Caller]
Start = Callable[..., Callers]
SOON = 2.5  # seconds: a fifth for Redis, the rest for a busy machine; untuned it would be ten


@pytest.fixture(name="processes", scope="module")
def _processes() -> Iterator[Callers]:
    made = [Caller() for _ in range(3)]
    yield made
    for caller in made:
        caller.kill()


@pytest.fixture(name="start")
def _start(processes: Callers, platform: ScriptedWeChat, redis_server: Redis) -> Start:
    """Give three processes that know of no token."""
    platform.on(SEND, OK)

    def start(*, secret: str = SECRET) -> Callers:
        for caller in processes:
            caller.become(base=platform.address, redis=redis_server.address, secret=secret)
        return processes

    return start


def slowly(answer: Answer) -> Answer:
    def later(peer: socket.socket) -> None:
        time.sleep(0.3)
        answer(peer)

    return later


def at_once(callers: Callers, *, threads: int = 1) -> list[Outcome]:
    for caller in callers:
        caller.begin(threads)
    return [caller.end() for caller in callers]


def codes(outcomes: list[Outcome]) -> list[int]:
    return [code for outcome in outcomes for code in outcome.codes]


def forced(platform: ScriptedWeChat) -> list[bool]:
    """Return, for each fetch of a token, whether it was forced."""
    return [asked.json["force_refresh"] for asked in platform.asked(STABLE_TOKEN)]


def test_without_redis_nothing_is_shared_or_loaded(platform: ScriptedWeChat) -> None:
    platform.on(SEND, OK)
    caller = Caller()
    try:
        assert not caller.become(base=platform.address, redis="", secret=SECRET)
        assert caller.send().codes == WELL
        assert not caller.become(base=platform.address, redis="", secret=SECRET)
    finally:
        caller.kill()


def test_all_threads_of_all_processes_fetch_once(platform: ScriptedWeChat, start: Start) -> None:
    platform.on(STABLE_TOKEN, slowly(token("TOKEN-1")))

    assert codes(at_once(start(), threads=8)) == [0] * 24
    assert forced(platform) == [False]


def test_a_refused_token_is_renewed_once_for_all(platform: ScriptedWeChat, start: Start) -> None:
    callers = start()
    at_once(callers)
    platform.refused.add("TOKEN-1")
    platform.on(STABLE_TOKEN, slowly(token("TOKEN-2")))

    assert codes(at_once(callers, threads=8)) == [0] * 24
    assert forced(platform) == [False, False]


def test_the_same_token_again_is_forced_once_for_all(
    platform: ScriptedWeChat, start: Start
) -> None:
    callers = start()
    at_once(callers)
    platform.refused.add("TOKEN-1")
    platform.on(STABLE_TOKEN, token("TOKEN-1"), slowly(token("TOKEN-2")))

    assert codes(at_once(callers, threads=8)) == [0] * 24
    assert forced(platform) == [False, False, True]

    platform.refused.add("TOKEN-2")
    assert set(codes(at_once(callers))) == {40001}
    assert forced(platform) == [False, False, True, False]


def test_a_token_refused_for_ever_costs_two_calls_and_one_fetch(
    platform: ScriptedWeChat, start: Start
) -> None:
    callers = start()
    at_once(callers)
    platform.journal.clear()
    platform.refused |= {"TOKEN-1", "TOKEN-2"}
    platform.on(STABLE_TOKEN, token("TOKEN-2"))

    assert [caller.send().codes for caller in [*callers, *callers]] == [[40001]] * 6
    assert len(platform.asked(SEND)) == 2
    assert forced(platform) == [False]


def test_a_refused_secret_is_asked_for_once_and_a_new_one_at_once(
    platform: ScriptedWeChat, start: Start
) -> None:
    platform.on(STABLE_TOKEN, refuses(40125), token("TOKEN-1"))
    assert codes(at_once(start())) == [40125] * 3
    assert forced(platform) == [False]

    assert codes(at_once(start(secret="another-secret"))) == [0] * 3
    assert forced(platform) == [False, False]


def test_a_machine_that_may_not_ask_stops_no_other(platform: ScriptedWeChat, start: Start) -> None:
    first, second, third = start()
    platform.on(STABLE_TOKEN, refuses(40164), token("TOKEN-1"))

    assert first.send().codes == [40164]
    assert [one.send().codes for one in (second, third, first)] == [WELL] * 3
    assert forced(platform) == [False, False]


def test_a_killed_process_gives_its_turn_away(
    platform: ScriptedWeChat, start: Start, redis_server: Redis
) -> None:
    callers = start()
    killed = Caller()
    killed.become(base=platform.address, redis=redis_server.address, secret=SECRET)
    platform.on(STABLE_TOKEN, hang, token("TOKEN-1"))
    killed.begin()
    until = time.monotonic() + 10
    while not platform.asked(STABLE_TOKEN):
        assert time.monotonic() < until
        time.sleep(0.01)
    killed.kill()

    outcomes = at_once(callers, threads=4)
    assert codes(outcomes) == [0] * 12
    assert 1 < max(one.seconds for one in outcomes) < 5
    assert forced(platform) == [False, False]


# ---- what becomes of Redis ----


@contextmanager
def killed(server: Redis) -> Iterator[None]:
    server.kill()
    yield


@contextmanager
def emptied(server: Redis) -> Iterator[None]:
    server.restart()
    yield


@contextmanager
def damaged(server: Redis) -> Iterator[None]:
    for key in server.contents():
        server.ask("SET", key, b"\xff\x00", "PX", 60_000)
    yield


@pytest.mark.parametrize(
    "fault", [killed, Redis.frozen, emptied, damaged, Redis.read_only, Redis.full]
)
def test_each_process_goes_on_without_redis(
    fault: Callable[[Redis], AbstractContextManager[None]],
    platform: ScriptedWeChat,
    start: Start,
    redis_server: Redis,
) -> None:
    callers = start()
    at_once(callers)
    with fault(redis_server):
        first = at_once(callers, threads=4)
        assert codes(first) == [0] * 12
        assert forced(platform) == [False]  # what a process has, it keeps

        platform.refused.add("TOKEN-1")
        platform.on(STABLE_TOKEN, token("TOKEN-2"))
        second = at_once(callers, threads=4)
        assert codes(second) == [0] * 12
        assert 1 < len(forced(platform)) <= 4  # one of each process's own at most

        at_once(start())  # processes that have nothing yet
        assert 1 < len(forced(platform)) <= 7
    assert max(one.seconds for one in first + second) < SOON


def test_nothing_can_be_read_in_redis(
    platform: ScriptedWeChat, start: Start, redis_server: Redis
) -> None:
    platform.on(STABLE_TOKEN, token("TOKEN-CANARY"))
    at_once(start())
    seen = b"".join(key + value for key, value in redis_server.contents().items())

    assert b"huaxin:" in seen
    for secret in (b"CANARY", SECRET.encode(), b"wx0123456789abcdef", b"secret-key-canary"):
        assert secret not in seen


# ---- the memory itself ----


@pytest.fixture(name="pair")
def _pair(redis_server: Redis, monkeypatch: pytest.MonkeyPatch) -> tuple[Memory, Memory]:
    monkeypatch.setattr(memory, "REST", 0.3)
    vault = Vault("secret-key-canary")
    return (
        Memory(redis_server.address, name="n", seals=vault),
        Memory(redis_server.address, name="n", seals=vault),
    )


def test_words_and_turns_end_by_themselves(pair: tuple[Memory, Memory]) -> None:
    one, other = pair
    one.write("word", "好", seconds=0.3)
    found = other.read("word")
    assert found
    assert found[0] == "好"
    assert 0 < found[1] <= 0.3

    mine = one.take("turn", seconds=0.3)
    assert mine
    assert other.take("turn", seconds=0.3) is None
    time.sleep(0.35)
    assert other.read("word") is None
    assert other.take("turn", seconds=5)

    one.give_back("turn", mine)  # it is the other's by now
    assert one.take("turn", seconds=5) is None


def test_redis_is_left_alone_for_a_while_and_its_loss_told_once(
    pair: tuple[Memory, Memory], redis_server: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    one = pair[0]
    one.write("word", "好", seconds=60)
    with redis_server.frozen():
        begun = time.monotonic()
        for _ in range(100):
            assert one.read("word") is None
            assert one.take("turn", seconds=5)
            one.write("word", "x", seconds=5)
        assert time.monotonic() - begun < SOON
        time.sleep(0.35)
        assert one.read("word") is None
    time.sleep(0.35)
    assert one.read("word")
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        "Redis is away (TimeoutError); meanwhile each process asks for a token itself",
        "Redis is back",
    ]
