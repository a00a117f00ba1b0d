"""WeChat's customer-service messages: what an account may push, and when."""

from typing import Any

from flask import Blueprint, Response

from bot.sandbox import access
from bot.sandbox.refusal import Refusal
from bot.sandbox.world import world

bp = Blueprint("custom", __name__, url_prefix="/cgi-bin/message/custom")
bp.before_request(access.check)


@bp.post("/send")
def send() -> Response:
    given = access.body(raw=True)
    access.verified()
    openid = _recipient(given)
    kind, fields = world().bubbles.custom(given)
    if world().troubles.strikes("closed_window"):
        raise Refusal(45015)
    world().followers.spend(openid)
    told = given.get("aimsgcontext")
    by_ai = isinstance(told, dict) and told.get("is_ai_msg") == 1
    world().chat.add(openid, "bot", kind, **fields | {"via": "custom", "ai": by_ai})
    return access.done()


@bp.post("/typing")
def typing() -> Response:
    given = access.body()
    access.verified()
    openid = _recipient(given)
    command = given.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise Refusal(45072)
    on = command == "Typing"
    world().followers.type(openid, on=on)
    if on:
        world().chat.add(openid, "bot", "event", text="对方正在输入…", via="custom", typing=True)
    return access.done()


def _recipient(given: dict[str, Any]) -> str:
    openid = given.get("touser")
    follower = world().followers.get(openid) if isinstance(openid, str) else None
    if follower is None:
        raise Refusal(40003)
    if not follower.following:
        raise Refusal(43004)
    return follower.openid
