"""接口令牌: what programs use the JSON API with; each is shown once and ended by a click."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from bot.admin import access
from bot.admin.parts import bot, desk, go, member, show
from bot.admin.translate import _
from bot.editing import tokens
from bot.errors import ConfigError
from bot.store import tokens as stored
from bot.store.members import Role

bp = Blueprint("tokens", __name__, url_prefix="/tokens")
DAYS = (7, 30, 90, 365)
USUAL_DAYS = 90
WORDS = {
    "rules:read": "看关键词回复",
    "rules:write": "改关键词回复",
    "media:read": "看素材",
    "media:write": "改素材",
    "menu:read": "看自定义菜单",
    "menu:write": "改自定义菜单",
    "jobs:read": "看任务和图片",
    "jobs:write": "管理任务和图片",
    "followers:read": "看粉丝",
    "followers:write": "管理粉丝",
    "settings:read": "看设置",
    "settings:write": "改设置",
    "members:read": "看成员",
    "members:write": "管理成员",
    "history:read": "看操作记录",
    "reports:read": "看数据",
}


@bp.get("/")
def index() -> str:
    whole = member().role.may(Role.OWNER)
    found = stored.every(bot().db, bot().account_id, member_id=None if whole else member().id)
    return show("tokens/index.html", tokens=found, whole=whole, now=bot().now_ms(), words=WORDS)


@bp.get("/new")
def new() -> str | Response:
    return _form() if access.confirmed() else access.ask_password(url_for("tokens.new"))


@bp.post("/new")
def create() -> Response:
    if not access.confirmed():
        return access.ask_password(url_for("tokens.new"))
    name, scopes = request.form.get("name", ""), request.form.getlist("scope")
    days = request.form.get("days", 0, type=int)
    try:
        made = tokens.create(
            desk(), member(), name=name, scopes=scopes, days=days, now=bot().now_ms()
        )
    except ConfigError as error:
        problems = str(error).splitlines()
        return make_response(_form(name=name, scopes=scopes, days=days, problems=problems), 422)
    return make_response(render_template("tokens/made.html", name=name, made=made), 201)


@bp.post("/<int:token_id>/revoke")
def revoke(token_id: int) -> Response:
    tokens.revoke(desk(), token_id, member=member())
    return go(url_for("tokens.index"), _("令牌已作废，马上就不能用了。"))


def _form(**values: Any) -> str:
    given = {"name": "", "scopes": [], "days": USUAL_DAYS, "problems": []} | values
    scopes = [(scope, WORDS[scope]) for scope in tokens.open_to(member().role)]
    return render_template("tokens/new.html", choices=scopes, spans=DAYS, **given)
