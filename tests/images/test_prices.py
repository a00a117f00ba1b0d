"""The price list: whole micro-units, never less than the formula says."""

from fractions import Fraction
from math import ceil

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
    ("text", "currency", "named"),
    [
        (TEXT, "XAU", "CURRENCY=XAU"),
        ("[", "USD", "prices.toml"),
        ("", "USD", "rates"),
        (TEXT.replace("[models.default]", "[models.other]"), "USD", "models.default"),
        (TEXT.replace('CNY = "7.2"', 'CNY = "0"'), "USD", "not positive"),
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
