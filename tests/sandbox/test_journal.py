"""The journal lists every API call, and no secret."""

import json
import socket
from typing import Any

import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.journal import SECRET_NAMES, masked
from tests.sandbox.sandbox_stage import API_KEY, APP_ID, SECRET, Stage

CANARY = "canary-of-a-secret"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(SECRET_NAMES)), st.just(CANARY), max_size=2)
    ),
    max_leaves=12,
)


def test_what_a_call_leaves_behind(stage: Stage) -> None:
    stage.send()
    stage.custom("画好了")
    stage.picture()

    sent, uploaded = stage.journal()

    assert (sent["id"], uploaded["id"]) == (1, 2)
    assert sent["method"] == "POST"
    assert sent["path"] == "/cgi-bin/message/custom/send"
    assert sent["query"] == {"access_token": "***"}
    assert sent["json"]["text"] == {"content": "画好了"}
    assert sent["status"] == 200
    assert sent["answer"] == {"errcode": 0, "errmsg": "ok"}
    assert abs(sent["at"] / 1000 - stage.clock()) < 5
    (file,) = uploaded["files"]
    assert (file["name"], file["filename"], file["type"]) == ("media", "a.jpg", "image/jpeg")
    assert file["size"] > 100
    assert uploaded["answer"]["type"] == "image"


def test_no_secret_is_in_it(stage: Stage) -> None:
    asked = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
    url = f"{stage.address}/cgi-bin"
    stable = requests.post(f"{url}/stable_token", json=asked, timeout=5).json()["access_token"]
    classic = requests.get(f"{url}/token", params=asked, timeout=5).json()["access_token"]
    form = {"appid": APP_ID, "appsecret": SECRET}
    requests.post(f"{url}/clear_quota/v2", data=form, timeout=5)
    stage.get("getcallbackip", access_token=stable)
    prompt = {"prompt": "猫", "model": "gpt-image-2"}
    stage.images("images/generations", json=prompt)

    calls = stage.journal()

    written = json.dumps(calls)
    assert len(calls) == 5
    assert not [secret for secret in (SECRET, stable, classic, API_KEY) if secret in written]
    assert calls[4]["json"] == prompt
    assert calls[4]["answer"]["data"][0]["b64_json"].endswith(" characters>")


def test_pages_phones_and_levers_are_not_in_it(stage: Stage) -> None:
    stage.look("state")
    stage.script({"match": "/x"})

    assert stage.journal() == []


def test_it_can_be_emptied(stage: Stage) -> None:
    stage.get("getcallbackip")

    assert requests.delete(f"{stage.address}/_journal", timeout=5).json() == {"calls": []}
    assert stage.journal() == []


def test_a_body_beyond_all_bounds_is_refused_and_noted(stage: Stage) -> None:
    host, port = stage.address.removeprefix("http://").split(":")
    head = (
        f"POST /cgi-bin/media/upload?type=image&access_token={stage.token} HTTP/1.1\r\n"
        "Host: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {65 * 1024 * 1024}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(head.encode())
        answer = wire.makefile("rb").read()

    assert b'"errcode": -1' in answer
    (call,) = stage.journal()
    assert call["answer"]["errcode"] == -1
    assert "files" not in call


def test_unroutable_and_unreadable_calls_are_in_it(stage: Stage) -> None:
    stage.post("no/such/call", b"\xff")

    (call,) = stage.journal()

    assert (call["path"], call["answer"]["errcode"]) == ("/cgi-bin/no/such/call", 40066)
    assert "json" not in call


@settings(max_examples=2000)
@given(JSON)
def test_masking_leaves_no_secret_and_everything_else(value: Any) -> None:
    shown = masked(value)

    assert CANARY not in json.dumps(shown)
    if CANARY not in json.dumps(value):
        assert shown == value
