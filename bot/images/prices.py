"""What a picture costs: estimated before the call, settled from the tokens reported after it."""

import tomllib
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any, Self

from bot.errors import ConfigError
from bot.models import Generated

_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class _Model:
    """Prices in US dollars per million tokens; *axis* is the formula's factor per quality."""

    text_input: Decimal
    image_output: Decimal
    text_tokens: int
    axis: dict[str, int]


@dataclass(frozen=True, slots=True)
class Prices:
    """The price list, in micro-units of one currency. *rate* is that currency's per dollar."""

    models: dict[str, _Model]
    rate: Decimal

    @classmethod
    def load(cls, text: str, currency: str) -> Self:
        """Read the text of ``assets/prices.toml``; raise ConfigError if it cannot be used."""
        try:
            content = tomllib.loads(text)
            rates = {name: _positive(rate) for name, rate in content["rates"].items()}
            models = {name: _model(entry) for name, entry in content["models"].items()}
        except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise ConfigError(f"assets/prices.toml 无法使用：{error!r}") from error
        if _DEFAULT not in models:
            raise ConfigError("assets/prices.toml 缺少 [models.default]")
        if currency not in rates:
            known = "、".join(rates)
            raise ConfigError(
                f"CURRENCY={currency}：assets/prices.toml 的 [rates] 里没有它（有 {known}）"
            )
        return cls(models, rates[currency])

    def estimate(self, width: int, height: int, quality: str, model: str) -> int:
        """Return what one picture may cost at most, prompt included, in micro-units."""
        entry = self._entry(model)
        return self._micro(entry, entry.text_tokens, _output_tokens(entry, width, height, quality))

    def spent(self, generated: Generated, *, width: int, height: int, quality: str) -> int:
        """Return what *generated* has cost; the estimate where no tokens are reported."""
        if generated.output_tokens <= 0:
            return self.estimate(width, height, quality, generated.model)
        entry = self._entry(generated.model)
        return self._micro(entry, max(generated.input_tokens, 0), generated.output_tokens)

    def _micro(self, entry: _Model, text_tokens: int, image_tokens: int) -> int:
        # Dollars per million tokens are micro-dollars per token.
        dollars = text_tokens * entry.text_input + image_tokens * entry.image_output
        return int((dollars * self.rate).to_integral_value(ROUND_CEILING))

    def _entry(self, model: str) -> _Model:
        families = [name for name in self.models if model == name or model.startswith(f"{name}-")]
        return self.models[max(families, key=len, default=_DEFAULT)]


def _output_tokens(entry: _Model, width: int, height: int, quality: str) -> int:
    """Return the output tokens of one picture by the formula observed for the GPT image models."""
    axis = entry.axis.get(quality) or max(entry.axis.values())
    long, short = max(width, height), min(width, height)
    across = (2 * axis * short + long) // (2 * long)
    return -(-axis * across * (2_000_000 + width * height) // 4_000_000)


def _model(entry: dict[str, Any]) -> _Model:
    axis = {str(quality): int(factor) for quality, factor in entry["axis"].items()}
    text_tokens = int(entry["text_tokens"])
    if not axis or min(axis.values()) < 1 or text_tokens < 0:
        raise ValueError("axis and text_tokens hold positive whole numbers")
    prices = (_positive(entry["text_input"]), _positive(entry["image_output"]))
    return _Model(*prices, text_tokens, axis)


def _positive(value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None
    if not number.is_finite() or number <= 0:
        raise ValueError(f"{value!r} is not positive")
    return number
