"""The phone's side: /_phone/… for the page, /_media for what it shows."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from bot.errors import BadRequest
from bot.sandbox.acts import Acts
from bot.sandbox.export import exported, parse, replay
from bot.sandbox.followers import Follower
from bot.sandbox.push import Push
from bot.sandbox.troubles import NAMES
from bot.sandbox.world import world
from bot.wechat.crypto import Mode

bp = Blueprint("phone", __name__)

LONGEST_NICKNAME = 20
LONGEST_DELAY = 600
SHOWN_INLINE = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp")


class NotFound(BadRequest):
    """The phone asked for what is not there."""


@bp.get("/")
def page() -> str:
    return render_template("phone.html")


@bp.get("/_phone/state")
def state() -> Response:
    standing = world().account.now
    account = {
        "name": world().config.name,
        "verified": standing.verified,
        "mode": standing.mode,
        "image_delay": standing.image_delay,
        "webhook_url": world().config.webhook_url,
    }
    return jsonify(
        account=account,
        followers=[_shown(follower) for follower in world().followers.all()],
        menu=standing.menu,
        troubles=world().troubles.listed(),
    )


@bp.post("/_phone/followers")
def add_follower() -> Response:
    nickname = str(_json().get("nickname") or "").strip()
    if not 0 < len(nickname) <= LONGEST_NICKNAME:
        raise BadRequest(f"昵称要有 1–{LONGEST_NICKNAME} 个字")
    return jsonify(_shown(world().followers.create(nickname)))


@bp.post("/_phone/send")
def send() -> tuple[Response, int]:
    photo = request.files.get("media")
    given = request.form.to_dict() if request.form else _json()
    acts = _acts(given)
    return _pushed(acts.say(given, photo=photo.stream.read() if photo else None))


@bp.post("/_phone/event")
def event() -> tuple[Response, int]:
    given = _json()
    return _pushed(_acts(given).happen(str(given.get("event") or ""), str(given.get("key") or "")))


@bp.post("/_phone/resend")
def resend() -> tuple[Response, int]:
    return _pushed(world().pusher.again(_push(_json().get("push"))))


@bp.post("/_phone/account")
def change_account() -> Response:
    given = _json()
    changes: dict[str, Any] = {}
    if "verified" in given:
        changes["verified"] = bool(given["verified"])
    if "mode" in given:
        changes["mode"] = _mode(given["mode"])
    if "image_delay" in given:
        changes["image_delay"] = _delay(given["image_delay"])
    world().account.change(**changes)
    return state()


@bp.post("/_phone/trouble")
def trouble() -> Response:
    given = _json()
    name, on = str(given.get("name")), bool(given.get("on"))
    if name not in NAMES:
        raise BadRequest("没有这种故障")
    world().troubles.switch(name, on=on)
    if name == "expired_token" and on:
        world().tokens.kill()
    return state()


@bp.post("/_phone/clear")
def clear() -> Response:
    world().chat.clear(_follower(_json().get("openid")).openid)
    return jsonify(ok=True)


@bp.get("/_phone/log")
def log() -> Response:
    openid = _follower(request.args.get("openid")).openid
    after = request.args.get("after", 0, type=int)
    items = world().chat.after(openid, after)
    return jsonify(items=items, cursor=items[-1]["id"] if items else after)


@bp.get("/_phone/push/<int:push_id>")
def push(push_id: int) -> Response:
    return jsonify(_push(push_id).shown())


@bp.get("/_phone/export")
def export() -> Response:
    follower = _follower(request.args.get("openid"))
    response = Response(exported(world(), follower), mimetype="application/yaml")
    response.headers.set("Content-Disposition", "attachment", filename="conversation.yaml")
    return response


@bp.post("/_phone/replay")
def run_again() -> Response:
    case = parse(request.get_data())
    chosen = request.args.get("openid")
    follower = _follower(chosen) if chosen else None
    return jsonify(replay(world(), case, follower=follower, base_url=request.host_url))


@bp.get("/_media/<media_id>")
def media(media_id: str) -> Response:
    found = world().library.find(media_id)
    if found is None:
        raise NotFound("没有这个文件")
    response = Response(found.data, mimetype=found.mime)
    if found.mime not in SHOWN_INLINE:
        response.headers.set("Content-Disposition", "attachment", filename=found.filename)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _json() -> dict[str, Any]:
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise BadRequest("需要一个 JSON 对象")
    return given


def _follower(openid: Any) -> Follower:
    follower = world().followers.get(openid) if isinstance(openid, str) else None
    if follower is None:
        raise NotFound("没有这位粉丝")
    return follower


def _acts(given: dict[str, Any]) -> Acts:
    return Acts(world(), _follower(given.get("openid")), base_url=request.host_url)


def _push(push_id: Any) -> Push:
    found = world().pushes.get(push_id) if isinstance(push_id, int) else None
    if found is None:
        raise NotFound("没有这条推送")
    return found


def _pushed(push: Push) -> tuple[Response, int]:
    return jsonify(push=push.id), 202


def _shown(follower: Follower) -> dict[str, Any]:
    return {
        "openid": follower.openid,
        "nickname": follower.nickname,
        "following": follower.following,
    }


def _mode(given: Any) -> Mode:
    if given not in list(Mode):
        raise BadRequest("加密方式只能是 safe、compatible 或 plaintext")
    if given != Mode.PLAINTEXT and not world().config.aes_key:
        raise BadRequest("没有配置 EncodingAESKey，只能用明文模式")
    return Mode(given)


def _delay(given: Any) -> float:
    if not isinstance(given, int | float) or not 0 <= given <= LONGEST_DELAY:
        raise BadRequest(f"画图耗时要在 0–{LONGEST_DELAY} 秒之间")
    return float(given)
