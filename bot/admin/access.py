"""The guard before every page: session, role, CSRF, where the request comes from."""

import hmac
import secrets
from hashlib import sha256
from typing import cast
from urllib.parse import urlsplit

from flask import Response, abort, g, make_response, redirect, request, url_for

from bot.admin.parts import address, bot, is_partial
from bot.admin.permissions import ANYONE, SIGNING_IN, TABLE
from bot.store import members
from bot.store.members import Role, Session, Stage

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
TOUCH_MS = 60_000  # a session's last use is noted at most this often
CSRF_COOKIE = "huaxin_csrf"


def guard() -> Response | None:
    """Let the request through, send it to the login, or refuse it."""
    least = TABLE.get(request.endpoint or "")
    if least is None:
        abort(404)
    g.member = g.session = None
    _refuse_nul()
    _find_session()
    if request.method not in SAFE:
        _refuse_forgeries()
    if least == ANYONE:
        return None
    if g.session is None:
        return _to_login()
    if least == SIGNING_IN:
        return None
    if g.session.stage is not Stage.FULL:
        return _to(url_for("signin.code" if g.session.stage is Stage.CODE else "signin.enrol"))
    if not g.member.role.may(least):
        abort(403)
    return None


def may(endpoint: str) -> bool:
    """Whether the member may use the route; pages hide what they may not."""
    least = TABLE.get(endpoint)
    member = g.get("member")
    return isinstance(least, Role) and member is not None and member.role.may(least)


def csrf_token() -> str:
    """The token that every unsafe form and htmx call carries."""
    if g.get("session"):
        return cast("Session", g.session).csrf
    if "csrf" not in g:
        g.csrf = request.cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(32)
    return cast("str", g.csrf)


def keep_csrf(response: Response) -> Response:
    """Give who has no session the cookie their form's token is compared with."""
    if "csrf" in g and not g.get("session"):
        response.set_cookie(
            CSRF_COOKIE,
            g.csrf,
            path="/admin",
            httponly=True,
            samesite="Strict",
            secure=request.is_secure,
        )
    return response


# ---- the session's cookie ----


def cookie_name() -> str:
    """A name that browsers keep to this host alone; plain HTTP cannot have it."""
    return "__Host-huaxin" if request.is_secure else "huaxin"


def hash_of(session_id: str) -> str:
    return sha256(session_id.encode()).hexdigest()


def begin(response: Response, member_id: int, stage: Stage) -> Response:
    """Open a session for the member, in place of the one there was, and set its cookie."""
    end()
    session_id = secrets.token_urlsafe(32)
    members.open_session(
        bot().db,
        member_id,
        id_hash=hash_of(session_id),
        csrf=secrets.token_urlsafe(32),
        stage=stage,
        address=address()[:64],
        agent=request.user_agent.string[:255],
    )
    response.set_cookie(
        cookie_name(),
        session_id,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
        max_age=members.ABSOLUTE_MS // 1000,
    )
    return response


def end() -> None:
    """End the session of this request, if there is one."""
    if g.get("session"):
        members.end_session(bot().db, g.session.id_hash)
        g.member = g.session = None


def _find_session() -> None:
    session_id = request.cookies.get(cookie_name(), "")
    found = members.session_of(bot().db, hash_of(session_id)) if session_id else None
    if found is None:
        return
    g.session, g.member = found
    if bot().now_ms() - g.session.seen_at > TOUCH_MS:
        members.touch_session(bot().db, g.session.id_hash)


def _refuse_nul() -> None:
    """Refuse the one character that PostgreSQL cannot keep; no browser sends it by itself."""
    given = [*(request.view_args or {}).values(), *request.args.values()]
    if request.method not in SAFE:
        given += request.form.values()
    if any("\0" in one for one in given if isinstance(one, str)):
        abort(400)


def _refuse_forgeries() -> None:
    """Refuse an unsafe request that another site may have made."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site not in OWN_SITE:
        abort(403)
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)
    expected = g.session.csrf if g.session else request.cookies.get(CSRF_COOKIE, "")
    given = request.headers.get("X-CSRFToken") or request.form.get("csrf", "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        abort(400, "csrf")


def _to_login() -> Response:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    return _to(url_for("signin.login", then=wanted or None))


def _to(where: str) -> Response:
    if not is_partial():
        return cast("Response", redirect(where, 303))
    response = make_response("", 204)
    response.headers["HX-Redirect"] = where
    return response
