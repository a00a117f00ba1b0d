"""The journal: every API call received, without a secret in it."""

from collections import deque
from hashlib import sha256
from io import BytesIO
from threading import Lock
from typing import Any

from flask import Request, Response
from PIL import Image
from werkzeug.exceptions import HTTPException

KEPT = 10_000
SHOWN_CHARACTERS = 500
LONG_STRING = 4_000
SECRET_NAMES = frozenset({"access_token", "secret", "appsecret", "api_key", "authorization"})


class Journal:
    def __init__(self) -> None:
        self._calls: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._count = 0
        self._lock = Lock()

    def note(self, request: Request, *, at: float, status: int | None, answer: Any) -> None:
        """Record a call; *status* is None where the connection was reset instead."""
        call = {
            "at": int(at * 1000),
            "method": request.method,
            "path": request.path,
            "query": masked(request.args.to_dict()),
            **_sent(request),
            "status": status,
            "answer": masked(answer),
        }
        with self._lock:
            self._count += 1
            self._calls.append({"id": self._count, **call})

    def calls(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._calls)

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()


def answer_of(response: Response) -> Any:
    """Return what *response* says: its JSON, or the beginning of its text."""
    mimetype = response.mimetype or ""
    if mimetype == "application/json":
        return response.get_json(silent=True)
    if mimetype.startswith("text/"):
        return response.get_data(as_text=True)[:SHOWN_CHARACTERS]
    return f"<{mimetype}, {response.content_length or 0} bytes>"


def masked(value: Any) -> Any:
    """Return *value* with secrets starred out and long strings (pictures) cut."""
    match value:
        case dict():
            return {
                name: "***" if str(name).lower() in SECRET_NAMES and inner else masked(inner)
                for name, inner in value.items()
            }
        case list():
            return [masked(inner) for inner in value]
        case str() if len(value) > LONG_STRING:
            return f"<{len(value)} characters>"
        case _:
            return value


def _sent(request: Request) -> dict[str, Any]:
    try:
        return _parts(request)
    except HTTPException:
        return {}  # a body too large to be read


def _parts(request: Request) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    if request.form:
        sent["form"] = masked(request.form.to_dict())
    if request.files:
        sent["files"] = [
            {
                "name": name,
                "filename": part.filename,
                "type": part.mimetype,
                **_described(part.stream),
            }
            for name, part in request.files.items(multi=True)
        ]
    if not sent and (body := request.get_json(silent=True, force=True)) is not None:
        sent["json"] = masked(body)
    return sent


def _described(stream: Any) -> dict[str, Any]:
    """Say what a file is; of a picture its pixels too, and whether it tells more than it shows."""
    stream.seek(0)
    data = stream.read()
    stream.seek(0)
    told: dict[str, Any] = {"size": len(data), "sha256": sha256(data).hexdigest()}
    try:
        with Image.open(BytesIO(data)) as picture:
            own = {"width": picture.width, "height": picture.height}
            return told | own | {"exif": bool(picture.getexif()), "xmp": "xmp" in picture.info}
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return told
