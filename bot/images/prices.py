"""What a picture costs: estimated before the call, settled by what was reported after it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any, Self

from bot.errors import ConfigError
from bot.models import Generated

_DEFAULT = "default"
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class _Model:
    """Prices in US dollars per million tokens; *axis* is the formula's factor per quality.

    *image_tokens* is what one picture to start from takes at most.
    """

    text_input: Decimal
    image_input: Decimal
    image_output: Decimal
    text_tokens: int
    image_tokens: int
    axis: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Text:
    """A writing model's prices in US dollars per million tokens; *output_tokens* is reserved."""

    input: Decimal
    output: Decimal
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Prices:
    """The price list, in micro-units of one currency. *rate* is that currency's per dollar.

    *pictures* are the models that cost the same for every picture, in US dollars.
    """

    models: Mapping[str, _Model]
    pictures: Mapping[str, Decimal]
    texts: Mapping[str, _Text]
    rate: Decimal

    @classmethod
    def load(cls, text: str, currency: str) -> Self:
        """Read the text of ``assets/prices.toml``; raise ConfigError if it cannot be used."""
        try:
            content = tomllib.loads(text)
            rates = {name: _positive(rate) for name, rate in content["rates"].items()}
            models = {name: _model(entry) for name, entry in content["models"].items()}
            pictures = {name: _price(price) for name, price in content["pictures"].items()}
            texts = {name: _written(entry) for name, entry in content["texts"].items()}
        except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise ConfigError(f"assets/prices.toml 无法使用：{error!r}") from error
        for table, entries in (("models", models), ("texts", texts)):
            if _DEFAULT not in entries:
                raise ConfigError(f"assets/prices.toml 缺少 [{table}.default]")
        if currency not in rates:
            known = "、".join(rates)
            raise ConfigError(
                f"CURRENCY={currency}：assets/prices.toml 的 [rates] 里没有它（有 {known}）"
            )
        return cls(models, pictures, texts, rates[currency])

    def estimate(
        self,
        width: int,
        height: int,
        quality: str,
        model: str,
        *,
        images: int = 0,
        text: int = 0,
        price: Decimal | None = None,
    ) -> int:
        """Return what one picture may cost at most, prompt included, in micro-units.

        *images* is how many pictures it starts from, *text* how many tokens its prompt may be where
        that is more than usual, *price* what the operator says one costs, in the currency itself.
        """
        if price is not None:
            return _ceil(price * _MICRO)
        if (each := self._each(model)) is not None:
            return self._micro(each * _MICRO)
        entry = self.models[_family(self.models, model)]
        return self._micro(
            max(entry.text_tokens, text) * entry.text_input
            + images * entry.image_tokens * entry.image_input
            + _output_tokens(entry, width, height, quality) * entry.image_output
        )

    def spent(
        self,
        generated: Generated,
        *,
        width: int,
        height: int,
        quality: str,
        images: int = 0,
        price: Decimal | None = None,
    ) -> int:
        """Return what *generated* has cost; the estimate where no tokens are reported.

        The operator's *price* goes before the provider's own word, and that before the list.
        """
        model = generated.model
        if price is None and generated.dollars is not None:
            return self._micro(generated.dollars * _MICRO)
        if price is not None or self._each(model) is not None or generated.output_tokens <= 0:
            return self.estimate(width, height, quality, model, images=images, price=price)
        entry = self.models[_family(self.models, model)]
        tokens = max(generated.input_tokens, 0)
        # Where it is not told which tokens the pictures took, all are counted at the dearer price.
        shown = min(generated.image_tokens or (tokens if images else 0), tokens)
        return self._micro(
            (tokens - shown) * entry.text_input
            + shown * entry.image_input
            + generated.output_tokens * entry.image_output
        )

    def text(self, model: str, *, input_tokens: int, output_tokens: int = 0) -> int:
        """Return what a text of *model* costs, in micro-units.

        Without *output_tokens* it is what it may cost at most, were it as long as is reserved for.
        """
        entry = self.texts[_family(self.texts, model)]
        written = output_tokens or entry.output_tokens
        return self._micro(input_tokens * entry.input + written * entry.output)

    def source(self, model: str, *, price: Decimal | None = None) -> str:
        """Return where an estimate comes from.

        ``own`` is the operator's *price*, ``picture`` the list's price of a picture, ``tokens``
        its prices of tokens, ``default`` those for models it does not know.
        """
        if price is not None:
            return "own"
        if self._each(model) is not None:
            return "picture"
        return "default" if _family(self.models, model) == _DEFAULT else "tokens"

    def _each(self, model: str) -> Decimal | None:
        return self.pictures.get(_family(self.pictures, model))

    def _micro(self, dollars: Decimal) -> int:
        """Return micro-dollars as micro-units: dollars per million tokens are those per token."""
        return _ceil(dollars * self.rate)


def _ceil(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


def _family(entries: Mapping[str, object], model: str) -> str:
    """Return the longest name *model* begins with, up to a hyphen."""
    families = [name for name in entries if model == name or model.startswith(f"{name}-")]
    return max(families, key=len, default=_DEFAULT)


def _output_tokens(entry: _Model, width: int, height: int, quality: str) -> int:
    """Return the output tokens of one picture by the formula observed for the GPT image models."""
    axis = entry.axis.get(quality) or max(entry.axis.values())
    long, short = max(width, height), min(width, height)
    across = (2 * axis * short + long) // (2 * long)
    return -(-axis * across * (2_000_000 + width * height) // 4_000_000)


def _model(entry: dict[str, Any]) -> _Model:
    axis = {str(quality): int(factor) for quality, factor in entry["axis"].items()}
    text_tokens, image_tokens = int(entry["text_tokens"]), int(entry["image_tokens"])
    if not axis or min(axis.values()) < 1 or text_tokens < 0 or image_tokens < 0:
        raise ValueError("axis, text_tokens and image_tokens hold positive whole numbers")
    prices = (
        _positive(entry["text_input"]),
        _positive(entry["image_input"]),
        _positive(entry["image_output"]),
    )
    return _Model(*prices, text_tokens, image_tokens, axis)


def _written(entry: dict[str, Any]) -> _Text:
    output_tokens = int(entry["output_tokens"])
    if output_tokens < 1:
        raise ValueError("output_tokens holds a positive whole number")
    return _Text(_positive(entry["input"]), _positive(entry["output"]), output_tokens)


def _positive(value: object) -> Decimal:
    number = _price(value)
    if not number:
        raise ValueError(f"{value!r} is not positive")
    return number


def _price(value: object) -> Decimal:
    """Return a price, which may be nothing."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None
    if not number.is_finite() or number < 0:
        raise ValueError(f"{value!r} is not positive")
    return number
