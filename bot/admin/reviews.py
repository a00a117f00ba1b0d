"""审核: what was not allowed, why, and at which step; whose pause of the day is lifted."""

from typing import Final

from flask import Blueprint, Response, request, url_for

from bot.admin import openids
from bot.admin.labels import STAGES
from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _
from bot.editing import followers as editing
from bot.editing.followers import mask
from bot.jobs.admission import MOST_BLOCKS
from bot.store import decisions, forgetting, gallery

bp = Blueprint("reviews", __name__, url_prefix="/reviews")
SIZE: Final = 50


@bp.get("/")
def index() -> str:
    db, account_id = bot().db, bot().account_id
    stage = request.args.get("stage", "")
    stage = stage if stage in STAGES else ""
    page = max(1, request.args.get("page", 1, type=int))
    found, total = decisions.newest(db, account_id, most=SIZE, skip=(page - 1) * SIZE, stage=stage)
    return show(
        "reviews/index.html",
        "reviews/list.html",
        found=found,
        shown=gallery.labelled(db, account_id, {one.job_id for one in found if one.job_id}),
        paused=decisions.paused(db, account_id, day=bot().today(), most=MOST_BLOCKS),
        stages=STAGES,
        asked={"stage": stage},
        page=page,
        size=SIZE,
        total=total,
        limit=MOST_BLOCKS,
        check=bot().settings.second_check,
        hidden=openids.hidden,
        veil=openids.veil,
        mask=mask,
        forgotten=forgetting.FORGOTTEN,
    )


@bp.post("/pardon/<veiled>")
def pardon(veiled: str) -> Response:
    """Let a follower who was blocked too often draw again today; back to where it was asked for."""
    changed = editing.pardon(desk(), openids.unveil(veiled), day=bot().today())
    said = _("已解除，这位粉丝现在就能再画。") if changed else _("这位粉丝今天没有被拦过。")
    if request.form.get("then") == "follower":
        return go(url_for("followers.detail", veiled=veiled), said)
    return go(url_for("reviews.index"), said)
