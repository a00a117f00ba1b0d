"""投诉: what followers complained of, the open ones first; handled with a note."""

from typing import Any, Final

from flask import Blueprint, Response, make_response, request, url_for

from bot.admin import openids
from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _
from bot.editing import complaints as editing
from bot.editing.followers import mask
from bot.errors import ConfigError
from bot.store import complaints, forgetting, gallery

bp = Blueprint("complaints", __name__, url_prefix="/complaints")
SIZE: Final = 30
STATES: Final = {"": "全部", "open": "没有处理的", "handled": "已处理的"}


@bp.get("/")
def index() -> str:
    return _page()


@bp.post("/<int:number>/handle")
def handle(number: int) -> Response:
    note = request.form.get("note", "")
    try:
        editing.handle(desk(), number, note=note)
    except ConfigError as error:
        failed = {"number": number, "note": note, "problem": _(str(error))}
        return make_response(_page(failed=failed), 422)
    return go(_here(), _("投诉 %(number)s 已标为处理。", number=number))


@bp.post("/<int:number>/reopen")
def reopen(number: int) -> Response:
    editing.reopen(desk(), number)
    return go(_here(), _("投诉 %(number)s 重新打开了。", number=number))


def _page(*, failed: dict[str, Any] | None = None) -> str:
    state, page = _asked()
    found, total = complaints.page(
        bot().db, bot().account_id, state=state, most=SIZE, skip=(page - 1) * SIZE
    )
    pictures = {one.job_id for one in found if one.job_id}
    return show(
        "complaints/index.html",
        "complaints/list.html" if request.method == "GET" else "",
        complaints=found,
        pictures=gallery.labelled(bot().db, bot().account_id, pictures),
        states=STATES,
        asked={"state": state},
        page=page,
        size=SIZE,
        total=total,
        failed=failed or {},
        longest=editing.LONGEST_NOTE,
        hidden=openids.hidden,
        veil=openids.veil,
        mask=mask,
        forgotten=forgetting.FORGOTTEN,
    )


def _asked() -> tuple[str, int]:
    """Return which are shown and the page; a form says where it stood in its address."""
    state = request.args.get("state", "")
    return state if state in STATES else "", max(1, request.args.get("page", 1, type=int))


def _here() -> str:
    state, page = _asked()
    return url_for("complaints.index", state=state, page=page)
