"""The guard before every page: session, role, CSRF, where the request comes from."""

import hmac
import re
import secrets
from hashlib import sha256
from typing import cast
from urllib.parse import urlsplit

from flask import Response, abort, g, make_response, redirect, request, url_for

from bot.admin.parts import address, bot, is_partial
from bot.admin.permissions import ANYONE, POLLED, SIGNING_IN, TABLE, UNFORGEABLE
from bot.store import members
from bot.store.members import Member, Role, Session, Stage

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
TOUCH_MS = 60_000  # a session's last use is noted at most this often
CONFIRMED_MS = 10 * 60 * 1000  # so long a password that was given again is good for
CSRF_TOKEN = re.compile(r"[\w\-]{20,64}", re.ASCII)
STAGES = {
    Stage.PASSWORD: "signin.password",
    Stage.CODE: "signin.code",
    Stage.ENROL: "signin.enrol",
}


def guard() -> Response | None:
    """Let the request through, send it to the login, or refuse it.

    Afterwards ``g.member`` is who is signed in, ``g.entering`` who is only on the way to it.
    """
    least = TABLE.get(request.endpoint or "")
    if least is None:
        abort(404)
    g.member = g.session = g.entering = None
    _refuse_nul()
    _find_session()
    if request.method not in SAFE and request.endpoint not in UNFORGEABLE:
        _refuse_forgeries()
    if least == ANYONE:
        return None
    if g.session is None:
        return _to_login()
    if least == SIGNING_IN:
        return None
    if g.session.stage is not Stage.FULL:
        return _to(url_for(STAGES[g.session.stage]))
    if not g.member.role.may(least):
        abort(403)
    return None


def may(endpoint: str) -> bool:
    """Whether the member may use the route; pages hide what they may not."""
    least = TABLE.get(endpoint)
    member = g.get("member")
    return isinstance(least, Role) and member is not None and member.role.may(least)


def confirmed() -> bool:
    """Whether the password was given within ten minutes: asked before what is dangerous."""
    session = g.get("session")
    return session is not None and bot().now_ms() - session.confirmed_at < CONFIRMED_MS


def ask_password(then: str) -> Response:
    """Send the member to give their password again, and from there to *then*."""
    return _to(url_for("signin.confirm", then=then))


def csrf_token() -> str:
    """The token that every unsafe form and htmx call carries."""
    if g.get("session"):
        return cast("Session", g.session).csrf
    if "csrf" not in g:
        kept = request.cookies.get(csrf_cookie(), "")
        g.csrf = kept if CSRF_TOKEN.fullmatch(kept) else secrets.token_urlsafe(32)
    return cast("str", g.csrf)


# ---- the cookies: a name with __Host- is this host's alone; plain HTTP cannot have it ----


def cookie_name() -> str:
    return "__Host-huaxin" if request.is_secure else "huaxin"


def csrf_cookie() -> str:
    return "__Host-huaxin_csrf" if request.is_secure else "huaxin_csrf"


def keep_cookies(response: Response) -> Response:
    """Set the cookie of a session that was begun, take that of one that was ended.

    Who has no session gets the one their form's token is compared with.
    """
    if "session_id" in g and g.session_id:
        _set(response, cookie_name(), g.session_id, max_age=members.ABSOLUTE_MS // 1000)
    elif "session_id" in g:
        response.delete_cookie(cookie_name(), path="/", httponly=True, secure=request.is_secure)
    if "csrf" in g and not g.get("session"):
        _set(response, csrf_cookie(), g.csrf, samesite="Strict")
    return response


def _set(
    response: Response, name: str, value: str, *, max_age: int | None = None, samesite: str = "Lax"
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite=samesite,
        secure=request.is_secure,
    )


# ---- sessions ----


def hash_of(session_id: str) -> str:
    return sha256(session_id.encode()).hexdigest()


def begin(member_id: int, stage: Stage) -> None:
    """Open a session for the member, in place of the one there was; the answer sets its cookie."""
    end()
    g.session_id = secrets.token_urlsafe(32)
    members.open_session(
        bot().db,
        member_id,
        id_hash=hash_of(g.session_id),
        csrf=secrets.token_urlsafe(32),
        stage=stage,
        address=address()[:64],
        agent=request.user_agent.string[:255],
    )
    _open(members.session_of(bot().db, hash_of(g.session_id)))


def confirm() -> None:
    """Note that the password was given again, under a new session id."""
    g.session_id = secrets.token_urlsafe(32)
    members.confirm_session(bot().db, g.session.id_hash, hash_of(g.session_id))
    _open(members.session_of(bot().db, hash_of(g.session_id)))


def end() -> None:
    """End the session of this request, if there is one."""
    if g.get("session"):
        members.end_session(bot().db, g.session.id_hash)
    g.session_id = ""
    g.member = g.session = g.entering = None


def _open(found: tuple[Session, Member] | None) -> None:
    if found is None:
        return
    g.session, member = found
    full = g.session.stage is Stage.FULL
    g.member, g.entering = (member, None) if full else (None, member)


def _find_session() -> None:
    session_id = request.cookies.get(cookie_name(), "")
    found = members.session_of(bot().db, hash_of(session_id)) if session_id else None
    _open(found)
    if found is None or request.endpoint in POLLED:
        return
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
    expected = g.session.csrf if g.session else request.cookies.get(csrf_cookie(), "")
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
