"""What an answer means: refused for sure, or perhaps paid for."""

import base64
import json
from decimal import Decimal
from email.utils import formatdate
from time import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ProviderError, Reason
from bot.images import answers, results
from bot.images.answers import Answer
from bot.images.results import Usage

SECRET = "sk-canary-0123456789"
JPEG = b"\xff\xd8\xff\xe0 and so on"
ENCODED = base64.b64encode(JPEG).decode()


def drawn(answer: Answer) -> bytes | str:
    content = answers.checked(answer, secret=SECRET)
    items = content.get("data")
    return results.picture_or_link(items[0] if isinstance(items, list) and items else None)


def refusal(status: int, body: object, *, retry_after: str = "") -> ProviderError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(ProviderError) as raised:
        drawn(Answer(status, raw, retry_after=retry_after))
    return raised.value


def error(code: str | None = None, **more: Any) -> dict[str, Any]:
    return {"error": {"message": "m", "code": code, **more}}


BLOCKED_AT = {
    stage: error("moderation_blocked", moderation_details={"moderation_stage": stage})
    for stage in ("input", "output", "unknown")
}


@pytest.mark.parametrize(
    ("status", "body", "reason", "billed", "retry_after"),
    [
        (400, BLOCKED_AT["input"], Reason.MODERATION_INPUT, False, None),
        (400, BLOCKED_AT["output"], Reason.MODERATION_OUTPUT, True, None),
        (400, BLOCKED_AT["unknown"], Reason.MODERATION_INPUT, False, None),
        (400, error("content_policy_violation"), Reason.MODERATION_INPUT, False, None),
        (400, error("contentFilter"), Reason.MODERATION_INPUT, False, None),
        (451, error(), Reason.MODERATION_INPUT, False, None),
        (429, error("insufficient_quota"), Reason.NO_MONEY, False, None),
        (400, error("billing_hard_limit_reached"), Reason.NO_MONEY, False, None),
        (402, error(), Reason.NO_MONEY, False, None),
        (401, error("invalid_api_key"), Reason.BAD_KEY, False, None),
        (403, error("unsupported_country_region_territory"), Reason.BAD_KEY, False, None),
        (429, error("rate_limit_exceeded"), Reason.RATE_LIMIT, False, 5.0),
        (400, error("unknown_parameter"), Reason.BAD_REQUEST, False, None),
        (404, error("model_not_found"), Reason.BAD_REQUEST, False, None),
        (422, error(), Reason.BAD_REQUEST, False, None),
        (500, error("server_error"), Reason.PROVIDER_DOWN, False, 5.0),
        (503, {"error": "overloaded"}, Reason.PROVIDER_DOWN, False, 5.0),
        (502, error(), Reason.PROVIDER_DOWN, False, None),
        # Someone on the way gave up waiting for work that goes on.
        (504, error("upstream_timeout"), Reason.OUTCOME_UNKNOWN, True, None),
        (408, error(), Reason.OUTCOME_UNKNOWN, True, None),
        # A gateway's 200 with an error in it.
        (200, error("moderation_blocked"), Reason.MODERATION_INPUT, False, None),
        (200, error("insufficient_quota"), Reason.NO_MONEY, False, None),
        (200, error("strange"), Reason.BAD_REQUEST, False, None),
        # Not the API's own shape.
        (200, b"<html>welcome</html>", Reason.OUTCOME_UNKNOWN, True, None),
        (502, b"<html>bad gateway</html>", Reason.OUTCOME_UNKNOWN, True, None),
        (500, b"", Reason.OUTCOME_UNKNOWN, True, None),
        (503, {"detail": "x"}, Reason.OUTCOME_UNKNOWN, True, None),
        (302, b"", Reason.OUTCOME_UNKNOWN, True, None),
        (200, [1], Reason.OUTCOME_UNKNOWN, True, None),
        (200, b"[" * 100_000, Reason.OUTCOME_UNKNOWN, True, None),
        # Paid for, and no picture.
        (200, {}, Reason.BAD_PICTURE, True, None),
        (200, {"error": None, "data": []}, Reason.BAD_PICTURE, True, None),
        (200, {"data": [{"b64_json": None}]}, Reason.BAD_PICTURE, True, None),
        (
            200,
            {"data": [{"b64_json": f"{ENCODED[:6]}!{ENCODED[6:]}"}]},
            Reason.BAD_PICTURE,
            True,
            None,
        ),
        (200, {"data": [{"b64_json": "猫"}]}, Reason.BAD_PICTURE, True, None),
        (200, {"data": [{"b64_json": "aGVsbG8="}]}, Reason.BAD_PICTURE, True, None),
        (
            200,
            {"data": [{"url": "data:image/png;base64,aGVsbG8="}]},
            Reason.BAD_PICTURE,
            True,
            None,
        ),
        (200, {"data": ["ftp://a/b.png"]}, Reason.BAD_PICTURE, True, None),
    ],
)
def test_every_answer_has_its_reason(
    status: int, body: object, reason: Reason, *, billed: bool, retry_after: float | None
) -> None:
    found = refusal(status, body)

    assert (found.reason, found.billed, found.retry_after) == (reason, billed, retry_after)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 1), ("-3", 1), ("86400", 300), ("inf", 300), ("nan", 5), ("soon", 5), ("", 5)],
)
def test_retry_after_is_bounded(header: str, seconds: float) -> None:
    limited = error("rate_limit_exceeded")

    assert refusal(429, limited, retry_after=header).retry_after == seconds


