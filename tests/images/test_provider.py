"""The paid call over real sockets: every fault is injected, every POST counted."""

import base64
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bot.errors import ConfigError, ProviderError, Reason
from bot.images.contract import Ask
from bot.images.providers.entry import Entry
from bot.images.providers.openai import OpenAI
from bot.models import Generated
from tests.images.grounds import encoded, ground
from tests.images.scripted_api import (
    Script,
    ScriptedApi,
    answer,
    drawn,
    drip,
    half,
    hang,
    hang_up,
    reset,
    serving,
)

KEY = "sk-canary-0123456789abcdef"
ASK = Ask(prompt="一只猫 #1E90FF “标题”", width=1536, height=864, follower="f0110e4")
JPEG = encoded(ground("gradient", 64, 64))


@pytest.fixture(name="api")
def _api() -> Iterator[ScriptedApi]:
    with serving() as server:
        yield server


def provider(url: str, *, key: str = KEY, seconds: float = 10, connect: float = 5) -> OpenAI:
    entry = Entry(
        name="openai",
        kind="openai",
        base_url=url,
        api_key=key,
        model="gpt-image-2.5-flare",
        quality="medium",
        timeout=seconds,
    )
    return OpenAI(entry, connect_timeout=connect)


def generate(url: str, *, seconds: float = 10) -> Generated:
    return provider(url, seconds=seconds).draw(ASK)


def failure(url: str, *, seconds: float = 10) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        generate(url, seconds=seconds)
    return raised.value


def test_a_picture(api: ScriptedApi) -> None:
    usage = {"input_tokens": 12, "output_tokens": 439, "total_tokens": 451}
    body = drawn(JPEG, usage=usage)
    api.script = body

    assert generate(api.url) == Generated(
        data=JPEG,
        provider="openai",
        model="gpt-image-2.5-flare",
        input_tokens=12,
        output_tokens=439,
    )
    [heard] = api.heard
    assert heard.line == "POST /v1/images/generations HTTP/1.1"
    assert heard.json == {
        "model": "gpt-image-2.5-flare",
        "prompt": "一只猫 #1E90FF “标题”",
        "size": "1536x864",
        "quality": "medium",
        "n": 1,
        "output_format": "jpeg",
        "output_compression": 90,
        "moderation": "auto",
        "safety_identifier": "f0110e4",
    }


def test_the_request_id_and_the_waiting_time_are_read_from_the_head(api: ScriptedApi) -> None:
    content = {"data": [{"b64_json": base64.b64encode(JPEG).decode()}]}
    api.script = answer(200, content, X_Request_Id="req_1")
    assert generate(api.url).request_id == "req_1"

    api.script = answer(429, _error("rate_limit_exceeded"), Retry_After="3")
    assert failure(api.url).retry_after == 3


