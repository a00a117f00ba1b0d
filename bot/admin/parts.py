"""What every page needs: the bot, who is asking, and ways to answer."""

import json
import re
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Response, current_app, flash, g, make_response, redirect, render_template, request

from bot.editing.desk import Desk
from bot.engine import Bot
from bot.store.history import Actor
from bot.store.members import Member, Session

LOCAL = re.compile(r"/admin/[!#-\[\]-~]*", re.ASCII)  # visible, no quote, no backslash


def bot() -> Bot:
    return cast("Bot", current_app.extensions["bot"])


def member() -> Member:
    """The member who asks; only where `access` has let one in."""
    return cast("Member", g.member)


def session() -> Session:
    return cast("Session", g.session)


def desk() -> Desk:
    """Where this request's changes are made."""
    actor = Actor(name=member().name, via="console", address=address())
    return Desk(bot().db, bot().account_id, actor)


def phone() -> str:
    """The address of the sandbox's phone, seen from where the console is; "" on a real account."""
    settings = bot().settings
    if not settings.sandbox:
        return ""
    host, port = urlsplit(request.host_url).hostname, settings.sandbox_bind.rpartition(":")[2]
    return f"http://{host}:{port}"


def address() -> str:
    """The address of who asks; from a trusted proxy, what it says."""
    found = request.remote_addr or ""
    said = request.headers.get("X-Forwarded-For", "").split(",")
    with suppress(ValueError):  # no address, or a proxy that says something else: go no further
        while said and _is_proxy(found):
            found = str(ip_address(said.pop().strip()))
    return found


def _is_proxy(peer: str) -> bool:
    return any(ip_address(peer) in network for network in bot().settings.trusted_proxies)


def is_partial() -> bool:
    """Whether htmx asks, which wants a part of the page."""
    return "HX-Request" in request.headers


def show(whole: str, part: str = "", /, **values: Any) -> str:
    """Render the *whole* page; for htmx its *part* alone, where there is one."""
    return render_template(part if part and is_partial() else whole, **values)


def local(where: str, otherwise: str = "/admin/") -> str:
    """Return *where* if it is a page of the console, else *otherwise*: never another site."""
    return where if LOCAL.fullmatch(where) else otherwise


def go(where: str, said: str = "") -> Response:
    """Send the browser on, with something to say there."""
    if said:
        flash(said)
    if not is_partial():
        return cast("Response", redirect(where, 303))
    response = make_response("", 204)
    response.headers["HX-Redirect"] = where
    return response


def say(body: str, said: str, status: int = 200) -> Response:
    """Answer htmx with *body* and a short notice that goes by itself."""
    response = make_response(body, status)
    # Headers are ASCII.
    response.headers["HX-Trigger"] = json.dumps({"notice": {"said": said}})
    return response