def test_retry_after_may_be_a_date() -> None:
    date = formatdate(time() + 60, usegmt=True)

    waiting = refusal(429, error("rate_limit_exceeded"), retry_after=date).retry_after

    assert waiting == pytest.approx(60, abs=3)


def test_the_message_names_code_and_cause_on_one_line_without_the_key() -> None:
    body = error("invalid_api_key")
    body["error"]["message"] = f"Incorrect key {SECRET}\n\x1b[31m" + "x" * 1000

    message = str(refusal(401, body))

    assert message.startswith("HTTP 401 invalid_api_key: Incorrect key ***  [31mxxx")
    assert len(message) < 320


@pytest.mark.parametrize(
    "item",
    [
        {"b64_json": ENCODED},
        {"b64_json": f"data:image/png;base64,{ENCODED}", "url": None},
        {"b64_json": None, "url": f"data:image/jpeg;base64,{ENCODED}"},
        {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{ENCODED}"}},
        {"image": ENCODED},
        ENCODED,
    ],
    ids=["b64", "data URL in b64", "data URL in url", "part of a chat", "image", "text"],
)
def test_a_picture_is_found_in_every_form(item: object) -> None:
    assert results.picture_or_link(item) == JPEG


def test_an_address_is_no_picture_yet() -> None:
    assert results.picture_or_link({"url": "HTTPS://a/b.png"}) == "HTTPS://a/b.png"


@pytest.mark.parametrize(
    ("given", "usage"),
    [
        ({"input_tokens": 12, "output_tokens": 439}, Usage(12, 439)),
        ({"input_tokens": 12, "input_tokens_details": {"image_tokens": 9}}, Usage(12, 0, 9)),
        (
            {"prompt_tokens": 3, "completion_tokens": 4, "cost": 0.039},
            Usage(3, 4, 0, Decimal("0.039")),
        ),
        (None, Usage()),
        ("much", Usage()),
        ({}, Usage()),
        ({"input_tokens": -1, "output_tokens": "3", "cost": -2}, Usage()),
        ({"input_tokens": True, "cost": float("nan"), "input_tokens_details": [1]}, Usage()),
    ],
)
def test_what_is_no_count_is_no_usage(given: object, usage: Usage) -> None:
    assert results.usage({"usage": given}) == usage


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("error", "code", "type", "message", "innererror"),
                    *("moderation_details", "moderation_stage"),
                    *("data", "b64_json", "usage", "input_tokens"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=2000, deadline=None)
@given(
    st.integers(100, 599),
    JSON.map(lambda content: json.dumps(content).encode()) | st.binary(max_size=60),
    st.text(max_size=30),
)
def test_nothing_but_a_provider_error_comes_out_of_rubbish(
    status: int, body: bytes, retry_after: str
) -> None:
    with pytest.raises(ProviderError) as raised:
        drawn(Answer(status, body, retry_after=retry_after))

    found = raised.value
    if found.retry_after is not None:
        assert not found.billed
        assert 1 <= found.retry_after <= 300
    if found.reason in (Reason.OUTCOME_UNKNOWN, Reason.BAD_PICTURE):
        assert found.billed