def test_nothing_of_the_environment_reaches_the_wire(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ORG_ID", "PROJECT_ID", "ADMIN_KEY", "WEBHOOK_SECRET", "API_KEY"):
        monkeypatch.setenv(f"OPENAI_{name}", "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/from-the-environment")
    monkeypatch.setenv(
        "OPENAI_CUSTOM_HEADERS", "X-Env: a\nAuthorization: Bearer b\nHost: c\nAccept: d"
    )
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    api.script = drawn(JPEG)

    generate(api.url)

    [heard] = api.heard
    assert heard.headers == {
        "host": f"127.0.0.1:{api.server_address[1]}",
        "accept": "application/json",
        "accept-encoding": "identity",
        "connection": "close",
        "content-type": "application/json",
        "content-length": str(len(heard.body)),
        "user-agent": "huaxin",
        "authorization": f"Bearer {KEY}",
    }


UNKNOWN, PICTURE = Reason.OUTCOME_UNKNOWN, Reason.BAD_PICTURE
HTML = b"<!doctype html><title>502 Bad Gateway</title>"


def _error(code: str) -> dict[str, object]:
    return {"error": {"message": "refused", "type": "t", "code": code}}


@pytest.mark.parametrize(
    ("script", "reason", "billed", "again"),
    [
        pytest.param(hang(), UNKNOWN, True, False, id="hang"),
        pytest.param(drip(head=True), UNKNOWN, True, False, id="dripping head"),
        pytest.param(drip(head=False), UNKNOWN, True, False, id="dripping body"),
        pytest.param(reset, UNKNOWN, True, False, id="reset"),
        pytest.param(hang_up, UNKNOWN, True, False, id="hang up"),
        pytest.param(half({"data": ["x" * 5000]}), UNKNOWN, True, False, id="half"),
        pytest.param(answer(200, HTML, kind="text/html"), UNKNOWN, True, False, id="html"),
        pytest.param(answer(502, HTML, kind="text/html"), UNKNOWN, True, False, id="html 502"),
        pytest.param(answer(302, b"", Location="/other"), UNKNOWN, True, False, id="redirect"),
        pytest.param(
            answer(200, b"\x1f\x8bno", Content_Encoding="gzip"), UNKNOWN, True, False, id="bad gzip"
        ),
        pytest.param(lambda c: c.sendall(b"SSH-2.0\r\n"), UNKNOWN, True, False, id="no http"),
        pytest.param(drawn(JPEG + bytes(30_000_000)), UNKNOWN, True, False, id="41 MB"),
        pytest.param(answer(200, {"data": []}), PICTURE, True, False, id="no data"),
        pytest.param(drawn(b"GIF89a"), PICTURE, True, False, id="a gif"),
        pytest.param(
            answer(400, _error("moderation_blocked")),
            Reason.MODERATION_INPUT,
            False,
            False,
            id="moderation",
        ),
        pytest.param(
            answer(429, _error("insufficient_quota")), Reason.NO_MONEY, False, False, id="no money"
        ),
        pytest.param(
            answer(429, _error("rate_limit_exceeded")), Reason.RATE_LIMIT, False, True, id="rate"
        ),
        pytest.param(
            answer(401, _error("invalid_api_key")), Reason.BAD_KEY, False, False, id="key"
        ),
        pytest.param(
            answer(500, _error("server_error")), Reason.PROVIDER_DOWN, False, True, id="500"
        ),
        pytest.param(answer(503, _error("busy")), Reason.PROVIDER_DOWN, False, True, id="503"),
        pytest.param(answer(404, _error("model")), Reason.BAD_REQUEST, False, False, id="404"),
        pytest.param(answer(409, _error("conflict")), Reason.BAD_REQUEST, False, False, id="409"),
    ],
)
def test_every_fault_is_one_call_and_has_its_reason(
    api: ScriptedApi, script: Script, reason: Reason, *, billed: bool, again: bool
) -> None:
    api.script = script
    started = time.monotonic()

    found = failure(api.url, seconds=2.5)

    assert (found.reason, found.billed) == (reason, billed)
    assert (found.retry_after is not None) is again
    assert time.monotonic() - started < 5
    assert len(api.heard) == 1


def _closed_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


@pytest.mark.parametrize(
    "url", [_closed_port(), "http://no-such-host.invalid/v1"], ids=["closed port", "no host"]
)
def test_no_connection_is_surely_not_billed(url: str) -> None:
    found = failure(url)

    assert (found.reason, found.billed) == (Reason.PROVIDER_DOWN, False)
    assert found.retry_after == 5.0


def test_a_handshake_that_never_ends_is_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/v1"
        with pytest.raises(ProviderError) as raised:
            provider(url, connect=0.3).draw(ASK)

    assert (raised.value.reason, raised.value.billed) == (Reason.PROVIDER_DOWN, False)


def test_a_name_look_up_that_hangs_does_not_hold_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        released.wait(10)
        raise OSError("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    started = time.monotonic()

    with pytest.raises(ProviderError) as raised:
        provider("http://slow.example/v1", connect=0.3).draw(ASK)
    took = time.monotonic() - started
    released.set()

    assert (raised.value.reason, raised.value.billed) == (Reason.PROVIDER_DOWN, False)
    assert took < 2


def test_forty_calls_at_once_from_forty_threads(api: ScriptedApi) -> None:
    everyone = threading.Barrier(40, timeout=20)
    picture = drawn(encoded(ground("noise", 512, 512)))

    def script(connection: socket.socket) -> None:
        everyone.wait()
        picture(connection)

    api.script = script
    mouth = provider(api.url, seconds=30)

    with ThreadPoolExecutor(40) as pool:
        pictures = list(pool.map(lambda n: mouth.draw(replace(ASK, follower=str(n))), range(40)))

    assert len(api.heard) == api.most_at_once == 40
    assert {heard.json["safety_identifier"] for heard in api.heard} == {str(n) for n in range(40)}
    assert {len(picture.data) for picture in pictures} == {len(pictures[0].data)}


def test_many_hanging_calls_end_together(api: ScriptedApi) -> None:
    api.script = hang()
    mouth = provider(api.url, seconds=5)

    def reason(_: int) -> Reason:
        with pytest.raises(ProviderError) as raised:
            mouth.draw(ASK)
        return raised.value.reason

    started = time.monotonic()
    with ThreadPoolExecutor(32) as pool:
        reasons = set(pool.map(reason, range(32)))

    assert reasons == {Reason.OUTCOME_UNKNOWN}
    assert len(api.heard) == 32
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("status", [401, 500, 200])
def test_the_key_is_in_no_error_log_or_repr(
    api: ScriptedApi, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    api.script = answer(status, {"error": {"message": f"Bearer {KEY} is wrong", "code": KEY}})
    mouth = provider(api.url)

    with pytest.raises(ProviderError) as raised:
        mouth.draw(ASK)
    mouth.moderate("一只猫")

    assert KEY not in f"{raised.value!r} {mouth!r} {caplog.text}"
    assert raised.value.__context__ is None or raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("api.openai.com/v1", KEY),
        ("ftp://a/v1", KEY),
        ("https://", KEY),
        ("https://a/v1", ""),
        ("https://a/v1", "sk-a\n"),
        ("https://a/v1", "sk-钥匙"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_without_quoting_it(url: str, key: str) -> None:
    with pytest.raises(ConfigError) as raised:
        provider(url, key=key)

    assert not key or key.strip() not in str(raised.value)


def moderation(*, flagged: bool) -> Script:
    categories = {"sexual": flagged, "violence": False, "hate": flagged}
    return answer(200, {"id": "m", "results": [{"flagged": flagged, "categories": categories}]})


def test_a_flagged_text_is_refused_and_names_its_categories(api: ScriptedApi) -> None:
    api.script = moderation(flagged=True)

    with pytest.raises(ProviderError, match=r"^flagged: hate, sexual$") as raised:
        provider(api.url).moderate("…")

    assert (raised.value.reason, raised.value.billed) == (Reason.MODERATION_INPUT, False)
    assert raised.value.retry_after is None
    [heard] = api.heard
    assert heard.line == "POST /v1/moderations HTTP/1.1"
    assert heard.json == {"input": "…", "model": "omni-moderation-latest"}


@pytest.mark.parametrize("categories", [None, ["hate"], {}, {"hate": "yes"}])
def test_a_flag_without_usable_categories_is_a_flag(api: ScriptedApi, categories: object) -> None:
    api.script = answer(200, {"results": [{"flagged": True, "categories": categories}]})

    with pytest.raises(ProviderError, match="no category named"):
        provider(api.url).moderate("…")


def test_a_harmless_text_passes_in_silence(
    api: ScriptedApi, caplog: pytest.LogCaptureFixture
) -> None:
    api.script = moderation(flagged=False)

    provider(api.url).moderate("一只猫")

    assert len(api.heard) == 1
    assert not [record for record in caplog.records if record.name.startswith("bot.images")]


@pytest.mark.parametrize(
    "script",
    [
        answer(404, {"error": {"message": "no route"}}),
        answer(404, HTML),
        hang(),
        reset,
        answer(200, {"results": None}),
    ],
    ids=["404", "html", "hang", "reset", "no results"],
)
def test_without_a_moderation_endpoint_the_text_passes(
    api: ScriptedApi, caplog: pytest.LogCaptureFixture, script: Script
) -> None:
    api.script = script

    provider(api.url, seconds=0.5).moderate("一只猫")

    assert len(api.heard) == 1
    assert "一只猫" not in caplog.text


def test_a_moderation_that_fails_leaves_a_line(
    api: ScriptedApi, caplog: pytest.LogCaptureFixture
) -> None:
    api.script = answer(404, {"error": {"message": "no route", "code": "not_found"}})

    provider(api.url).moderate("一只猫")

    assert "moderation unavailable at openai" in caplog.text


def test_the_models_and_their_last_days(api: ScriptedApi) -> None:
    models = [
        {"id": "gpt-image-2.5-flare", "object": "model", "shutdown_date": None},
        {"id": "gpt-image-1.5", "object": "model", "shutdown_date": "2026-12-01"},
        {"id": "other"},
    ]
    api.script = answer(200, {"object": "list", "data": models})

    assert provider(api.url).models() == {
        "gpt-image-2.5-flare": None,
        "gpt-image-1.5": "2026-12-01",
        "other": None,
    }
    assert [heard.line for heard in api.heard] == ["GET /v1/models HTTP/1.1"]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (reset, Reason.PROVIDER_DOWN),
        (answer(200, HTML), Reason.PROVIDER_DOWN),
        (answer(401, _error("invalid_api_key")), Reason.BAD_KEY),
    ],
)
def test_a_model_list_that_fails_costs_nothing(
    api: ScriptedApi, script: Script, reason: Reason
) -> None:
    api.script = script

    with pytest.raises(ProviderError) as raised:
        provider(api.url).models()

    assert (raised.value.reason, raised.value.billed) == (reason, False)


def test_no_thread_and_no_socket_is_left(api: ScriptedApi) -> None:
    api.script = drawn(JPEG)
    generate(api.url)
    _settles(lambda: not [t for t in threading.enumerate() if "asyncio" in t.name])


def _settles(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 2
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)
