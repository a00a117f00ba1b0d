"""The console, put together: its pages, its guard, its headers."""

import logging
from typing import Any

from flask import Blueprint, Flask, Response, g, make_response, render_template, request
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import HTTPException

from bot.admin import (
    access,
    apidocs,
    assets,
    complaints,
    followers,
    gallery,
    history,
    library,
    me,
    members,
    menu,
    overview,
    parts,
    queue,
    reports,
    reviews,
    rules,
    services,
    settings,
    setup,
    signin,
    styles,
    tokens,
    transfer,
    translate,
    trial,
    unmatched,
)
from bot.admin.api import problems, table
from bot.admin.api.problems import Problem
from bot.admin.navigation import navigation
from bot.admin.translate import LANGUAGES, TAGS, _
from bot.engine import Bot
from bot.errors import NotThere, StorageError, StoreError

log = logging.getLogger(__name__)
YEAR = 365 * 24 * 3600  # seconds
LARGEST_REQUEST = 12 * 1024 * 1024
LARGEST_REPORT = 16 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
        " font-src 'self'; connect-src 'self'; media-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'; frame-src {phone}; report-uri /admin/csp"
    ),
    # no-referrer would make browsers send "Origin: null" with our own forms
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
EXPLAINED = {
    400: "这个请求不完整，或者页面放得太久了。请刷新页面再试一次。",
    403: "你没有做这件事的权限。需要的话，请所有者调整你的角色。",
    404: "没有这个页面，或者它已经被删除了。",
    405: "这个地址不能这样用。",
    413: "文件太大了，最多 12 MB。",
    429: "试得太多了，请稍等一会儿。",
    500: "出了点意外，已经记在日志里。请再试一次。",
    503: "数据库暂时不可用，什么都没有改。请过一会儿再试。",
}
AWAY = "存图片和素材的地方暂时不可用。请过一会儿再试。"

# One line a page: the module's `bp`.
PAGES: tuple[Blueprint, ...] = (
    overview.bp,
    signin.bp,
    setup.bp,
    library.bp,
    menu.bp,
    transfer.bp,
    gallery.bp,
    queue.bp,
    followers.bp,
    complaints.bp,
    reviews.bp,
    styles.bp,
    services.bp,
    reports.bp,
    history.bp,
    members.bp,
    me.bp,
    settings.bp,
    tokens.bp,
    apidocs.bp,
    rules.bp,
    trial.bp,
    unmatched.bp,
)


def install(app: Flask, bot: Bot) -> None:
    """Put the console at ``/admin/`` of *app*."""
    app.extensions["bot"] = bot
    app.secret_key = bot.vault.derive("console")  # for notices over a redirect, never for logins
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_REQUEST
    app.session_interface = _Notices()
    app.config["SESSION_COOKIE_NAME"] = "huaxin_notice"
    app.config["SESSION_COOKIE_PATH"] = "/admin"
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    admin = Blueprint(
        "admin", __name__, url_prefix="/admin", template_folder="templates", static_folder=None
    )
    admin.add_url_rule("/assets/<path:name>", "asset", assets.serve)
    admin.post("/csp", endpoint="report_csp")(report_csp)
    admin.post("/language/<code>", endpoint="language")(language)
    app.register_blueprint(admin)
    table.install(app, harden=_harden)
    for page in PAGES:
        app.register_blueprint(page, url_prefix=f"/admin{page.url_prefix or ''}")
    for page in (admin, *PAGES):
        page_name = page.name
        app.before_request_funcs.setdefault(page_name, []).insert(0, access.guard)
        app.after_request_funcs.setdefault(page_name, []).extend((access.keep_cookies, _harden))
    for kind in (HTTPException, StoreError, StorageError, NotThere, Exception):
        app.register_error_handler(kind, _explain)
    _dress(app)


class _Notices(SecureCookieSessionInterface):
    """Flask's cookie, over HTTPS for HTTPS alone."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 — Flask's own form
        return request.is_secure


def _dress(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        ago=translate.ago, moment=translate.moment, money=translate.money, number=translate.number
    )
    app.jinja_env.globals.update(
        _=_, asset=assets.address, may=access.may, confirmed=access.confirmed
    )
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    if not request.path.startswith("/admin"):
        return {}
    return {
        "csrf": access.csrf_token(),
        "language": translate.language(),
        "languages": LANGUAGES,
        "language_tag": TAGS[translate.language()],
        "member": g.get("member"),
        "navigation": navigation(),
        "phone": parts.phone(),
        "theme": g.member.theme if g.get("member") else "",
    }


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value.format(phone=parts.phone() or "'none'"))
    response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _explain(error: Exception) -> Any:
    """Answer a fault with a page that says what to do; outside the console, as Flask would."""
    if not request.path.startswith("/admin"):
        if isinstance(error, HTTPException):
            return error
        log.error("%s failed", request.path)
        return Response(status=500)
    if isinstance(error, Problem) or request.path.startswith(f"{table.ADDRESS}/"):
        return _harden(problems.answer(_problem(error)))
    match error:
        case HTTPException():
            code = error.code or 500
        case NotThere() | OverflowError():
            code = 404  # a number no database counts up to names nothing
        case StoreError() | StorageError():
            code = 503
            log.warning("console: %s: %s", type(error).__name__, error)
        case _:
            code = 500
            log.error("console: %s failed", request.endpoint, exc_info=error)
    template = "part/fault.html" if parts.is_partial() else "fault.html"
    response = make_response(render_template(template, code=code, said=_said(error, code)), code)
    for header in ("Retry-After",):
        if isinstance(error, HTTPException) and error.response is not None:
            response.headers[header] = error.response.headers.get(header, "")
    return _harden(response)


def _said(error: Exception, code: int) -> str:
    match error:
        case NotThere():
            return _(str(error))
        case StorageError():
            return _(AWAY)
        case _:
            return _(EXPLAINED.get(code, EXPLAINED[400]))


def _problem(error: Exception) -> Problem:
    problem = problems.of(error)
    if problem.code in {"database", "storage"}:
        log.warning("api: the %s failed: %s", problem.code, error)
    if problem.code == "internal":
        log.error("api: %s failed", request.endpoint, exc_info=error)
    return problem


def report_csp() -> Response:
    """Note what a browser refused: a bug of ours, or an attack that failed."""
    if (request.content_length or 0) <= LARGEST_REPORT:
        log.warning("csp: %r", request.get_data(as_text=True)[:500])
    return Response(status=204)


def language(code: str) -> Response:
    """Keep the chosen language in a cookie; a member's own stands on their page."""
    response = parts.go(parts.local(request.form.get("then", "").rstrip("?")))
    if code in LANGUAGES:
        response.set_cookie(
            translate.COOKIE,
            code,
            path="/admin",
            max_age=YEAR,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure,
        )
    return response
