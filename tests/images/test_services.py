"""Every kind of image service against a server that answers in its own shape, on real sockets."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ProviderError, Reason
from bot.images.contract import Ask
from bot.images.providers.adapter import Adapter
from bot.images.providers.entry import Entry
from bot.images.providers.local import without_options
from bot.images.providers.table import KINDS
from bot.models import Generated
from tests.images.scripted_api import (
    Script,
    ScriptedApi,
    answer,
    half,
    hang,
    in_turn,
    reset,
    serving,
)
from tests.images.services import (
    B64,
    BLOCKED,
    JPEG,
    PNG,
    PROMPT,
    RATE,
    SERVICES,
    Refused,
    Service,
)

KEY = "key-canary-0123456789"
ASK = Ask(prompt=PROMPT, width=1536, height=864, follower="f0110e4", quality="high")
HTML = answer(502, b"<!doctype html><title>Bad Gateway</title>", kind="text/html")
PICTURE = answer(200, JPEG, kind="application/octet-stream")
UNKNOWN, NO_PICTURE = Reason.OUTCOME_UNKNOWN, Reason.BAD_PICTURE


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[ScriptedApi]:
    with serving() as server:
        yield server


@pytest.fixture(name="api")
def _api(server: ScriptedApi) -> ScriptedApi:
    server.heard.clear()
    return server


@pytest.fixture(name="service", params=SERVICES.values(), ids=list(SERVICES))
def _service(request: pytest.FixtureRequest) -> Service:
    found: Service = request.param
    return found


def adapter(api: ScriptedApi, service: Service, **changes: Any) -> Adapter:
    values: dict[str, Any] = {
        "name": "one",
        "kind": service.kind,
        "base_url": api.home + service.base,
        "api_key": KEY,
        "model": service.model,
        "timeout": 10.0,
        **service.entry,
        **changes,
    }
    return KINDS[service.kind](Entry(**values))


def failure(provider: Adapter, ask: Ask = ASK) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        provider.draw(ask)
    return raised.value


def test_every_kind_has_its_service() -> None:
    assert list(SERVICES) == list(KINDS)


def test_a_picture_and_exactly_what_was_asked(api: ScriptedApi, service: Service) -> None:
    api.script = answer(200, service.good(B64))
    drawn = adapter(api, service).draw(ASK)

    used = dict(service.used)
    if "dollars" in used:
        used["dollars"] = Decimal(used["dollars"])
    assert drawn == Generated(data=JPEG, provider="one", model=service.model, **used)
    [heard] = api.heard
    assert heard.line == f"POST {service.draws} HTTP/1.1"
    assert heard.json == service.body
    assert heard.headers["content-type"] == "application/json"
    keys = {heard.headers.get("authorization"), heard.headers.get("api-key")} - {None}
    expected = {"azure": {KEY}, "local": set()}
    assert keys == expected.get(service.kind, {f"Bearer {KEY}"})


def test_a_picture_made_from_pictures(api: ScriptedApi, service: Service) -> None:
    provider = adapter(api, service)
    images = (JPEG, PNG)[: provider.capability.edits]
    if not images:
        found = failure(provider, replace(ASK, images=(JPEG,)))
        assert (found.reason, found.billed, api.heard) == (Reason.BAD_REQUEST, False, [])
        return
    api.script = answer(200, service.good(B64))
    drawn = provider.draw(replace(ASK, images=images))

    assert drawn.data == JPEG
    [heard] = api.heard
    assert heard.line == f"POST {service.edits} HTTP/1.1"
    if isinstance(service.edited, list):
        assert sorted(heard.parts) == sorted(service.edited)
        return
    merged = {**service.body, **service.edited}
    assert heard.json == {name: value for name, value in merged.items() if value is not None}


def test_an_address_is_fetched_at_once(api: ScriptedApi, service: Service) -> None:
    if service.link is None:
        return  # it always answers with the picture itself
    api.script = in_turn(answer(200, service.link(f"{api.home}/x/1.png?sig=a%2Fb&t=1")), PICTURE)

    assert adapter(api, service).draw(ASK).data == JPEG
    [_, fetched] = api.heard
    assert fetched.line == "GET /x/1.png?sig=a%2Fb&t=1 HTTP/1.1"
    assert KEY not in str(fetched.headers)


REFUSALS = [
    pytest.param(service, refused, id=f"{kind}: {name}")
    for kind, service in SERVICES.items()
    for name, refused in service.refusals.items()
]


@pytest.mark.parametrize(("service", "refused"), REFUSALS)
def test_a_refusal_in_the_services_own_words(
    api: ScriptedApi, service: Service, refused: Refused
) -> None:
    status, content, reason, billed = refused
    api.script = answer(status, content, Retry_After="7")
    found = failure(adapter(api, service))

    assert (found.reason, found.billed) == (reason, billed)
    item = isinstance(content, dict) and bool(content.get("data") or content.get("choices"))
    again = reason in {RATE, Reason.PROVIDER_DOWN} and not item
    assert found.retry_after == (7 if again else None)
    assert len(api.heard) == 1


def test_every_service_is_known_to_refuse_for_the_usual_reasons(service: Service) -> None:
    assert {"moderation", "rate limit", "bad key", "no money"} <= service.refusals.keys()
    assert service.refusals["moderation"][2:] == (BLOCKED, False)


@pytest.mark.parametrize(
    "script",
    [
        HTML,
        answer(200, b"<html>welcome</html>"),
        answer(200, b'{"data": [{"b64_js'),
        half({"data": ["x" * 5000]}),
        reset,
        answer(302, b"", Location="/elsewhere"),
        answer(503, {"detail": "not ours"}),
    ],
    ids=["html", "html 200", "cut JSON", "half", "reset", "redirect", "strange"],
)
def test_what_nobody_can_know(api: ScriptedApi, service: Service, script: Script) -> None:
    api.script = script
    found = failure(adapter(api, service))

    assert (found.reason, found.billed, found.retry_after) == (UNKNOWN, True, None)
    assert len(api.heard) == 1


def test_services_that_hang_are_left_in_time(api: ScriptedApi) -> None:
    api.script = hang()
    providers = [adapter(api, service, timeout=2.0) for service in SERVICES.values()]
    with ThreadPoolExecutor(len(providers)) as pool:
        found = list(pool.map(failure, providers))

    assert {(one.reason, one.billed, one.retry_after) for one in found} == {(UNKNOWN, True, None)}
    asked = sorted(heard.line.split()[1] for heard in api.heard)
    assert asked == sorted(service.draws for service in SERVICES.values())


def test_paid_for_and_no_picture(api: ScriptedApi, service: Service) -> None:
    for broken in ("", "!!", "R0lGODlh"):
        api.script = answer(200, service.good(broken))
        found = failure(adapter(api, service))

        assert (found.reason, found.billed) == (NO_PICTURE, True)


def test_the_key_is_nowhere_to_be_read(api: ScriptedApi, service: Service) -> None:
    provider = adapter(api, service, api_key=KEY)
    said = {"error": {"message": f"key {KEY} is wrong", "code": KEY}}
    api.script = answer(400, {**said, "code": KEY, "message": KEY})
    found = failure(provider)

    assert KEY not in f"{found!r} {provider!r} {provider.entry!r}"


def test_services_without_the_endpoints_judge_and_list_nothing(
    api: ScriptedApi, service: Service
) -> None:
    api.script = answer(200, {"data": [{"id": "m", "shutdown_date": "2026-12-01"}]})
    provider = adapter(api, service)
    provider.moderate("一只猫", images=(JPEG,))
    listed = provider.models()

    asked = [heard.line.split()[1] for heard in api.heard]
    moderates = [f"{service.base}/moderations"] if service.kind == "openai" else []
    lists = [f"{service.base}/models"] if listed else []
    assert asked == moderates + lists
    assert listed in ({}, {"m": "2026-12-01"})
    assert bool(listed) is (
        service.kind in {"openai", "siliconflow", "openrouter", "gateway", "local"}
    )


def test_pictures_are_judged_with_the_words(api: ScriptedApi) -> None:
    api.script = answer(200, {"results": [{"flagged": True, "categories": {"sexual": True}}]})
    with pytest.raises(ProviderError, match="flagged: sexual"):
        adapter(api, SERVICES["openai"]).moderate("一只猫", images=(PNG,))

    [heard] = api.heard
    assert [part["type"] for part in heard.json["input"]] == ["text", "image_url"]
    assert heard.json["input"][1]["image_url"]["url"].startswith("data:image/png;base64,")


def test_a_ground_that_is_seen_through_is_asked_for_where_it_can_be(
    api: ScriptedApi, service: Service
) -> None:
    api.script = answer(200, service.good(B64))
    provider = adapter(api, service)
    provider.draw(replace(ASK, transparent=True))

    [heard] = api.heard
    if provider.capability.transparent:
        assert heard.json["background"] == "transparent"
        assert heard.json["output_format"] == "png"
        assert "output_compression" not in heard.json
    else:
        assert heard.json == service.body


def test_the_operators_word_goes_before_what_is_known(api: ScriptedApi) -> None:
    known = adapter(api, SERVICES["gateway"])
    told = adapter(
        api,
        SERVICES["gateway"],
        transparent=True,
        edits=4,
        letters=False,
        images_per_minute=60,
        quality="low",
    )
    api.script = answer(200, SERVICES["gateway"].good(B64))
    told.draw(replace(ASK, transparent=True, quality=""))

    assert (known.capability.edits, known.capability.letters) == (1, True)
    assert (told.capability.edits, told.capability.letters) == (4, False)
    assert told.capability.images_per_minute == 60
    [heard] = api.heard
    assert (heard.json["background"], heard.json["quality"]) == ("transparent", "low")


def test_a_quality_a_service_has_not_becomes_the_next_plainer_one(api: ScriptedApi) -> None:
    for wanted, sent in (("max", "high"), ("medium", "medium"), ("auto", None)):
        api.script = answer(200, SERVICES["gateway"].good(B64))
        adapter(api, SERVICES["gateway"]).draw(replace(ASK, quality=wanted))

        assert api.heard[-1].json.get("quality") == sent


@pytest.mark.parametrize(
    ("kind", "model", "more", "sent"),
    [
        ("dashscope", "z-image-turbo", {}, {"parameters": {"size": "1536*864"}}),
        ("siliconflow", "Kolors/Kolors", {}, {"image_size": "1280x720", "batch_size": 1}),
        ("ark", "doubao-seedream-4-0-250828", {}, {"output_format": None, "size": "1536x864"}),
        ("zhipu", "cogview-4", {}, {"quality": "hd", "size": "1536x864"}),
        ("zhipu", "cogview-4", {"quality": "low"}, {"quality": "standard"}),
        ("openrouter", "black-forest-labs/flux.2-pro", {}, {"modalities": ["image"]}),
    ],
)
def test_models_differ(
    api: ScriptedApi, kind: str, model: str, more: dict[str, Any], sent: dict[str, Any]
) -> None:
    service = SERVICES[kind]
    api.script = answer(200, service.good(B64))
    adapter(api, service, model=model).draw(replace(ASK, **more))

    body = api.heard[0].json
    assert {name: body.get(name) for name in sent} == sent


def test_azures_newer_address_takes_openais_form(api: ScriptedApi) -> None:
    api.script = answer(200, SERVICES["azure"].good(B64))
    adapter(api, SERVICES["azure"], base_url=f"{api.home}/openai/v1").draw(ASK)

    assert api.heard[0].line == "POST /openai/v1/images/generations HTTP/1.1"
    assert api.heard[0].headers["api-key"] == KEY


def test_a_watermark_is_drawn_only_if_the_operator_wants_it(api: ScriptedApi) -> None:
    for kind, where in (("ark", "watermark"), ("zhipu", "watermark_enabled")):
        service = SERVICES[kind]
        api.script = answer(200, service.good(B64))
        adapter(api, service, watermark=True).draw(ASK)

        assert api.heard[-1].json[where] is True


def test_a_picture_to_start_from_that_is_none_is_never_sent(
    api: ScriptedApi, service: Service
) -> None:
    provider = adapter(api, service)
    if provider.capability.edits:
        found = failure(provider, replace(ASK, images=(b"GIF89a",)))

        assert (found.reason, found.billed, api.heard) == (Reason.BAD_REQUEST, False, [])


def test_options_for_a_local_server_are_taken_out_of_the_followers_words(api: ScriptedApi) -> None:
    api.script = answer(200, SERVICES["local"].good(B64))
    words = '猫<sd_cpp_extra_args>{"steps": 999}</sd_cpp_extra_args>在跑'
    adapter(api, SERVICES["local"]).draw(replace(ASK, prompt=words))

    assert api.heard[0].json["prompt"] == "猫在跑"


TAGS = ("<sd_cpp_extra_args>", "</sd_cpp_extra_args>", "<SD_cpp_", "extra_args>", "< sd_cpp", "猫")


@given(st.lists(st.sampled_from(TAGS), max_size=9).map("".join))
def test_no_spelling_leaves_an_option(words: str) -> None:
    assert "sd_cpp_extra_args>" not in without_options(words).lower().replace(" ", "")


SIDES = st.integers(64, 4096)


@given(st.sampled_from(sorted(SERVICES)), SIDES, SIDES)
def test_every_size_becomes_a_legal_one_of_nearly_its_ratio(
    kind: str, width: int, height: int
) -> None:
    service = SERVICES[kind]
    entry = Entry(name="x", kind=kind, base_url="http://x/v1", api_key="k", model=service.model)
    provider = KINDS[kind](entry)
    drawn = provider.size(width, height)

    assert provider.size(*drawn) == drawn
    if kind == "openrouter":
        return  # its list knows 21:9 and no 9:21
    assert provider.size(height, width) == drawn[::-1]
    wanted = min(max(width / height, 1 / 3), 3)
    if kind != "siliconflow" and 0.5 <= wanted <= 2:
        assert drawn[0] / drawn[1] == pytest.approx(wanted, rel=0.04)


@pytest.mark.parametrize(
    ("kind", "model", "size", "drawn"),
    [
        ("openai", "gpt-image-2.5-flare", (1024, 1024), (1024, 1024)),
        ("openai", "gpt-image-1.5", (1536, 864), (1536, 1024)),
        ("openai", "gpt-image-2", (100, 900), (480, 1440)),
        ("ark", "doubao-seedream-4-0-250828", (1536, 864), (1536, 864)),
        ("ark", "doubao-seedream-4-0-250828", (512, 512), (960, 960)),
        ("ark", "ep-20260101", (1024, 1024), (1920, 1920)),
        ("siliconflow", "Kolors/Kolors", (1536, 864), (1280, 720)),
        ("siliconflow", "Tongyi-MAI/Z-Image-Turbo", (1000, 1000), (1008, 1008)),
        ("zhipu", "cogview-4", (1536, 1024), (1536, 1024)),
        ("zhipu", "glm-image", (1024, 1024), (1024, 1024)),
        ("dashscope", "qwen-image-plus", (1536, 864), (1664, 928)),
        ("openrouter", "x/y", (864, 1536), (768, 1344)),
    ],
)
def test_sizes(kind: str, model: str, size: tuple[int, int], drawn: tuple[int, int]) -> None:
    entry = Entry(name="x", kind=kind, base_url="http://x/v1", api_key="k", model=model)

    assert KINDS[kind](entry).size(*size) == drawn
