"""A message's trace: one tree from the push to the delivered picture, and nothing anybody said."""

from collections.abc import Callable
from queue import Queue

import pytest
from flask import Flask, request
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot.traces import Traces
from tests.worlds import AES_KEY, World, serving

SECRETS = ("app-secret-canary", "tokencanary", AES_KEY, "sk-sandbox-canary", "secret-key-canary")


def tree(spans: list[ReadableSpan]) -> dict[str, str]:
    """Return each span's name with that of what it is a part of."""
    names = {one.context.span_id: one.name for one in spans if one.context}
    return {one.name: names[one.parent.span_id] if one.parent else "" for one in spans}


def test_one_trace_leads_from_the_push_to_the_picture(world: World) -> None:
    kept = InMemorySpanExporter()
    world.bot.traces = Traces(SimpleSpanProcessor(kept))
    world.say("一只橘猫")
    world.work()
    spans = list(kept.get_finished_spans())

    assert tree(spans) == {
        "push": "",
        "job 1": "push",
        "job 1 queued": "job 1",
        "job 1 called": "job 1",
        "job 1 generated": "job 1",
        "job 1 delivered": "job 1",
    }
    assert len({one.context.trace_id for one in spans if one.context}) == 1
    assert all(one.start_time and one.start_time <= (one.end_time or 0) for one in spans)

    kept.clear()
    world.sandbox.script({"match": "/v1/images/generations", "reset": "before", "do": True})
    world.say("抽卡 一只白猫")
    world.work()
    sheet = kept.get_finished_spans()
    told = "".join(one.to_json() for one in sheet)
    jobs = {name: within for name, within in tree(list(sheet)).items() if name.count(" ") == 1}
    assert jobs == {f"job {number}": "push" for number in (2, 3, 4, 5, 6)}
    assert '"state": "outcome_unknown"' in told
    assert not [one for one in (*SECRETS, world.openid, "猫") if one in told]


def test_they_go_where_the_environment_says(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    got: Queue[bytes] = Queue()
    app = Flask("collector")

    @app.post("/v1/traces")
    def take() -> str:
        got.put(request.data)
        return ""

    with serving(app) as server:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "huaxin-web")
        world = make_world()
        world.say("大厂内推")
        world.bot.stop()
        told = got.get(timeout=10)

    assert b"huaxin-web" in told
    assert b"keyword" in told
    assert world.openid.encode() not in told


@pytest.mark.parametrize("environ", [{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}])
def test_they_are_off_by_default(environ: dict[str, str]) -> None:
    assert Traces.begin(environ) is None
    assert Traces.begin({"OTEL_EXPORTER_OTLP_ENDPOINT": "x", "OTEL_SDK_DISABLED": "true"}) is None
