"""What a request for pictures may ask, and what it costs."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.orders import AXIS, FINE_AXIS, FORMATS, MODELS, APIError, Order

LEAST: dict[str, Any] = {"prompt": "一只猫", "model": "gpt-image-2.5-flare"}
ANYTHING: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([]), st.just([1])
)
NAMES = [
    "prompt",
    "model",
    "size",
    "quality",
    "output_format",
    "output_compression",
    "n",
    "stream",
    "style",
]


def test_the_least_that_can_be_asked() -> None:
    order = Order.parse(LEAST)

    assert (order.size, order.drawn_quality, order.form, order.count) == (
        (1024, 1024),
        "medium",
        "png",
        1,
    )


@pytest.mark.parametrize(
    ("changes", "status", "param"),
    [
        ({"prompt": None}, 400, "prompt"),
        ({"prompt": "  "}, 400, "prompt"),
        ({"prompt": "a" * 32_001}, 400, "prompt"),
        ({"model": None}, 400, "model"),
        ({"model": "dall-e-3"}, 404, "model"),
        ({"size": "1024"}, 400, "size"),
        ({"size": "1000x1000"}, 400, "size"),
        ({"size": "512x512"}, 400, "size"),
        ({"size": "3856x2160"}, 400, "size"),
        ({"size": "3840x2176"}, 400, "size"),
        ({"size": "2048x672"}, 400, "size"),
        ({"quality": "hd"}, 400, "quality"),
        ({"model": "gpt-image-2", "quality": "xhigh"}, 400, "quality"),
        ({"output_format": "gif"}, 400, "output_format"),
        ({"output_compression": 80}, 400, "output_compression"),
        ({"output_format": "jpeg", "output_compression": 101}, 400, "output_compression"),
        ({"output_format": "jpeg", "output_compression": "most"}, 400, "output_compression"),
        ({"n": 0}, 400, "n"),
        ({"n": 11}, 400, "n"),
        ({"n": True}, 400, "n"),
        ({"stream": True}, 400, "stream"),
        ({"response_format": "b64_json"}, 400, "response_format"),
        ({"style": "vivid"}, 400, "style"),
    ],
)
def test_refused(changes: dict[str, Any], status: int, param: str) -> None:
    with pytest.raises(APIError) as caught:
        Order.parse(LEAST | changes)

    assert (caught.value.status, caught.value.body["param"]) == (status, param)


@pytest.mark.parametrize(
    ("changes", "tokens"),
    [
        ({"quality": "low"}, 196),
        ({"quality": "medium"}, 439),
        ({"quality": "high"}, 1_756),
        ({"quality": "xhigh"}, 3_122),
        ({"quality": "max"}, 7_024),
        ({"quality": "medium", "n": 2}, 878),
        ({"model": "gpt-image-2", "quality": "low"}, 196),
        ({"model": "gpt-image-2", "quality": "medium"}, 1_756),
        ({"model": "gpt-image-2", "quality": "high"}, 7_024),
    ],
)
def test_output_tokens_are_those_of_the_price_table(changes: dict[str, Any], tokens: int) -> None:
    assert Order.parse(LEAST | changes).output_tokens == tokens


def test_the_size_the_docs_price_lower_costs_less() -> None:
    square = Order.parse(LEAST | {"size": "1024x1024"}).output_tokens
    wide = Order.parse(LEAST | {"size": "1536x1024"}).output_tokens
    tall = Order.parse(LEAST | {"size": "1024x1536"}).output_tokens

    assert wide == tall < square


@settings(max_examples=2000)
@given(width=st.integers(0, 4200), height=st.integers(0, 4200))
def test_a_size_is_taken_exactly_where_the_guide_allows_it(width: int, height: int) -> None:
    allowed = (
        width % 16 == height % 16 == 0
        and max(width, height) <= 3840
        and max(width, height) <= 3 * min(width, height)
        and 655_360 <= width * height <= 8_294_400
    )
    asked = LEAST | {"size": f"{width}x{height}"}
    if allowed:
        assert Order.parse(asked).size == (width, height)
    else:
        with pytest.raises(APIError, match="Invalid size"):
            Order.parse(asked)


@settings(max_examples=2000)
@given(
    st.dictionaries(st.sampled_from(NAMES), ANYTHING),
    st.booleans(),
)
def test_anything_is_an_order_or_an_error_of_the_apis_shape(
    asked: dict[str, Any], complete: bool
) -> None:
    error = order = None
    try:
        order = Order.parse(LEAST | asked if complete else asked)
    except APIError as refused:
        error = refused
    if error:
        assert error.status in (400, 404)
        assert {"message", "type", "param", "code"} <= error.body.keys()
    if order:
        assert order.model in MODELS
        assert order.form in FORMATS
        assert 1 <= order.count <= 10
        assert 0 <= order.compression <= 100
        assert order.drawn_quality in FINE_AXIS | AXIS
        assert order.output_tokens > 0
