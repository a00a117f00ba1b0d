"""The picture and the usage in an answer, whatever service it is of."""

import base64
import binascii
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.errors import ProviderError, Reason

_KEYS = ("b64_json", "url", "image_url", "image")
_MIMES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens an answer reports, 0 where none; *image_tokens* are part of *input_tokens*.

    *dollars* is the price the service itself names in US dollars, if it does.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    image_tokens: int = 0
    dollars: Decimal | None = None


def picture_or_link(item: object) -> bytes | str:
    """Return the picture in one item of a result, or the http address it lies at.

    An item is a text, or an object with the text under ``b64_json``, ``url``, ``image`` or
    ``image_url`` (which may be an object with a ``url``). The text is base64, a ``data:`` URL
    or an address.

    Raises:
        ProviderError: there is no picture, though it was paid for.
    """
    text = _text(item)
    if not text:
        raise bad_picture("no picture")
    if text.lower().startswith(("http://", "https://")):
        return text
    encoded = text.partition(",")[2] if text.startswith("data:") else text
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise bad_picture("broken base64") from None
    return sniffed(data)


def _text(item: object) -> str:
    if isinstance(item, str):
        return item
    if not isinstance(item, dict):
        return ""
    if isinstance(item.get("image_url"), dict):
        return _text(item["image_url"])
    return next((item[key] for key in _KEYS if item.get(key) and isinstance(item[key], str)), "")


def sniffed(data: bytes) -> bytes:
    """Return *data* if its first bytes are those of a picture; no declared type is believed."""
    if not _mime(data):
        raise bad_picture("something that is no JPEG, PNG or WebP")
    return data


def _mime(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((name for start, name in _MIMES if data.startswith(start)), "")


def mime(data: bytes) -> str:
    """Return the type of a picture to send; raise ProviderError, nothing being sent, for others."""
    found = _mime(data)
    if not found:
        raise ProviderError(
            Reason.BAD_REQUEST, "a picture to start from is no JPEG, PNG or WebP", billed=False
        )
    return found


def data_url(data: bytes) -> str:
    return f"data:{mime(data)};base64,{base64.b64encode(data).decode()}"


def usage(content: dict[str, Any]) -> Usage:
    """Return what OpenAI's ``usage`` says, by the names of its images or of its chat API."""
    given = content.get("usage")
    counts = given if isinstance(given, dict) else {}
    details = counts.get("input_tokens_details")
    images = details.get("image_tokens") if isinstance(details, dict) else None
    return Usage(
        input_tokens=_count(counts.get("input_tokens")) or _count(counts.get("prompt_tokens")),
        output_tokens=(
            _count(counts.get("output_tokens")) or _count(counts.get("completion_tokens"))
        ),
        image_tokens=_count(images),
        dollars=_dollars(counts.get("cost")),
    )


def dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def bad_picture(what: str) -> ProviderError:
    return ProviderError(Reason.BAD_PICTURE, f"the provider sent {what}", billed=True)


def _count(value: object) -> int:
    return value if type(value) is int and value > 0 else 0


def _dollars(value: object) -> Decimal | None:
    if type(value) not in {int, float}:
        return None
    price = Decimal(str(value))
    return price if price.is_finite() and price >= 0 else None
