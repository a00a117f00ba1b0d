"""What anyone may open: the terms, and with a signed link an unlabelled copy."""

import logging
import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Final

from flask import Blueprint, Response, abort

from bot.engine import Bot
from bot.errors import NotThere
from bot.jobs import copies
from bot.jobs.credit import credit

log = logging.getLogger(__name__)
STYLE: Final = "body{max-width:40em;margin:2em auto;padding:0 1em;font:1em/1.8 sans-serif}"
_PAGE: Final = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""
_ANCHOR: Final = re.compile(r'<a href="[^"]*">([^<]*)</a>')


def blueprint(bot: Bot) -> Blueprint:
    bp = Blueprint("public", __name__)

    @bp.get("/terms")
    def terms() -> Response:
        said = bot.sentences.say("terms", days=bot.settings.log_retention_days)
        response = Response(page(said, credit(bot)), mimetype="text/html")
        hashed = b64encode(sha256(STYLE.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{hashed}'"
        response.headers["Content-Security-Policy"] = policy
        return response

    @bp.get("/u/<signed>")
    def copy(signed: str) -> Response:
        try:
            data = copies.read(bot, signed)
        except NotThere:
            abort(404)
        except OSError as error:
            return later(error)
        form = "png" if data.startswith(b"\x89PNG") else "jpeg"
        response = Response(data, mimetype=f"image/{form}")
        response.headers["Content-Disposition"] = f"attachment; filename=huaxin.{form}"
        response.headers["Cache-Control"] = "no-store"
        return response

    return bp


def later(error: OSError) -> Response:
    """Answer who asks for a file that cannot be read now."""
    log.error("a file cannot be read: %s", error)
    said = "图片暂时取不到，请过一会儿再试。"
    return Response(said, status=503, mimetype="text/plain", headers={"Retry-After": "10"})


def page(said: str, more: str) -> str:
    """Return a text of the bot's as a page of its own; its first line is the title."""
    # On a page nothing can be tapped: the word itself is left.
    title, _, rest = _ANCHOR.sub(r"\1", said).partition("\n")
    lines = [line for line in (*rest.split("\n"), more) if line.strip()]
    body = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    return _PAGE.format(title=escape(title), style=STYLE, body=body)
