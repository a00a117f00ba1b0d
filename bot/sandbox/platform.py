"""WeChat's API under /cgi-bin: what is neither token, media nor message."""

from typing import Any

from flask import Blueprint, Response

from bot.sandbox import access
from bot.sandbox.menu import checked
from bot.sandbox.refusal import Refusal
from bot.sandbox.usage import LIMITS
from bot.sandbox.world import world

bp = Blueprint("platform", __name__, url_prefix="/cgi-bin")
bp.before_request(access.check)

# Rules as an operator may have left them in WeChat's own console.
AUTOREPLY: dict[str, Any] = {
    "is_add_friend_reply_open": 1,
    "is_autoreply_open": 1,
    "add_friend_autoreply_info": {"type": "text", "content": "感谢关注，回复“价格”了解服务。"},
    "message_default_autoreply_info": {"type": "text", "content": "已收到，稍后回复您。"},
    "keyword_autoreply_info": {
        "list": [
            {
                "rule_name": "价格",
                "create_time": 1_760_000_000,
                "reply_mode": "reply_all",
                "keyword_list_info": [
                    {"type": "text", "match_mode": "contain", "content": "价格"},
                    {"type": "text", "match_mode": "equal", "content": "多少钱"},
                ],
                "reply_list_info": [{"type": "text", "content": "单次 9 元，包月 99 元。"}],
            },
            {
                "rule_name": "联系我们",
                "create_time": 1_760_000_100,
                "reply_mode": "random_one",
                "keyword_list_info": [
                    {"type": "text", "match_mode": "equal", "content": "联系"},
                ],
                "reply_list_info": [
                    {"type": "text", "content": "工作日 9:00–18:00 在线。"},
                    {"type": "text", "content": "请留下电话，我们会回访。"},
                ],
            },
        ]
    },
}


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
