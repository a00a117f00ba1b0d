"""The price list: whole micro-units, never less than the formula says."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.images.prices import Prices
from bot.models import Generated
from bot.settings import ASSETS

TEXT = (ASSETS / "prices.toml").read_text("utf-8")
PROMPT = 5_000
"""Micro-dollars reserved for the prompt."""


LISTS = {currency: Prices.load(TEXT, currency) for currency in ("USD", "CNY", "JPY")}


def prices(currency: str = "USD") -> Prices:
    return LISTS[currency]


def generated(model: str = "gpt-image-2.5-flare", *, tokens: tuple[int, int]) -> Generated:
    return Generated(
        data=b"", provider="openai", model=model, input_tokens=tokens[0], output_tokens=tokens[1]
    )


@pytest.mark.parametrize(
    ("model", "quality", "size", "tokens"),
    [
        # The published table, in output tokens.
        ("gpt-image-2", "low", (1024, 1024), 196),
        ("gpt-image-2", "medium", (1024, 1024), 1756),
        ("gpt-image-2-2026-04-21", "high", (1024, 1024), 7024),
        ("gpt-image-2.5-flare", "low", (1024, 1024), 196),
        ("gpt-image-2.5-flare", "medium", (1024, 1024), 439),
        ("gpt-image-2.5-sunburst-2026-09-08", "high", (1024, 1024), 1756),
        ("gpt-image-2.5-flare", "xhigh", (1024, 1024), 3122),
        ("gpt-image-2.5-flare", "max", (1024, 1024), 7024),
        ("gpt-image-2.6-flare", "low", (1024, 1024), 781),
        # What is not known costs what the dearest costs.
        ("gpt-image-2.5-flare", "auto", (1024, 1024), 7024),
        ("gpt-image-20", "max", (1024, 1024), 7024),
        ("some-model", "standard", (1024, 1024), 7024),
    ],
)
def test_the_estimate_is_the_table_and_a_prompt(
    model: str, quality: str, size: tuple[int, int], tokens: int
) -> None:
    assert prices().estimate(*size, quality, model) == tokens * 30 + PROMPT


def test_landscape_is_cheaper_than_square_and_costs_what_portrait_costs() -> None:
    wide, tall = (
        prices().estimate(*size, "high", "gpt-image-2") for size in ((1536, 1024), (1024, 1536))
    )

    assert wide == tall == 5488 * 30 + PROMPT


def test_a_rate_is_exact_and_rounded_up() -> None:
    assert prices("CNY").estimate(1024, 1024, "medium", "gpt-image-2.5-flare") == 130_824
    assert prices("CNY").spent(
        generated(tokens=(7, 439)), width=1024, height=1024, quality="medium"
    ) == ceil(Fraction(72, 10) * (7 * 5 + 439 * 30))


def test_tokens_not_reported_cost_the_estimate() -> None:
    spent = prices().spent(generated(tokens=(9, 0)), width=1024, height=1024, quality="medium")

    assert spent == prices().estimate(1024, 1024, "medium", "gpt-image-2.5-flare")


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("qwen-image-3.0", "0.03"),
        ("qwen-image-3.0-pro", "0.1"),
        ("qwen-image-2.0-pro-2026-01-01", "0.075"),
        ("doubao-seedream-5-0-260128", "0.035"),
        ("doubao-seedream-5-0-pro-260901", "0.09"),
        ("MiniMax-H3-Image-Highspeed", "0.18"),
        ("cogview-3-flash", "0"),
    ],
)
def test_a_price_per_picture_holds_for_every_size_and_quality(model: str, dollars: str) -> None:
    micro = int(Decimal(dollars) * 1_000_000)
    drawn = Generated(data=b"", provider="p", model=model, output_tokens=16_384)

    assert prices().estimate(512, 512, "low", model) == micro
    assert prices().estimate(2048, 2048, "max", model, images=3) == micro
    assert prices().spent(drawn, width=1, height=1, quality="max", images=3) == micro


def test_pictures_to_start_from_are_reserved_at_most_and_settled_as_reported() -> None:
    model = "gpt-image-2.5-flare"
    size: Any = {"width": 1024, "height": 1024, "quality": "medium"}
    told = Generated(
        data=b"", provider="p", model=model, input_tokens=1007, output_tokens=439, image_tokens=1000
    )

    assert prices().estimate(1024, 1024, "medium", model, images=2) == (
        439 * 30 + PROMPT + 2 * 6600 * 8
    )
    assert prices().spent(told, **size, images=1) == 7 * 5 + 1000 * 8 + 439 * 30
    # Which of them the picture took is not told: as if it had been all.
    assert prices().spent(replace(told, image_tokens=0), **size, images=1) == 1007 * 8 + 439 * 30
    assert prices().spent(replace(told, image_tokens=0), **size) == 1007 * 5 + 439 * 30


def test_the_operators_price_goes_before_the_providers_and_that_before_the_list() -> None:
    drawn = Generated(
        data=b"", provider="p", model="m", output_tokens=1299, dollars=Decimal("0.0387")
    )
    size: Any = {"width": 1024, "height": 1024, "quality": ""}

    assert prices("CNY").spent(drawn, **size) == 278_640
    assert prices("CNY").spent(drawn, **size, price=Decimal("0.2")) == 200_000
    assert prices("CNY").estimate(**size, model="m", price=Decimal("0.2")) == 200_000
    assert prices("CNY").estimate(**size, model="m", price=Decimal(0)) == 0


def test_a_text_is_reserved_as_long_as_it_may_be() -> None:
    assert prices().text("gpt-x", input_tokens=500) == 500 * 5 + 4000 * 30
    assert prices().text("gpt-x", input_tokens=500, output_tokens=7) == 500 * 5 + 7 * 30


@pytest.mark.parametrize(
    ("text", "currency", "named"),
    [
        (TEXT, "XAU", "CURRENCY=XAU"),
        ("[", "USD", "prices.toml"),
        ("", "USD", "rates"),
        (TEXT.replace("[models.default]", "[models.other]"), "USD", "models.default"),
        (TEXT.replace('CNY = "7.2"', 'CNY = "0"'), "USD", "not positive"),
        (TEXT.replace("[texts.default]", "[texts.other]"), "USD", "texts.default"),
        (TEXT.replace("output_tokens = 4000", "output_tokens = 0"), "USD", "output_tokens"),
        (TEXT.replace('"qwen-image-3.0" = "0.03"', '"q" = "-1"'), "USD", "not positive"),
        (TEXT.replace("image_tokens = 6600", "image_tokens = -1"), "USD", "image_tokens"),
        (TEXT.replace('image_output = "30"', 'image_output = "NaN"'), "USD", "not positive"),
        (TEXT.replace('image_output = "30"', 'image_output = "x"'), "USD", "no number"),
        (TEXT.replace('text_input = "5"', ""), "USD", "text_input"),
        (TEXT.replace("low = 16", "low = 0"), "USD", "axis"),
    ],
)
def test_a_price_list_that_cannot_be_used_is_named(text: str, currency: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        Prices.load(text, currency)


SIDES = st.integers(min_value=1, max_value=256).map(lambda units: 16 * units)
QUALITIES = ("low", "medium", "high", "xhigh", "max")


@settings(max_examples=2000, deadline=None)
@given(SIDES, SIDES, st.sampled_from(["gpt-image-2.5-flare", "gpt-image-2.6-flare", "?"]))
def test_better_quality_never_costs_less(width: int, height: int, model: str) -> None:
    costs = [prices("CNY").estimate(width, height, quality, model) for quality in QUALITIES]

    assert costs == sorted(costs)
    assert all(type(cost) is int and cost > 0 for cost in costs)


@settings(max_examples=2000, deadline=None)
@given(st.integers(-5, 10**9), st.integers(1, 10**9), st.sampled_from(["USD", "CNY", "JPY"]))
def test_what_was_spent_is_what_the_tokens_cost(given_: int, drawn: int, currency: str) -> None:
    rate = {"USD": Fraction(1), "CNY": Fraction(72, 10), "JPY": Fraction(155)}[currency]
    spent = prices(currency).spent(
        generated(tokens=(given_, drawn)), width=1024, height=1024, quality="low"
    )

    assert spent == ceil(rate * (max(given_, 0) * 5 + drawn * 30))
