"""画风: the styles followers may ask for, the operator's own over those that came with it."""

import json
from hashlib import sha256
from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request, url_for

from bot.admin.parts import bot, desk, go, is_partial, say, show
from bot.admin.translate import _
from bot.editing import style_checks, styles
from bot.editing.style_checks import Written, Wrong
from bot.errors import Stale
from bot.images import own_styles
from bot.images.styles import Style

bp = Blueprint("styles", __name__, url_prefix="/styles")
LIVE: Final = "已保存，一秒内生效。"
LONGEST: Final = {
    "name": style_checks.LONGEST_NAME,
    "aliases": 600,
    "words": style_checks.LONGEST_WORDS,
    "instead": style_checks.LONGEST_INSTEAD,
    "example": style_checks.LONGEST_EXAMPLE,
}


@bp.get("/")
def index() -> str:
    return show("styles/index.html", "styles/list.html", **_list())


@bp.get("/new")
def new() -> str:
    return _form("", Written())


@bp.post("/new")
def create() -> Response:
    written = _written()
    try:
        styles.create(desk(), written, reserved=_reserved())
    except Wrong as wrong:
        return make_response(_form("", written, wrong=wrong), 422)
    return go(url_for("styles.index"), _(LIVE))


@bp.get("/<key>")
def edit(key: str) -> str:
    return _form(key, _as_written(styles.find(styles.read(desk()), key)))


@bp.post("/<key>")
def save(key: str) -> Response:
    written = _written()
    here = styles.find(styles.read(desk()), key)
    if request.form.get("seen", "") not in {"", _digest(here)}:
        return make_response(_form(key, written, theirs=here), 409)
    try:
        changed = styles.save(desk(), key, written, reserved=_reserved(), seen=here)
    except Stale:
        here = styles.find(styles.read(desk()), key)
        return make_response(_form(key, written, theirs=here), 409)
    except Wrong as wrong:
        return make_response(_form(key, written, wrong=wrong), 422)
    return go(url_for("styles.index"), _(LIVE) if changed else _("没有改动。"))


@bp.post("/<key>/switch")
def switch(key: str) -> Response:
    on = request.form.get("on") == "on"
    styles.switch(desk(), key, on=on)
    return _listed(_("已启用，一秒内生效。") if on else _("已停用，一秒内生效。"))


@bp.post("/<key>/move")
def move(key: str) -> Response:
    styles.move(desk(), key, by=-1 if request.form.get("to") == "up" else 1)
    return _listed(_("顺序已保存。"))


@bp.post("/<key>/revert")
def revert(key: str) -> Response:
    try:
        styles.revert(desk(), key)
    except Wrong as wrong:
        here = styles.find(styles.read(desk()), key)
        return make_response(_form(key, _as_written(here), wrong=wrong), 422)
    said = _("已恢复为原来的样子。") if styles.original(key) else _("已删除，操作记录里可以恢复。")
    return go(url_for("styles.index"), said)


def _list() -> dict[str, Any]:
    known = styles.read(desk())
    return {
        "styles": known.every,
        "on": len(known.known),
        "changed": {one.key for one in known.every if one != styles.original(one.key)},
        "original": styles.original,
    }


def _listed(said: str) -> Response:
    if not is_partial():
        return go(url_for("styles.index"), said)
    return say(render_template("styles/list.html", **_list()), said)


def _form(
    key: str, written: Written, *, wrong: Wrong | None = None, theirs: Style | None = None
) -> str:
    """Show a style as it is *written*: what is *wrong* with it, or what was saved in between."""
    here = styles.find(styles.read(desk()), key) if key else None
    problems = wrong.problems if wrong else {}
    return show(
        "styles/edit.html",
        key=key,
        title=here.name if here else _("新建画风"),
        written=written,
        problems={field: _(said, **values) for field, (said, values) in problems.items()},
        unsaved=bool(wrong or theirs),
        theirs=_as_written(theirs) if theirs else None,
        seen=_digest(here) if here else "",
        first=styles.original(key),
        changed=here is not None and here != styles.original(key),
        longest=LONGEST,
    )


def _written() -> Written:
    names = ("name", "aliases", "words", "instead", "example")
    values = {name: request.form.get(name, "") for name in names}
    return Written(**values, common="common" in request.form, on="on" in request.form)


def _as_written(style: Style) -> Written:
    values = {name: getattr(style, name) for name in ("name", "words", "instead", "example")}
    return Written(**values, aliases="、".join(style.aliases), common=style.common, on=style.on)


def _digest(style: Style) -> str:
    """What stands for a style as it was shown, so that nobody saves over what they never saw."""
    kept = json.dumps(own_styles.document(style), ensure_ascii=False, sort_keys=True)
    return sha256(kept.encode()).hexdigest()[:16]


def _reserved() -> frozenset[str]:
    return bot().base.sentences.sent_by_taps()
