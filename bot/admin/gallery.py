"""图片画廊: every labelled picture by time, and everything that is known of each."""

from datetime import date

from flask import Blueprint, Response, request, url_for

from bot.admin import labels, made, openids
from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _, sentences
from bot.editing import jobs
from bot.editing.followers import mask
from bot.errors import ConfigError, NotThere
from bot.jobs import hands
from bot.store import gallery
from bot.store.gallery import Filter

bp = Blueprint("gallery", __name__, url_prefix="/gallery")
SIZE = 24
KINDS = ("draw", "edit", "sheet", "deck")
DECKS = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
}
STATES = ("delivered", "waiting", "collected", "generated", "failed", "cancelled")


@bp.get("/")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    asked = _asked()
    pictures, total = gallery.page(
        bot().db, bot().account_id, _wanted(asked), most=SIZE, skip=(page - 1) * SIZE
    )
    return show(
        "gallery/index.html",
        "gallery/grid.html",
        pictures=pictures,
        total=total,
        page=page,
        size=SIZE,
        asked=asked,
        models=gallery.models(bot().db, bot().account_id),
        states=STATES,
        kinds=KINDS,
        labels=labels,
        veil=openids.veil,
    )


@bp.get("/<int:job_id>")
def picture(job_id: int) -> str:
    asked, one = _asked(), hands.find(bot(), job_id)
    newer, older = gallery.neighbours(bot().db, bot().account_id, _wanted(asked), job_id)
    return show(
        "gallery/picture.html",
        one=one,
        made=made.of(one),
        newer=newer,
        older=older,
        asked={name: value for name, value in asked.items() if value},
        labels=labels,
        veil=openids.veil,
        mask=mask,
        hidden=openids.hidden,
    )


@bp.get("/<int:job_id>/picture.jpg")
def file(job_id: int) -> Response:
    response = Response(hands.picture(bot(), job_id), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@bp.get("/<int:job_id>/deck.<ending>")
def deck(job_id: int, ending: str) -> Response:
    if ending not in DECKS:
        raise NotThere("这里没有这种文件")
    response = Response(hands.deck(bot(), job_id, f".{ending}"), mimetype=DECKS[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="PPT-{job_id}.{ending}"'
    return response


@bp.post("/<int:job_id>/hide")
def hide(job_id: int) -> Response:
    jobs.hide(desk(), job_id, hidden=True)
    return go(url_for("gallery.picture", job_id=job_id), _("已隐藏，画廊里不再显示。"))


@bp.post("/<int:job_id>/unhide")
def unhide(job_id: int) -> Response:
    jobs.hide(desk(), job_id, hidden=False)
    return go(url_for("gallery.picture", job_id=job_id), _("已放回画廊。"))


@bp.post("/<int:job_id>/copy")
def copy(job_id: int) -> Response:
    """Put the picture into the library, where replies may use it."""
    try:
        item = hands.copy(bot(), desk(), job_id)
    except ConfigError as error:
        return go(url_for("gallery.picture", job_id=job_id), " ".join(sentences(error)))
    said = _("已复制到素材库，叫「%(name)s」，AI 标识都在。", name=item.name)
    return go(url_for("library.item", name=item.name), said)


def _asked() -> dict[str, str]:
    return {
        name: request.args.get(name, "")
        for name in ("state", "kind", "model", "day", "follower", "hidden")
    }


def _wanted(asked: dict[str, str]) -> Filter:
    try:
        day = date.fromisoformat(asked["day"]).isoformat() if asked["day"] else ""
    except ValueError:
        day = ""
    return Filter(
        state=asked["state"],
        model=asked["model"],
        kind=asked["kind"] if asked["kind"] in KINDS else "",
        day=day,
        openid=openids.unveil(asked["follower"]) if asked["follower"] else "",
        hidden=bool(asked["hidden"]),
    )
