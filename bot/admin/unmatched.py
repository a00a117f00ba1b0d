"""未命中: what followers said that no rule answered, grouped, one click from a rule."""

from typing import Any, Final

from flask import Blueprint, Response, request, url_for

from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _
from bot.editing import unmatched as editing
from bot.store import unmatched

bp = Blueprint("unmatched", __name__, url_prefix="/unmatched")
SIZE: Final = 50
DAY_MS: Final = 86_400_000
KINDS: Final = {"none": "没有回答", "image": "当成画图", "suggestion": "给了建议"}
DAYS: Final = {"7": "最近 7 天", "30": "最近 30 天"}
SHOWN: Final = {"": "未忽略的", "ignored": "已忽略的"}


@bp.get("/")
def index() -> str:
    asked = {name: request.args.get(name, "") for name in ("text", "kind", "days", "shown")}
    asked["kind"] = asked["kind"] if asked["kind"] in KINDS else "none"
    asked["days"] = asked["days"] if asked["days"] in DAYS else "7"
    page = max(1, request.args.get("page", 1, type=int))
    groups = editing.groups(
        bot().db,
        bot().account_id,
        kind=asked["kind"],
        since=bot().now_ms() - int(asked["days"]) * DAY_MS,
        text=asked["text"],
        ignored=asked["shown"] == "ignored",
    )
    return show(
        "unmatched/index.html",
        "unmatched/list.html",
        groups=groups[(page - 1) * SIZE : page * SIZE],
        total=len(groups),
        page=page,
        size=SIZE,
        asked=asked,
        kinds=KINDS,
        days=DAYS,
        shown=SHOWN,
    )


@bp.post("/ignore")
def ignore() -> Response:
    return _ignored(on=True)


@bp.post("/heed")
def heed() -> Response:
    return _ignored(on=False)


def _ignored(*, on: bool) -> Response:
    editing.ignore(desk(), request.form.get("key", "")[: unmatched.LONGEST], on=on)
    asked: dict[str, Any] = {
        name: request.form.get(name, "") for name in ("text", "kind", "days", "shown")
    }
    said = _("已忽略，不再列出。") if on else _("已恢复，会重新列出。")
    return go(url_for("unmatched.index", **asked), said)
