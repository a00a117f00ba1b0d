"""How the API answers."""

import json
from datetime import UTC, datetime
from typing import Any

from flask import Response


def say(document: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(document, ensure_ascii=False)
    return Response(text, status, headers, mimetype="application/json")


def nothing() -> Response:
    return Response(status=204)


def page(items: list[Any], *, total: int, number: int, size: int) -> Response:
    return say({"items": items, "total": total, "page": number, "size": size})


def moment(ms: int) -> str | None:
    """A time of epoch ms as RFC 3339 in UTC; None for 0."""
    if not ms:
        return None
    made = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
    return made.replace("+00:00", "Z")
