"""登录: password, one's own password, code, second factor — each a step that must be the next."""

from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, g, make_response, render_template, request, url_for

from bot import passwords
from bot.admin import access, attempts, enrolment, totp
from bot.admin.parts import address, bot, go, local, member
from bot.admin.translate import _
from bot.editing import members as editing
from bot.editing.desk import Desk
from bot.errors import ConfigError
from bot.store import entrance, members
from bot.store.history import Actor
from bot.store.logins import Outcome
from bot.store.members import Member, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

bp = Blueprint("signin", __name__)
HOME = "/admin/"


@bp.get("/login")
def login() -> Response:
    if entrance.is_open(bot().db, bot().account_id):
        return go(url_for("setup.index"))
    if g.member:
        return go(_then())
    return _page("login")


@bp.post("/login", endpoint="login_post")
def login_post() -> Response:
    name = request.form.get("name", "").strip()[:64]
    found = members.named(bot().db, bot().account_id, name)

    def check() -> Outcome:
        kept = editing.password_hash(found, now_ms=bot().now_ms()) if found else ""
        right = passwords.verify(kept, request.form.get("password", ""))
        if not right or found is None or found.disabled:
            return Outcome.BAD_PASSWORD
        return Outcome.SUCCESS if next_stage(found) is Stage.FULL else Outcome.PASSWORD

    verdict = attempts.run(attempts.called(name, found), check)
    if not verdict.right or found is None:
        return attempts.again("signin/login.html", verdict, name=name, then=_then())
    return _advance(found)


def step(stage: Stage) -> "Callable[[Callable[[Member], Response]], Callable[[], Response]]":
    """A route for who has come exactly as far as *stage*; anybody else is sent where they are."""

    def decorate(route: "Callable[[Member], Response]") -> "Callable[[], Response]":
        @wraps(route)
        def run() -> Response:
            if g.session.stage is stage:
                return route(cast("Member", g.entering))
            known = access.STAGES.get(g.session.stage)
            return go(_next(known) if known else _then())

        return run

    return decorate


# ---- a password somebody else has seen is replaced first ----


@bp.get("/password")
@step(Stage.PASSWORD)
def password(_entering: Member) -> Response:
    return _page("password")


@bp.post("/password", endpoint="password_post")
@step(Stage.PASSWORD)
def password_post(entering: Member) -> Response:
    given = request.form.get("password", "")
    if given != request.form.get("again", ""):
        return _refused("password", _("两次输入的密码不一样。"))
    try:
        editing.set_password(_desk(entering), entering.id, given)
    except (ConfigError, passwords.Busy) as error:
        return _refused("password", complaint(error))
    renewed = members.get(bot().db, entering.id) or entering
    if next_stage(renewed) is Stage.FULL:
        attempts.entered(renewed)
    return _advance(renewed)


# ---- the code ----


@bp.get("/code")
@step(Stage.CODE)
def code(_entering: Member) -> Response:
    return _page("code", now=bot().now_ms())


@bp.post("/code", endpoint="code_post")
@step(Stage.CODE)
def code_post(entering: Member) -> Response:
    try:
        secret = bot().vault.open(entering.totp_secret)
    except ConfigError:
        said = _("SECRET_KEY 换过，动态码读不出来了：在服务器上运行 huaxin admin reset，再登录。")
        return _refused("code", said, now=bot().now_ms())

    def check() -> Outcome:
        step = totp.step_of(secret, request.form.get("code", ""), now_ms=bot().now_ms())
        right = step is not None and members.use_step(bot().db, entering.id, step)
        return Outcome.SUCCESS if right else Outcome.BAD_CODE

    verdict = attempts.run(entering.name, check)
    if not verdict.right:
        return attempts.again("signin/code.html", verdict, then=_then(), now=bot().now_ms())
    return _enter(entering)


@bp.get("/recovery")
@step(Stage.CODE)
def recovery(_entering: Member) -> Response:
    return _page("recovery")


@bp.post("/recovery", endpoint="recovery_post")
@step(Stage.CODE)
def recovery_post(entering: Member) -> Response:
    given = totp.hash_of(bot().vault, request.form.get("code", ""))

    def check() -> Outcome:
        right = members.use_recovery_code(bot().db, entering.id, given)
        return Outcome.RECOVERED if right else Outcome.BAD_RECOVERY

    verdict = attempts.run(entering.name, check)
    if not verdict.right:
        return attempts.again("signin/recovery.html", verdict, then=_then())
    left = members.recovery_codes_left(bot().db, entering.id)
    said = _("恢复码还剩 %(left)s 个。手机丢了的话，请在“我的账号”重新设置动态码。", left=left)
    return _enter(entering, said)


# ---- the second factor, where the role needs one ----


@bp.get("/enrol")
@step(Stage.ENROL)
def enrol(entering: Member) -> Response:
    return _page("enrol", **enrolment.offer().shown(entering))


@bp.post("/enrol", endpoint="enrol_post")
@step(Stage.ENROL)
def enrol_post(entering: Member) -> Response:
    offered = enrolment.offer()
    codes = enrolment.accept(_desk(entering), entering, offered)
    if codes is None:
        said = _(attempts.SAID[Outcome.BAD_CODE])
        return _refused("enrol", said, **offered.shown(entering))
    attempts.entered(entering)
    access.begin(entering.id, Stage.FULL)
    return _page("codes", codes=codes)


# ---- out, and the password once more ----


@bp.post("/logout")
def logout() -> Response:
    access.end()
    return go(url_for("signin.login"))


@bp.get("/confirm")
def confirm() -> Response:
    return _page("confirm")


@bp.post("/confirm", endpoint="confirm_post")
def confirm_post() -> Response:
    verdict = check_password(request.form.get("password", ""))
    if not verdict.right:
        return attempts.again("signin/confirm.html", verdict, then=_then())
    access.confirm()
    return go(_then())


def check_password(given: str) -> attempts.Verdict:
    """Whether who is signed in gives their password right; slowed down like a login."""

    def check() -> Outcome:
        right = passwords.verify(member().password_hash, given)
        return Outcome.CONFIRMED if right else Outcome.BAD_PASSWORD

    return attempts.run(member().name, check)


def complaint(error: ConfigError | passwords.Busy) -> str:
    """What to say when a new password was not taken."""
    return _(str(error)) if isinstance(error, ConfigError) else _("现在太忙，请过几秒再试。")


def next_stage(found: Member) -> Stage:
    """What is still to come for who gave the right password."""
    if editing.is_once(found):
        return Stage.PASSWORD
    if found.totp_secret:
        return Stage.CODE
    return Stage.ENROL if found.role in editing.NEED_CODE else Stage.FULL


def _advance(found: Member) -> Response:
    stage = next_stage(found)
    access.begin(found.id, stage)
    known = access.STAGES.get(stage)
    return go(_next(known) if known else _then())


def _enter(entering: Member, said: str = "") -> Response:
    access.begin(entering.id, Stage.FULL)
    return go(_then(), said)


def _desk(entering: Member) -> Desk:
    actor = Actor(name=entering.name, via="console", address=address())
    return Desk(bot().db, bot().account_id, actor)


def _then() -> str:
    """Where the member wanted to go."""
    return local(request.values.get("then", ""))


def _next(endpoint: str) -> str:
    then = _then()
    return url_for(endpoint, then=then if then != HOME else None)


def _page(name: str, **values: Any) -> Response:
    return make_response(render_template(f"signin/{name}.html", said="", then=_then(), **values))


def _refused(name: str, said: str, **values: Any) -> Response:
    return attempts.refused(f"signin/{name}.html", said, then=_then(), **values)
