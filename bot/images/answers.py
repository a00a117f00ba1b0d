"""What an HTTP answer of an images API means: a picture, a sure refusal, or nobody knows."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.errors import ProviderError, Reason

PATIENCE = 5.0
"""Seconds to wait before asking a provider again that named no time."""
_LONGEST_WAIT = 300.0
_LONGEST_MESSAGE = 300
_SHORTEST_SECRET = 8

_MODERATION = {
    "moderation_blocked",
    "content_policy_violation",
    "content_filter",
    "contentfilter",
    "responsibleaipolicyviolation",
}
_NO_MONEY = {"insufficient_quota", "billing_hard_limit_reached", "insufficient_user_quota"}
_RATE_LIMIT = {"rate_limit_exceeded", "rate_limit_error"}
_BAD_KEY = {"invalid_api_key", "authentication_error"}

_UNAUTHORISED = (401, 403)
_NO_CREDIT = 402
_TOO_MANY = 429
_LEGAL_REASONS = 451
# Something on the way stopped waiting; whoever does the work may go on with it.
_TIMED_OUT = (408, 504, 524)
_RETRIED = (500, 503)
_OK = range(200, 300)
# Blocked after it was drawn: whether that is billed is undocumented, so it counts as spent.
_PERHAPS_BILLED = (Reason.MODERATION_OUTPUT, Reason.OUTCOME_UNKNOWN)
_SERVER_ERROR = 500

_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer read to its end. *retry_after* is the header's value or empty."""

    status: int
    body: bytes
    request_id: str = ""
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The picture of an answer, with the tokens it reports (0 where it reports none)."""

    data: bytes
    input_tokens: int
    output_tokens: int


def drawn(answer: Answer, *, secret: str) -> Drawn:
    """Return the picture in *answer*; raise ProviderError if there is none.

    *secret* never appears in the error's message, even if the provider repeats it.
    """
    content = checked(answer, secret=secret)
    items = content.get("data")
    item = items[0] if isinstance(items, list) and items else None
    encoded = item.get("b64_json") if isinstance(item, dict) else None
    if not isinstance(encoded, str) or not encoded:
        linked = isinstance(item, dict) and bool(item.get("url"))
        raise _bad_picture("a link instead of the picture itself" if linked else "no picture")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise _bad_picture("broken base64") from None
    if not data.startswith(_SIGNATURES) and not (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        raise _bad_picture("something that is no JPEG, PNG or WebP")
    usage = content.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    return Drawn(data, _count(counts.get("input_tokens")), _count(counts.get("output_tokens")))


def checked(answer: Answer, *, secret: str) -> dict[str, Any]:
    """Return the JSON object of a good answer; raise ProviderError for any other.

    Only an error in the API's own shape is a refusal. Anything else may be the work of a proxy
    while the picture was being made and paid for.
    """
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict) and (error := _error(content)) is not None:
        raise _refusal(answer, error, secret)
    if answer.status not in _OK or not isinstance(content, dict):
        kind = "JSON without an error" if content is not None else "no JSON"
        raise ProviderError(
            Reason.OUTCOME_UNKNOWN,
            f"HTTP {answer.status} with {kind}: not this API's own answer",
            billed=True,
        )
    return content


def _error(content: dict[str, Any]) -> dict[str, Any] | None:
    error = content.get("error")
    if isinstance(error, str) and error:
        return {"message": error}
    return error if isinstance(error, dict) and error else None


def _refusal(answer: Answer, error: dict[str, Any], secret: str) -> ProviderError:
    """Sort an error in the API's own shape; only where trying again can help has it a time."""
    reason = _reason(answer.status, error)
    down = reason is Reason.PROVIDER_DOWN and answer.status in _RETRIED
    again = down or reason is Reason.RATE_LIMIT
    return ProviderError(
        reason,
        f"HTTP {answer.status} {_message(error, secret)}",
        billed=reason in _PERHAPS_BILLED,
        retry_after=_wait(answer.retry_after) if again else None,
    )


def _reason(status: int, error: dict[str, Any]) -> Reason:
    codes = _codes(error)
    verdicts = (
        (codes & _MODERATION or status == _LEGAL_REASONS, _blocked_at(error)),
        (codes & _NO_MONEY or status == _NO_CREDIT, Reason.NO_MONEY),
        (codes & _BAD_KEY or status in _UNAUTHORISED, Reason.BAD_KEY),
        (codes & _RATE_LIMIT or status == _TOO_MANY, Reason.RATE_LIMIT),
        (status in _TIMED_OUT, Reason.OUTCOME_UNKNOWN),
        (status >= _SERVER_ERROR, Reason.PROVIDER_DOWN),
        (True, Reason.BAD_REQUEST),
    )
    return next(reason for applies, reason in verdicts if applies)


def _blocked_at(error: dict[str, Any]) -> Reason:
    details = error.get("moderation_details")
    stage = details.get("moderation_stage") if isinstance(details, dict) else None
    return Reason.MODERATION_OUTPUT if stage == "output" else Reason.MODERATION_INPUT


def _codes(error: dict[str, Any]) -> set[str]:
    inner = error.get("innererror")
    found = (
        error.get("code"),
        error.get("type"),
        inner.get("code") if isinstance(inner, dict) else None,
    )
    return {code.lower() for code in found if isinstance(code, str)}


def _message(error: dict[str, Any], secret: str) -> str:
    """Return code and message on one bounded line, without *secret*."""
    text = f"{error.get('code') or error.get('type') or 'error'}: {error.get('message') or ''}"
    if len(secret) >= _SHORTEST_SECRET:
        text = text.replace(secret, "***")
    return "".join(c if c.isprintable() else " " for c in text[:_LONGEST_MESSAGE]).strip()


def _wait(header: str) -> float:
    """Return the seconds a Retry-After header asks for, within reason."""
    try:
        seconds = float(header)
    except ValueError:
        seconds = _seconds_until(header)
    # A NaN is no bound of anything.
    return min(max(seconds, 1.0), _LONGEST_WAIT) if seconds == seconds else PATIENCE  # noqa: PLR0124


def _seconds_until(date: str) -> float:
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return PATIENCE
    return (then.replace(tzinfo=then.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _bad_picture(what: str) -> ProviderError:
    return ProviderError(Reason.BAD_PICTURE, f"the provider sent {what}", billed=True)
