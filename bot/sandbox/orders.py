"""The image models the sandbox offers, and what a request for a picture may ask of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from bot.errors import HuaxinError

# Model → day of its end (openai-python 3.54, types/image_model.py; deprecations page).
MODELS: dict[str, str | None] = {
    "gpt-image-2.6-flare": None,
    "gpt-image-2.6-sunburst": None,
    "gpt-image-2.5-flare": None,
    "gpt-image-2.5-flare-2026-09-08": None,
    "gpt-image-2.5-sunburst": None,
    "gpt-image-2.5-sunburst-2026-09-08": None,
    "gpt-image-2": None,
    "gpt-image-2-2026-04-21": None,
    "gpt-image-1.5": "2026-12-01",
    "gpt-image-1-mini": "2026-12-01",
    "chatgpt-image-latest": "2026-12-01",
}
MODERATION_MODELS = ("omni-moderation-latest", "omni-moderation-2024-09-26")
FORMATS = ("png", "jpeg", "webp")
AXIS = {"low": 16, "medium": 48, "high": 96}
FINE_AXIS = {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96}
SIZE = re.compile(r"(\d{2,4})x(\d{2,4})")
LONGEST_EDGE = 3840
PIXELS = range(655_360, 8_294_400 + 1)
LONGEST_PROMPT = 32_000
MOST_PICTURES = 10
# Legacy parameters that GPT image models refuse.
REFUSED = ("response_format", "style")


class APIError(HuaxinError):
    """An answer in OpenAI's error shape."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",  # noqa: A002 - OpenAI's own word
        code: str | None = None,
        param: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "type": type, "param": param, "code": code, **more}


def _invalid(param: str, message: str, *, code: str = "invalid_value") -> APIError:
    return APIError(400, message, code=code, param=param)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A validated request for pictures; *size* in pixels, *compression* 0–100.

    *clear* asks for pictures one can see through.
    """

    prompt: str
    model: str
    size: tuple[int, int]
    quality: str
    form: str
    compression: int
    count: int
    clear: bool

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> "Order":
        """Validate the parameters of a JSON body or a form; raise APIError for the first flaw."""
        for name in REFUSED:
            if name in given:
                raise _invalid(name, f"Unknown parameter: '{name}'.", code="unknown_parameter")
        if _flag(given.get("stream")):
            raise _invalid("stream", "Streaming is not supported by this model.")
        model = _model(given.get("model"))
        form = _one_of(given, "output_format", FORMATS, default="png")
        return cls(
            prompt=_prompt(given.get("prompt")),
            model=model,
            size=_size(given.get("size") or "auto"),
            quality=_one_of(given, "quality", ("auto", *_axes(model)), default="auto"),
            form=form,
            compression=_compression(given, form),
            clear=_clear(given, form),
            count=_whole(given, "n", range(1, MOST_PICTURES + 1), default=1),
        )

    @property
    def drawn_quality(self) -> str:
        return "medium" if self.quality == "auto" else self.quality

    @property
    def output_tokens(self) -> int:
        """The tokens of all pictures (community.openai.com thread 1382699)."""
        axis = _axes(self.model)[self.drawn_quality]
        long, short = max(self.size), min(self.size)
        steps = (2 * axis * short + long) // (2 * long)
        one = ceil(axis * steps * (2_000_000 + long * short) / 4_000_000)
        return one * self.count


def _axes(model: str) -> dict[str, int]:
    return FINE_AXIS if model.startswith(("gpt-image-2.5", "gpt-image-2.6")) else AXIS


def _model(given: Any) -> str:
    if not given:
        raise _invalid("model", "you must provide a model parameter", code="missing_parameter")
    if not isinstance(given, str) or given not in MODELS:
        raise APIError(
            404,
            f"The model `{given}` does not exist or you do not have access to it.",
            code="model_not_found",
            param="model",
        )
    return given


def _prompt(given: Any) -> str:
    if not isinstance(given, str) or not given.strip():
        raise _invalid(
            "prompt", "Missing required parameter: 'prompt'.", code="missing_required_parameter"
        )
    if len(given) > LONGEST_PROMPT:
        raise _invalid("prompt", "Invalid 'prompt': too long.", code="string_above_max_length")
    return given


def _size(given: Any) -> tuple[int, int]:
    """Read ``auto`` or WxH: ÷16, ratio up to 3:1, edges and area within the guide's bounds."""
    if given == "auto":
        return (1024, 1024)
    match = SIZE.fullmatch(str(given))
    if not match:
        raise _invalid("size", f"Invalid size '{given}'. Use 'auto' or WIDTHxHEIGHT.")
    width, height = int(match[1]), int(match[2])
    long, short = max(width, height), min(width, height)
    good = width % 16 == 0 and height % 16 == 0 and long <= 3 * short
    if not good or long > LONGEST_EDGE or width * height not in PIXELS:
        raise _invalid(
            "size",
            f"Invalid size '{given}'. Width and height must be divisible by 16, at most 3840, with"
            " a ratio of at most 3:1 and between 655360 and 8294400 pixels.",
        )
    return (width, height)


def _one_of(given: Mapping[str, Any], name: str, allowed: tuple[str, ...], *, default: str) -> str:
    value = given.get(name) or default
    if value not in allowed:
        listed = ", ".join(f"'{each}'" for each in allowed)
        raise _invalid(name, f"Invalid value: '{value}'. Supported values are: {listed}.")
    return str(value)


def _whole(given: Mapping[str, Any], name: str, allowed: range, *, default: int) -> int:
    value = given.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,9}", str(value)):
        raise _invalid(
            name, f"Invalid type for '{name}': expected an integer.", code="invalid_type"
        )
    if int(value) not in allowed:
        bounds = f"between {allowed[0]} and {allowed[-1]}"
        raise _invalid(name, f"Invalid '{name}': expected a value {bounds}.")
    return int(value)


def _compression(given: Mapping[str, Any], form: str) -> int:
    if given.get("output_compression") not in (None, "") and form == "png":
        raise _invalid(
            "output_compression", "Compression less than 100 is not supported for PNG output."
        )
    return _whole(given, "output_compression", range(101), default=100)


def _clear(given: Mapping[str, Any], form: str) -> bool:
    allowed = ("auto", "opaque", "transparent")
    clear = _one_of(given, "background", allowed, default="auto") == "transparent"
    if clear and form == "jpeg":
        raise _invalid("background", "Transparent background is not supported for JPEG output.")
    return clear


def _flag(given: Any) -> bool:
    return given is True or str(given).lower() == "true"
