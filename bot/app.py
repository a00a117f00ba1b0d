"""The web application: the doors, put together."""

from collections.abc import Iterable
from pathlib import PurePath
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, abort

from bot import health, links, public
from bot.admin import console
from bot.engine import Bot
from bot.jobs import files
from bot.store.pictures import CLEAR, FLAT, PDF, PPTX
from bot.webhook import Webhook

SERVED = {
    # What is labelled, and nothing else.
    FLAT: "image/jpeg",
    CLEAR: "image/png",
    PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    PDF: "application/pdf",
}


def create_app(bot: Bot) -> Flask:
    """Return the WSGI app of *bot*; the process that serves it starts the bot."""
    app = Flask(__name__, static_folder=None)
    app.wsgi_app = _Doors(webhook=Webhook(bot), rest=app.wsgi_app)  # type: ignore[method-assign] # Flask's own way to put something before it
    app.register_blueprint(health.blueprint(bot))
    app.register_blueprint(public.blueprint(bot))
    console.install(app, bot)

    @app.get("/p/<signed>")
    def picture(signed: str) -> Response:
        name = links.read(bot.settings.secret_key, signed)
        ending = PurePath(name or "").suffix
        if name is None or ending not in SERVED:
            abort(404)
        try:
            data = bot.pictures.read(name)
        except FileNotFoundError:
            abort(404)
        except OSError as error:
            return public.later(error)
        response = Response(data, mimetype=SERVED[ending])
        if ending in {PPTX, PDF}:
            saved_as = quote(f"{files.title(bot, name)}{ending}")
            response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{saved_as}"
        response.headers["Cache-Control"] = "private, max-age=86400"
        return response

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return app


class _Doors:
    """WeChat's door before all others."""

    def __init__(self, *, webhook: WSGIApplication, rest: WSGIApplication) -> None:
        self._webhook = webhook
        self._rest = rest

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        door = self._webhook if environ["PATH_INFO"] == "/wechat" else self._rest
        return door(environ, start_response)
