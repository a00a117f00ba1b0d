"""The console's own files and the vendored ones, named by their content and cached for ever."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Response, abort, request, send_from_directory, url_for

from bot.settings import ASSETS

FOLDERS = {
    "own": Path(__file__).parent / "static",
    "vendor": ASSETS / "console" / "vendor",
}


def serve(name: str) -> Response:
    folder, _, rest = name.partition("/")
    if folder not in FOLDERS:
        abort(404)
    response = send_from_directory(FOLDERS[folder], rest)
    named = request.args.get("v") == _digest(name)
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if named else "no-cache"
    )
    return response


def address(name: str) -> str:
    """Return the address of ``own/…`` or ``vendor/…``, which changes with the file."""
    return url_for("admin.asset", name=name, v=_digest(name))


def _digest(name: str) -> str:
    folder, _, rest = name.partition("/")
    path = FOLDERS[folder] / rest
    return _digest_of(path, path.stat().st_mtime_ns) if path.is_file() else ""


@lru_cache(maxsize=256)
def _digest_of(path: Path, _modified: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:8]
