"""What an HTTP answer of an images API means: its content, a sure refusal, or nobody knows."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.errors import ProviderError, Reason

Content = dict[str, Any]

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
_PERHAPS_BILLED = (Reason.MODERATION_OUTPUT, Reason.OUTCOME_UNKNOWN, Reason.BAD_PICTURE)
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer read to its end. *retry_after* is the header's value or empty."""

    status: int
    body: bytes
    request_id: str = ""
    retry_after: str = ""


def error_of(content: object) -> Content | None:
    """Return the error of an answer in OpenAI's shape: ``{"error": {"code": …, "message": …}}``."""
    error = content.get("error") if isinstance(content, dict) else None
    if isinstance(error, str) and error:
        return {"message": error}
    return error if isinstance(error, dict) and error else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a service says no.

    *error* finds its error (``code``, ``message``) in what it sent, whatever the HTTP status.
    *codes* are its own codes in lower case; ``a`` stands for ``a.b``, too, if that is not there.
    """

    error: Callable[[object], Content | None] = error_of
    codes: Mapping[str, Reason] = field(default_factory=dict)


OPENAI = Dialect()


def checked(answer: Answer, *, secret: str, dialect: Dialect = OPENAI) -> Content:
    """Return the JSON object of a good answer; raise ProviderError for any other.

    Only an error in the API's own shape is a refusal. Anything else may be the work of a proxy
    while the picture was being made and paid for. *secret* never appears in the error's message,
    even if the provider repeats it.
    """
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    if (error := dialect.error(content)) is not None:
        raise refusal(answer, error, secret=secret, dialect=dialect)
    if answer.status not in _OK or not isinstance(content, dict):
        kind = "JSON without an error" if content is not None else "no JSON"
        raise ProviderError(
            Reason.OUTCOME_UNKNOWN,
            f"HTTP {answer.status} with {kind}: not this API's own answer",
            billed=True,
        )
    return content


def refusal(
    answer: Answer, error: Content, *, secret: str, dialect: Dialect = OPENAI
) -> ProviderError:
    """Sort an error in the API's own shape; only where trying again can help has it a time."""
    own = _own(dialect, error)
    reason = own or _reason(answer.status, error)
    down = reason is Reason.PROVIDER_DOWN and (own is not None or answer.status in _RETRIED)
    again = down or reason is Reason.RATE_LIMIT
    return ProviderError(
        reason,
        f"HTTP {answer.status} {_message(error, secret)}",
        billed=reason in _PERHAPS_BILLED,
        retry_after=_wait(answer.retry_after) if again else None,
    )


def _own(dialect: Dialect, error: Content) -> Reason | None:
    for code in sorted(_codes(error)):
        while code:
            if code in dialect.codes:
                return dialect.codes[code]
            code = code.rpartition(".")[0]  # noqa: PLW2901 — ever shorter
    return None


def _reason(status: int, error: Content) -> Reason:
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


def _blocked_at(error: Content) -> Reason:
    details = error.get("moderation_details")
    stage = details.get("moderation_stage") if isinstance(details, dict) else None
    return Reason.MODERATION_OUTPUT if stage == "output" else Reason.MODERATION_INPUT


def _codes(error: Content) -> set[str]:
    inner = error.get("innererror")
    found = (
        error.get("code"),
        error.get("type"),
        inner.get("code") if isinstance(inner, dict) else None,
    )
    return {
        str(code).lower()
        for code in found
        if isinstance(code, str | int) and not isinstance(code, bool)
    }


def _message(error: Content, secret: str) -> str:
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
