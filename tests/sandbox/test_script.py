"""Scripted faults on real connections, under both servers the sandbox runs on."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.errors import BadRequest
from bot.sandbox.script import Fault
from tests.sandbox.sandbox_stage import Stage

IPS = {"ip_list": ["127.0.0.1"]}
PATH = "/cgi-bin/getcallbackip"
SERVED = """
from pathlib import Path
from bot.sandbox.app import create_app
from bot.sandbox.config import Config
app = create_app(Config(app_id="wx0123456789abcdef", app_secret="s", token="token", aes_key="",
    api_key="k", webhook_url="http://127.0.0.1:9/", folder=Path("state")))
"""


class TestAnswers:
    def test_an_errcode(self, stage: Stage) -> None:
        stage.script({"match": PATH, "errcode": 48001})

        refused = stage.get("getcallbackip").json()

        assert refused["errcode"] == 48001
        assert refused["errmsg"].startswith("api unauthorized rid: ")
        assert stage.get("getcallbackip").json() == IPS

    def test_a_status_a_body_headers(self, stage: Stage) -> None:
        fault = {
            "match": PATH,
            "status": 502,
            "body": "<html>坏了</html>",
            "headers": {"Retry-After": "7"},
        }
        stage.script(fault)

        answer = stage.get("getcallbackip")

        assert (answer.status_code, answer.content.decode()) == (502, "<html>坏了</html>")
        assert answer.headers["Retry-After"] == "7"

    def test_json_on_the_image_api(self, stage: Stage) -> None:
        error = {"error": {"code": "rate_limit_exceeded", "message": "slow down"}}
        stage.script({"match": "/v1/images", "status": 429, "json": error})

        answer = stage.images("images/generations", json={})

        assert (answer.status_code, answer.json()) == (429, error)

    def test_times_and_skip(self, stage: Stage) -> None:
        stage.script({"match": PATH, "errcode": -1, "times": 2, "skip": 1})

        codes = [stage.get("getcallbackip").json().get("errcode", 0) for _ in range(4)]

        assert codes == [0, -1, -1, 0]

    def test_for_ever_until_it_is_cleared(self, stage: Stage) -> None:
        stage.script({"match": "/cgi-bin", "errcode": -1, "times": None})
        assert [stage.get("getcallbackip").json()["errcode"] for _ in range(5)] == [-1] * 5

        requests.delete(f"{stage.address}/_script", timeout=5)

        assert stage.get("getcallbackip").json() == IPS

    def test_rules_are_tried_in_order_and_listed(self, stage: Stage) -> None:
        stage.script({"match": PATH, "errcode": 1}, {"match": "/v1", "status": 500})
        stage.script({"match": PATH, "errcode": 2})
        assert stage.get("getcallbackip").json()["errcode"] == 1

        left = requests.get(f"{stage.address}/_script", timeout=5).json()

        assert [(fault["match"], fault["times"]) for fault in left] == [("/v1", 1), (PATH, 1)]

    def test_a_fault_has_no_effect_unless_told(self, stage: Stage) -> None:
        stage.send()
        stage.script({"match": "/cgi-bin/message", "errcode": -1})
        assert stage.custom("一") == -1
        assert stage.shown() == []

        stage.script({"match": "/cgi-bin/message", "errcode": -1, "do": True})

        assert stage.custom("二") == -1
        assert stage.shown() == [("text", "二")]

    def test_delay_lets_the_truth_through_late(self, stage: Stage) -> None:
        stage.script({"match": PATH, "delay": 0.5})
        begun = time.monotonic()

        assert stage.get("getcallbackip").json() == IPS

        assert 0.5 <= time.monotonic() - begun < 5

    def test_the_phone_is_never_faulted(self, stage: Stage) -> None:
        stage.script({"match": "/", "status": 500, "times": None})

        assert stage.look("state")["followers"]

    @pytest.mark.parametrize(
        "rule",
        [
            {"errcode": 1},
            {"match": "/", "reset": "never"},
            {"match": "/", "errorcode": 1},
            {"match": 5},
            "all",
        ],
    )
    def test_a_rule_that_cannot_be_meant(self, stage: Stage, rule: Any) -> None:
        with pytest.raises(BadRequest):
            Fault.parse(rule)

        answer = requests.post(f"{stage.address}/_script", json=[rule], timeout=5)
        assert answer.status_code == 400
        assert requests.get(f"{stage.address}/_script", timeout=5).json() == []

    def test_the_script_is_a_list(self, stage: Stage) -> None:
        answer = requests.post(f"{stage.address}/_script", json={"match": "/"}, timeout=5)

        assert answer.status_code == 400


def gunicorn(folder: Path) -> subprocess.Popen[bytes]:
    """Serve the sandbox under gunicorn on ``folder/port``'s port."""
    (folder / "served.py").write_text(SERVED)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "port").write_text(str(port))
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "4"]
    place = os.pathsep.join((str(folder), str(Path(__file__).parents[2])))
    return subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "--log-level", "error", "served:app"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": place},
    )


