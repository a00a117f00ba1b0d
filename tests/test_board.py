"""What processes count of themselves comes together, whole, whatever becomes of a process."""

import os
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from bench.children import free_bind
from bot import board, seed
from bot.board import Board, Told
from bot.counts import JOB_SECONDS, MESSAGES, METRICS, MOST, OTHER, Counted, Counts, together
from bot.models import TextMessage
from bot.store.database import Database
from bot.wechat import codec, crypto
from bot.wechat.crypto import Credentials, Mode

labels = st.text(max_size=5)
events = st.lists(st.tuples(labels, labels, st.floats(-1, 1e4, allow_nan=False)), max_size=20)


def counted(happened: list[tuple[str, str, float]]) -> Counts:
    counts = Counts()
    for kind, handler, seconds in happened:
        counts.add(MESSAGES, kind, handler)
        counts.time(JOB_SECONDS, seconds, kind)
    return counts


@settings(max_examples=40)
@given(events, events)
def test_two_processes_together_are_as_one(
    some: list[tuple[str, str, float]], more: list[tuple[str, str, float]]
) -> None:
    both = together(Counted.load(counted(one).read().dump()) for one in (some, more))
    one = counted(some + more).read()

    assert both.numbers == one.numbers
    assert {key: found[:-1] for key, found in both.times.items()} == {
        key: found[:-1] for key, found in one.times.items()
    }
    assert [found[-1] for found in both.times.values()] == pytest.approx(
        [found[-1] for found in one.times.values()]
    )


def test_a_bucket_holds_what_is_at_most_its_bound() -> None:
    counts = Counts()
    for seconds in (-1, 1.0, 1.1, 1800.0, 1800.1):
        counts.time(JOB_SECONDS, seconds, "x")
    found = counts.read().times[JOB_SECONDS, "x"]

    assert len(found) == len(METRICS[JOB_SECONDS].bounds) + 2
    assert found == [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, pytest.approx(3602 + 0.2)]


def test_labels_cannot_grow_without_end() -> None:
    counts = Counts()
    for number in range(2 * MOST):
        counts.add(MESSAGES, f"kind{number}", "x" * 40)
    numbers = counts.read().numbers

    assert len(numbers) == MOST + 1
    assert numbers[MESSAGES, OTHER, OTHER] == MOST
    assert len(counts.read().dump()) < board.ROOM


def test_a_writing_that_broke_off_leaves_the_one_before() -> None:
    shared = Board(1)
    place = shared.give()
    for number in (1.0, 2.0):
        shared.write(place, Counted({(MESSAGES, "a", "b"): number}))
    size = board.PLACE.size + board.HALF.size + board.ROOM
    other = 1 - shared._memory[1]
    at = board.PLACE.size + other * (size - board.PLACE.size)
    shared._memory[at : at + 40] = b"\xff" * 40  # killed in the middle of the third

    assert shared.read(place).numbers == {(MESSAGES, "a", "b"): 2}


def test_who_comes_after_one_that_died_goes_on_from_its_counts() -> None:
    shared = Board(2)
    for expected in (1, 2, 3):
        counts, place = Counts(), shared.give()
        told = Told(counts, lambda: {"threads": 1.0})
        told.share(shared, place)
        counts.add(MESSAGES, "a", "b")
        assert place == 0
        assert together(told.every()).numbers == {(MESSAGES, "a", "b"): expected}
        assert [one.state for one in told.every()] == [{"threads": 1}, {}]
        told.stop()
        shared.take_back(place)
        assert [one.state for one in shared.every()] == [{}, {}]


def test_there_are_only_so_many_places() -> None:
    shared = Board(1)
    assert [shared.give(), shared.give()] == [0, -1]
    told = Told(Counts(), dict)
    told.share(shared, -1)
    shared.take_back(-1)

    assert told.every() == [Counted()]
    assert shared.give() == -1


# ---- gunicorn's processes ----

OWN = Credentials("wx0123456789abcdef", "boardtoken")


@contextmanager
def web(folder: Path, *, processes: int) -> Iterator[tuple[str, int]]:
    """Serve the doors in a folder of its own; yield the address and gunicorn's process id."""
    bind = free_bind()
    own = {
        "WECHAT_APP_ID": "wx0123456789abcdef",
        "WECHAT_APP_SECRET": "x",
        "WECHAT_TOKEN": "boardtoken",
        "OPENAI_API_KEY": "x",
        "SECRET_KEY": "only-for-this-test",
        "METRICS_TOKEN": "only-for-this-test",
        "DATA_DIR": str(folder),
        "BIND": bind,
        "WEB_PROCESSES": str(processes),
        "WEB_THREADS": "4",
    }
    db = Database(f"sqlite:///{folder / 'huaxin.db'}", timeout=10)
    seed.prepare(db)
    db.close()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "web"],
            cwd=folder,
            env={**os.environ, **own, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
            stdout=log,
            stderr=log,
        )
    try:
        yield f"http://{bind}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def get(address: str) -> str:
    request = urllib.request.Request(
        address, headers={"Authorization": "Bearer only-for-this-test", "Connection": "close"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        body: bytes = answer.read()
    return body.decode()


def told(address: str) -> dict[tuple[str, str], float]:
    """Return the samples by name and the last of their labels."""
    return {
        (one.name, next(reversed(one.labels.values()), "")): one.value
        for family in text_string_to_metric_families(get(f"{address}/metrics"))
        for one in family.samples
    }


def push(address: str, number: int) -> None:
    message = TextMessage(
        to="gh_1",
        openid="oBoard",
        created=int(time.time()),
        msg_id=str(1000 + number),
        content="电子书",
    )
    query, body = crypto.push(
        OWN, codec.render_inbound(message), mode=Mode.PLAINTEXT, now=time.time()
    )
    asked = urllib.parse.urlencode(query)
    request = urllib.request.Request(
        f"{address}/wechat?{asked}", data=body, headers={"Connection": "close"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def until(address: str, name: str, wanted: float) -> None:
    """Wait until both processes have told what adds up to *wanted*; it never is more."""
    end = time.monotonic() + 30
    while (found := told(address).get((name, "yes"), 0)) != wanted:
        assert found < wanted
        assert time.monotonic() < end, found
        time.sleep(0.1)


def both(address: str, log: Path) -> None:
    """Wait until two processes live and have told how they are."""
    end = time.monotonic() + 60
    while len(ages(address)) != 2:
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


def ages(address: str) -> list[float]:
    try:
        found = told(address)
    except OSError:
        return []
    return [age for (name, _process), age in found.items() if "snapshot_age" in name]


@pytest.mark.slow
def test_two_web_processes_tell_the_same_and_a_killed_one_loses_nothing(tmp_path: Path) -> None:
    with web(tmp_path, processes=2) as (address, master):
        both(address, tmp_path / "log")
        for number in range(40):
            push(address, number)
        for _ in range(4):  # whoever of the two is asked
            until(address, "huaxin_messages_total", 40)

        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)
        for number in range(40, 50):
            push(address, number)
        until(address, "huaxin_messages_total", 50)
        both(address, tmp_path / "log")
        until(address, "huaxin_messages_total", 50)
        assert max(ages(address)) < 10
