"""我的账号: one's own password, second factor, sessions, and how the console looks."""

from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from bot import passwords
from bot.admin import access, attempts, enrolment, totp, translate
from bot.admin.chatting import follower_of, key_of, masked, options
from bot.admin.parts import bot, desk, go, member, session
from bot.admin.signin import check_password, complaint
from bot.admin.translate import _
from bot.editing import members as editing
from bot.errors import ConfigError
from bot.store import members
from bot.store.logins import Outcome
from bot.store.members import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

bp = Blueprint("me", __name__, url_prefix="/me")
THEMES = ("", "light", "dark")


def careful(change: "Callable[[], Response]") -> "Callable[[], Response]":
    """A change that wants the password given lately."""

    @wraps(change)
    def run() -> Response:
        if not access.confirmed():
            back = request.path if request.method == "GET" else url_for("me.index")
            return access.ask_password(back)
        return change()

    return run


@bp.get("/")
def index() -> Response:
    return _page()


@bp.post("/look")
def look() -> Response:
    language, theme = request.form.get("language", ""), request.form.get("theme", "")
    if theme in THEMES and language in {"", *translate.LANGUAGES}:
        editing.set_look(bot().db, member().id, language=language, theme=theme)
    return go(url_for("me.index"))


@bp.post("/password")
def password() -> Response:
    given = request.form.get("password", "")
    if given != request.form.get("again", ""):
        return _page(_("两次输入的密码不一样。"), 422)
    verdict = check_password(request.form.get("old", ""))
    if not verdict.right:
        return attempts.again("me/index.html", verdict, **_values())
    try:
        editing.set_password(desk(), member().id, given)
    except (ConfigError, passwords.Busy) as error:
        return _page(complaint(error), 422)
    access.begin(member().id, Stage.FULL)
    return go(url_for("me.index"), _("密码已改，别处的登录都结束了。"))


@bp.get("/totp", endpoint="totp")
@careful
def totp_form() -> Response:
    shown = enrolment.offer().shown(member())
    return make_response(render_template("me/totp.html", said="", **shown))


@bp.post("/totp", endpoint="totp_post")
@careful
def totp_post() -> Response:
    offered = enrolment.offer()
    codes = enrolment.accept(desk(), member(), offered)
    if codes is None:
        said = _(attempts.SAID[Outcome.BAD_CODE])
        return attempts.refused("me/totp.html", said, **offered.shown(member()))
    access.begin(member().id, Stage.FULL)
    return _codes(codes)


@bp.post("/totp/drop", endpoint="drop_totp")
@careful
def drop_totp() -> Response:
    if member().role in editing.NEED_CODE:
        return _page(_("你的角色必须用动态码，不能关闭；可以换一部手机重新设置。"), 422)
    who = member().id
    editing.drop_totp(desk(), who)
    access.begin(who, Stage.FULL)
    return go(url_for("me.index"), _("动态码已关闭。"))


@bp.post("/recovery-codes", endpoint="recovery_codes")
@careful
def recovery_codes() -> Response:
    if not member().totp_secret:
        return _page(_("先设置动态码，恢复码会一起给出。"), 422)
    codes = totp.new_recovery_codes()
    hashes = [totp.hash_of(bot().vault, one) for one in codes]
    editing.set_recovery_codes(desk(), member().id, hashes)
    return _codes(codes)


@bp.post("/openid", endpoint="set_openid")
@careful
def set_openid() -> Response:
    try:
        chosen = follower_of(request.form.get("follower", ""), bound=member().openid)
        editing.set_openid(desk(), member().id, chosen)
    except ConfigError as error:
        return _page(complaint(error), 422)
    return go(url_for("me.index"), _("已保存。"))


@bp.post("/sessions", endpoint="end_sessions")
def end_sessions() -> Response:
    editing.end_sessions(desk(), member().id, but=session().id_hash)
    return go(url_for("me.index"), _("别处的登录都结束了。"))


def _page(said: str = "", status: int = 200) -> Response:
    return make_response(render_template("me/index.html", said=said, **_values()), status)


def _values() -> dict[str, Any]:
    return {
        "codes_left": members.recovery_codes_left(bot().db, member().id),
        "sessions": members.sessions(bot().db, member().id),
        "current": session().id_hash,
        "needs_code": member().role in editing.NEED_CODE,
        "followers": options() if access.may("me.set_openid") else [],
        "key_of": key_of,
        "bound": masked(member().openid),
    }


def _codes(codes: list[str]) -> Response:
    return make_response(render_template("me/codes.html", codes=codes))