@pytest.fixture(name="wire", params=["werkzeug", "gunicorn"])
def _wire(
    request: pytest.FixtureRequest, make_stage: Callable[..., Stage], tmp_path: Path
) -> Iterator[str]:
    """The address of a sandbox under one of its two servers."""
    if request.param == "werkzeug":
        yield make_stage().address
        return
    process = gunicorn(tmp_path)
    address = f"http://127.0.0.1:{(tmp_path / 'port').read_text()}"
    try:
        _wait_for(address)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _wait_for(address: str) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            requests.get(f"{address}/_journal", timeout=5)
        except requests.ConnectionError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


def exchange(address: str) -> tuple[bytes, bool]:
    """Make one call without a token; return all bytes that came and whether it ended in a reset."""
    host, port = address.removeprefix("http://").split(":")
    got = b""
    with socket.create_connection((host, int(port)), timeout=5) as wire:
        wire.sendall(b"GET /cgi-bin/getcallbackip HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while True:
            try:
                part = wire.recv(4096)
            except ConnectionResetError:
                return got, True
            if not part:
                return got, False
            got += part


class TestWire:
    def test_without_a_fault_the_answer_is_whole(self, wire: str) -> None:
        got, reset = exchange(wire)

        assert b"41001" in got
        assert not reset

    def test_a_reset_before_the_answer(self, wire: str) -> None:
        set_fault(wire, reset="before")

        assert exchange(wire) == (b"", True)
        assert exchange(wire)[1] is False

    def test_a_reset_in_the_middle(self, wire: str) -> None:
        set_fault(wire, reset="during")

        got, reset = exchange(wire)

        assert reset
        head, _, body = got.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split()[0])
        assert b"200 OK" in head
        assert 0 < len(body) == length // 2

    def test_a_reset_after_the_answer(self, wire: str) -> None:
        set_fault(wire, reset="after")

        got, reset = exchange(wire)

        assert reset
        assert b"access_token missing" in got

    def test_a_drip(self, wire: str) -> None:
        set_fault(wire, drip=0.01, body="0123456789" * 3, status=200)
        begun = time.monotonic()

        got, reset = exchange(wire)

        assert got.endswith(b"0123456789" * 3)
        assert not reset
        assert time.monotonic() - begun >= 0.3

    def test_what_was_lost_is_in_the_journal(self, wire: str) -> None:
        set_fault(wire, reset="before", do=True)
        exchange(wire)

        (call,) = requests.get(f"{wire}/_journal", timeout=5).json()["calls"]

        assert (call["path"], call["status"], call["answer"]["errcode"]) == (PATH, None, 41001)


def set_fault(address: str, **fault: Any) -> None:
    rule = {"match": PATH} | fault
    assert requests.post(f"{address}/_script", json=[rule], timeout=5).ok


def test_an_answer_lost_after_the_effect(stage: Stage) -> None:
    stage.send()
    stage.script({"match": "/cgi-bin/message/custom/send", "reset": "before", "do": True})

    with pytest.raises(requests.ConnectionError):
        stage.custom("到了")

    assert stage.shown() == [("text", "到了")]


def test_a_reset_before_has_no_effect(stage: Stage) -> None:
    stage.send()
    stage.script({"match": "/cgi-bin/message/custom/send", "reset": "before"})

    with pytest.raises(requests.ConnectionError):
        stage.custom("没到")

    assert stage.shown() == []
