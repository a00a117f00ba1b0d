"""The sandbox's WSGI app: WeChat, its phones and an image API, for a bot to talk to."""

import time
from collections.abc import Callable, Mapping
from functools import partial

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from bot.errors import BadRequest
from bot.sandbox import (
    access,
    chats,
    control,
    credentials,
    custom,
    faults,
    images,
    phone,
    platform,
    uploads,
)
from bot.sandbox.acts import NotFollowing
from bot.sandbox.config import Config
from bot.sandbox.refusal import Refusal
from bot.sandbox.world import World

LARGEST_REQUEST = 64 * 1024 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = (None, "same-origin", "none")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
        " media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors {ancestors}"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def create_app(config: Config, *, clock: Callable[[], float] = time.time) -> Flask:
    """Return the app; *clock* gives epoch seconds. ``app.extensions["world"]`` holds its parts."""
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # Flask's own provider has it
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_REQUEST
    app.extensions["world"] = World(config, clock=clock)
    app.before_request(refuse_other_sites)
    faults.install(app)
    for part in (credentials, platform, custom, uploads, images, chats, phone, control):
        app.register_blueprint(part.bp)
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(BadRequest, bad_request)
    app.register_error_handler(HTTPException, http_error)
    headers = {
        name: value.format(ancestors=" ".join(config.framed_by) or "'none'")
        for name, value in HEADERS.items()
    }
    app.after_request(partial(secure, headers))
    return app


def refuse_other_sites() -> tuple[Response, int] | None:
    """Keep pages of other sites from pulling the levers in the operator's browser."""
    levers = request.path.startswith("/_") and request.method not in SAFE_METHODS
    if levers and request.headers.get("Sec-Fetch-Site") not in OWN_SITE:
        return jsonify(error="只接受本页面的操作"), 403
    return None


def refused(error: Refusal) -> Response:
    return access.answer(**error.body())


def bad_request(error: BadRequest) -> tuple[Response, int]:
    match error:
        case phone.NotFound():
            status = 404
        case NotFollowing():
            status = 409
        case _:
            status = 400
    return jsonify(error=str(error)), status


def http_error(error: HTTPException) -> Response | tuple[Response, int]:
    """Answer in the language of the side that was called."""
    status = error.code or 500
    if request.path.startswith("/cgi-bin/"):
        if isinstance(error, MethodNotAllowed):
            takes_get = "GET" in (error.valid_methods or ())
            return refused(Refusal(43001 if takes_get else 43002))
        return refused(Refusal(40066 if status == 404 else -1))  # noqa: PLR2004 - HTTP's own
    if request.path.startswith("/v1/"):
        return jsonify(error=images.unroutable(request.method, request.path)), status
    return jsonify(error=error.description or error.name), status


def secure(headers: Mapping[str, str], response: Response) -> Response:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-cache"
    return response
