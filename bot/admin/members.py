"""成员与安全: who may enter and as what, their sessions, and every attempt to get in."""

from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec

from flask import Blueprint, Response, make_response, render_template, request, url_for

from bot import passwords
from bot.admin import access
from bot.admin.chatting import follower_of, key_of, options
from bot.admin.parts import bot, desk, go, member, session, show
from bot.admin.signin import complaint
from bot.admin.translate import _
from bot.editing import members as editing
from bot.errors import ConfigError, NotThere
from bot.store import logins, members
from bot.store.logins import Outcome
from bot.store.members import Member, Role, Session

bp = Blueprint("members", __name__, url_prefix="/members")
P = ParamSpec("P")
SIZE = 50
ROLES: Final = {
    Role.VIEWER: "查看",
    Role.EDITOR: "编辑",
    Role.OPERATOR: "运营",
    Role.OWNER: "所有者",
}
OUTCOMES: Final = {
    Outcome.SUCCESS: "登录成功",
    Outcome.RECOVERED: "恢复码登录成功",
    Outcome.PASSWORD: "密码正确",
    Outcome.CONFIRMED: "再次确认密码",
    Outcome.BAD_PASSWORD: "密码不对",
    Outcome.BAD_CODE: "动态码不对",
    Outcome.BAD_RECOVERY: "恢复码不对",
    Outcome.BAD_SETUP: "设置码不对",
    Outcome.THROTTLED: "太频繁，未检查",
    Outcome.PENDING: "没有完成",
}
CHIPS: Final = {Outcome.SUCCESS: "good", Outcome.RECOVERED: "warn"}


def careful(change: Callable[P, Response]) -> Callable[P, Response]:
    """A change that wants the password given lately, and says at the list what stood against it."""

    @wraps(change)
    def run(*args: P.args, **kwargs: P.kwargs) -> Response:
        if not access.confirmed():
            return access.ask_password(url_for("members.index"))
        try:
            return change(*args, **kwargs)
        except (ConfigError, passwords.Busy) as error:
            return make_response(_list(said=complaint(error)), 422)

    return run


@bp.get("/")
def index() -> str:
    return _list()


@bp.post("/")
@careful
def invite() -> Response:
    name, role = request.form.get("name", "").strip(), _role()
    _id, password = editing.invite(desk(), name=name, role=role, now_ms=bot().now_ms())
    return _told(name, password)


@bp.post("/<int:member_id>/role")
@careful
def set_role(member_id: int) -> Response:
    editing.set_role(desk(), member_id, _role())
    return _done(_("角色已改，对方要重新登录。"))


@bp.post("/<int:member_id>/disable")
@careful
def disable(member_id: int) -> Response:
    editing.disable(desk(), member_id)
    return _done(_("已停用，登录中的会话都结束了。"))


@bp.post("/<int:member_id>/enable")
@careful
def enable(member_id: int) -> Response:
    editing.enable(desk(), member_id)
    return _done(_("已启用。"))


@bp.post("/<int:member_id>/reset")
@careful
def reset(member_id: int) -> Response:
    password = editing.reset_once(desk(), member_id, now_ms=bot().now_ms())
    return _told(_named(member_id).name, password)


@bp.post("/<int:member_id>/totp")
@careful
def drop_totp(member_id: int) -> Response:
    editing.drop_totp(desk(), member_id)
    return _done(_("动态码已移除，对方要重新登录。"))


@bp.post("/<int:member_id>/openid")
@careful
def set_openid(member_id: int) -> Response:
    bound = _named(member_id).openid
    chosen = follower_of(request.form.get("follower", ""), bound=bound)
    editing.set_openid(desk(), member_id, chosen)
    return _done(_("已保存。"))


@bp.post("/<int:member_id>/sessions")
@careful
def end_sessions(member_id: int) -> Response:
    mine = session().id_hash if member_id == member().id else ""
    editing.end_sessions(desk(), member_id, but=mine)
    return _done(_("会话都结束了。"))


@bp.get("/logins", endpoint="logins")
def login_log() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    asked = {name: request.args.get(name, "")[:64] for name in ("name", "address", "outcome")}
    entries, total = logins.page(
        bot().db,
        bot().account_id,
        logins.Filter(**asked),
        most=SIZE,
        skip=(page - 1) * SIZE,
    )
    return show(
        "members/logins.html",
        "members/logins_list.html",
        entries=entries,
        total=total,
        page=page,
        size=SIZE,
        asked=asked,
        names=[(one.name, one.name) for one in members.every(bot().db, bot().account_id)],
        outcomes={str(one): _(words) for one, words in OUTCOMES.items()},
        chips={str(one): CHIPS.get(one, "bad" if one in logins.FAILED else "") for one in Outcome},
    )


def _list(said: str = "") -> str:
    found = members.every(bot().db, bot().account_id)
    sessions: defaultdict[int, list[Session]] = defaultdict(list)
    for one in members.all_sessions(bot().db, bot().account_id):
        sessions[one.member_id].append(one)
    return render_template(
        "members/index.html",
        said=said,
        typed=request.form,
        people=found,
        sessions=sessions,
        seen=logins.last_entered(bot().db, bot().account_id),
        roles=ROLES,
        followers=options(),
        key_of=key_of,
        is_once=editing.is_once,
    )


def _told(name: str, password: str) -> Response:
    """Show a one-time password, this once."""
    return make_response(render_template("members/once.html", name=name, password=password))


def _done(said: str) -> Response:
    return go(url_for("members.index"), said)


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise ConfigError(_("请选一个角色")) from None


def _named(member_id: int) -> Member:
    found = members.get(bot().db, member_id)
    if found is None:
        raise NotThere(members.GONE)
    return found
