"""WeChat's API under /cgi-bin: what is neither token, media nor message."""

from flask import Blueprint, Response

from bot.sandbox import access
from bot.sandbox.autoreply import AUTOREPLY
from bot.sandbox.menu import checked
from bot.sandbox.refusal import Refusal
from bot.sandbox.usage import LIMITS
from bot.sandbox.world import world

bp = Blueprint("platform", __name__, url_prefix="/cgi-bin")
bp.before_request(access.check)


@bp.post("/menu/create")
def create_menu() -> Response:
    given = access.body(raw=True)
    access.verified()
    world().account.change(menu=checked(given.get("button")))
    return access.done()


@bp.get("/menu/get")
def get_menu() -> Response:
    access.verified()
    menu = world().account.now.menu
    if not menu:
        raise Refusal(46003)
    return access.answer(menu={"button": menu})


@bp.get("/menu/delete")
def delete_menu() -> Response:
    access.verified()
    world().account.change(menu=[])
    return access.done()


@bp.get("/get_current_selfmenu_info")
def current_menu() -> Response:
    menu = world().account.now.menu
    if not menu:
        return access.answer(is_menu_open=0)
    buttons = [
        {"name": top["name"], "sub_button": {"list": top["sub_button"]}}
        if top.get("sub_button")
        else {name: value for name, value in top.items() if name != "sub_button"}
        for top in menu
    ]
    return access.answer(is_menu_open=1, selfmenu_info={"button": buttons})


@bp.get("/get_current_autoreply_info")
def autoreply() -> Response:
    return access.answer(**AUTOREPLY)


@bp.get("/getcallbackip")
@bp.get("/get_api_domain_ip")
def addresses() -> Response:
    return access.answer(ip_list=["127.0.0.1"])


@bp.post("/openapi/quota/get")
def quota() -> Response:
    path = access.body().get("cgi_path")
    if not isinstance(path, str) or path not in LIMITS:
        raise Refusal(76021)
    limit, used = LIMITS[path], world().usage.used(path)
    return access.answer(
        errcode=0,
        errmsg="ok",
        quota={"daily_limit": limit, "used": used, "remain": limit - used},
    )


@bp.post("/clear_quota")
def clear_quota() -> Response:
    if access.body().get("appid") != world().config.app_id:
        raise Refusal(40013)
    world().usage.clear()
    return access.done()
