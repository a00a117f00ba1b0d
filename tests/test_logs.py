"""No secret and no openid reaches the log, whoever wrote the line."""

import atexit
import io
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot import logs
from bot.wechat.client import WeChat
from tests.workers import eventually
from tests.worlds import World

CANARIES = ("app-secret-canary", "tokencanary", "sk-sandbox-canary", "secret-key-canary")


@pytest.fixture(name="written")
def _written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Return what has been logged so far."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    before = logging.getLogger().handlers[:]
    logs.configure("json")

    def written() -> str:
        for handler in logging.getLogger().handlers:
            handler.flush()
        return stream.getvalue()

    yield written
    logging.getLogger().handlers[:] = before


def test_a_conversation_with_every_kind_of_trouble_leaves_no_secret(
    world: World, written: Callable[[], str]
) -> None:
    world.sandbox.script({"match": "/cgi-bin/media/upload", "times": 1, "errcode": 40001})
    for text in ("电子书", "一只橘猫", "一张违规的图", "取图", "额度"):
        world.say(text)
    world.work()
    world.sandbox.script({"match": "/v1/images/generations", "reset": "before"})
    world.say("一只白猫")
    world.work()
    lines = [json.loads(line) for line in written().splitlines()]

    assert any("delivered" in line["message"] for line in lines)
    assert not [canary for canary in CANARIES if canary in written()]
    assert world.openid not in written()


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("GET /x?access_token=abc&b=1", "GET /x?access_token=***&b=1"),
        ('{"secret": "abc"}', '{"secret": "***"}'),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("key sk-abcdefgh12345", "key sk-***"),
        ("from oABCDE1234567890abcdefghijkl", "from oABCDE…"),
    ],
)
def test_what_others_write_is_redacted(line: str, left: str) -> None:
    assert logs.redact(line) == left


def test_a_line_says_what_was_so_when_it_was_logged(written: Callable[[], str]) -> None:
    waiting = ["one"]
    logging.getLogger("bot").info("%s", waiting)
    waiting.append("two")

    assert json.loads(written())["message"] == "['one']"


def test_a_message_key_leads_from_the_push_to_the_picture(
    world: World, written: Callable[[], str]
) -> None:
    world.say("一只橘猫")
    world.work()
    lines = [json.loads(line) for line in written().splitlines()]
    (pushed,) = [line for line in lines if line.get("handler") == "image"]
    steps = [line["message"].split()[2] for line in lines if line.get("job") == "1"]

    assert {line["key"] for line in lines if "job" in line} == {pushed["key"]}
    assert steps == ["generated", "delivered"]
    assert pushed["message"].startswith(f"message={pushed['key']} text ")


def test_a_sheets_pages_are_of_its_message(world: World, written: Callable[[], str]) -> None:
    world.say("抽卡 一只橘猫")
    world.work()
    lines = [json.loads(line) for line in written().splitlines()]
    (pushed,) = [line for line in lines if line.get("handler") == "drafts"]
    told = [line for line in lines if "job" in line]

    assert {line["job"] for line in told} == {"1", "2", "3", "4", "5"}
    assert {line["key"] for line in told} == {pushed["key"]}


def test_the_client_shows_no_secret() -> None:
    client = WeChat("wx0123456789abcdef", "app-secret-canary", api_base="http://127.0.0.1:9")

    assert "canary" not in repr(client)


def test_a_warning_is_written_at_once_with_what_came_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(logs, "PAUSE", 60)
    handler = logs.Batches(stream)
    handler.setFormatter(logs.Text())
    for level in (logging.INFO, logging.INFO, logging.WARNING):
        handler.handle(logging.LogRecord("bot", level, "", 1, "line", None, None))

    assert stream.getvalue().count("line\n") == 3


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    with suppress(OSError), Path("/dev/full").open("w") as full:
        handler = logs.Batches(full)
        handler.setFormatter(logs.Text())
        handler.handle(logging.LogRecord("bot", logging.ERROR, "", 1, "line", None, None))
        atexit.unregister(handler.flush)


class Unread(io.StringIO):
    """A stream whose other end nobody reads until `looked_at` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_at = threading.Event()

    def write(self, text: str) -> int:
        self.looked_at.wait()
        return super().write(text)


def test_a_log_that_nobody_reads_stops_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "PATIENCE", 0.1)
    monkeypatch.setattr(logs, "MOST", 50)
    stream = Unread()
    handler = logs.Batches(stream)
    handler.setFormatter(logs.Text())
    begun = time.monotonic()
    for number in range(100):
        said = logging.LogRecord("bot", logging.WARNING, "", 1, f"line {number:02}", None, None)
        handler.handle(said)
    assert time.monotonic() - begun < 5  # each would have waited for ever

    stream.looked_at.set()
    eventually(lambda: "line 99" in stream.getvalue(), seconds=10, what="the last line")
    lines = [line.rpartition("  ")[2] for line in stream.getvalue().splitlines()]
    assert lines[0] == "line 00"
    assert lines[-50:] == [f"line {number}" for number in range(50, 100)]
