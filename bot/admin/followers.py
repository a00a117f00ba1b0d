"""粉丝: who writes, what was said, how much they may draw, who is blocked, who is forgotten."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for

from bot.admin import labels, openids
from bot.admin.history import verb
from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _
from bot.editing import followers as editing
from bot.errors import ConfigError, NotThere
from bot.jobs import hands
from bot.jobs.admission import MOST_BLOCKS
from bot.store import decisions, followers, history
from bot.store.followers import FOR_EVER, Filter, Follower

bp = Blueprint("followers", __name__, url_prefix="/followers")
SIZE = 50
DAYS = {"1": 1, "7": 7, "30": 30}


@bp.get("/")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    asked = {name: request.args.get(name, "") for name in ("text", "state")}
    found, total = followers.page(
        bot().db, bot().account_id, Filter(**asked), most=SIZE, skip=(page - 1) * SIZE
    )
    return show(
        "followers/index.html",
        "followers/list.html",
        followers=found,
        numbers=followers.numbers(
            bot().db, bot().account_id, [one.openid for one in found], day=bot().today()
        ),
        limit=bot().settings.follower_daily_images,
        now=bot().now_ms(),
        total=total,
        page=page,
        size=SIZE,
        asked=asked,
        mask=editing.mask,
        veil=openids.veil,
    )


@bp.get("/<veiled>")
def detail(veiled: str) -> str:
    return _detail(veiled)


@bp.post("/<veiled>/remark")
def remark(veiled: str) -> Response:
    def act(openid: str) -> str:
        editing.remark(desk(), openid, request.form.get("remark", ""))
        return _("备注已保存。")

    return _act(veiled, "remark", act)


@bp.post("/<veiled>/grant")
def grant(veiled: str) -> Response:
    def act(openid: str) -> str:
        more = request.form.get("more", 0, type=int)
        editing.grant(desk(), openid, day=bot().today(), more=more)
        return _("今天再给了 %(more)s 张。", more=more)

    return _act(veiled, "grant", act)


@bp.post("/<veiled>/block")
def block(veiled: str) -> Response:
    def act(openid: str) -> str:
        editing.block(desk(), openid, until=_until(), reason=request.form.get("reason", ""))
        return _("已屏蔽，一秒内生效。")

    return _act(veiled, "block", act)


@bp.post("/<veiled>/unblock")
def unblock(veiled: str) -> Response:
    def act(openid: str) -> str:
        editing.unblock(desk(), openid)
        return _("已取消屏蔽，一秒内生效。")

    return _act(veiled, "block", act)


@bp.post("/<veiled>/forget")
def forget(veiled: str) -> Response:
    if "sure" not in request.form:
        return _refused(veiled, "forget", _("请先勾选确认。"))
    try:
        hands.forget(bot(), desk(), openids.unveil(veiled))
    except ConfigError as error:
        return _refused(veiled, "forget", _(str(error)))
    return go(url_for("followers.index"), _("这位粉丝的数据已经删除。"))


def _act(veiled: str, form: str, act: Any) -> Response:
    """Do it and go back; what is wrong is said at its form, with what was typed."""
    try:
        said = act(openids.unveil(veiled))
    except ConfigError as error:
        return _refused(veiled, form, _(str(error)))
    return go(url_for("followers.detail", veiled=veiled), said)


def _refused(veiled: str, form: str, problem: str) -> Response:
    return make_response(_detail(veiled, form=form, problem=problem), 422)


def _detail(veiled: str, *, form: str = "", problem: str = "") -> str:
    one = find(openids.unveil(veiled))
    page = max(1, request.args.get("page", 1, type=int))
    db, account_id = bot().db, bot().account_id
    said, total = followers.conversation(
        db, account_id, one.openid, most=SIZE, skip=(page - 1) * SIZE
    )
    numbers = followers.numbers(db, account_id, [one.openid], day=bot().today())
    return show(
        "followers/detail.html",
        "followers/conversation.html" if request.method == "GET" else "",
        one=one,
        veiled=veiled,
        mask=editing.mask,
        numbers=numbers[one.openid],
        limit=bot().settings.follower_daily_images,
        now=bot().now_ms(),
        for_ever=FOR_EVER,
        blocks=decisions.blocks(db, account_id, openid=one.openid, day=bot().today()),
        most_blocks=MOST_BLOCKS,
        said=said,
        total=total,
        page=page,
        size=SIZE,
        changes=history.of(db, account_id, editing.name_of(one.openid), most=20),
        labels=labels,
        verb=verb,
        failed=form,
        problem=problem,
        typed=request.form,
    )


def find(openid: str) -> Follower:
    found = followers.get(bot().db, bot().account_id, openid)
    if found is None:
        raise NotThere("没有这位粉丝")
    return found


def _until() -> int:
    """Return when the block ends, in epoch ms.

    Raises:
        ConfigError: no time is given.
    """
    wanted = request.form.get("days", "")
    now = datetime.now(bot().settings.zone)
    if wanted == "ever":
        return FOR_EVER
    if wanted in DAYS:
        return int((now + timedelta(days=DAYS[wanted])).timestamp() * 1000)
    try:
        until = datetime.fromisoformat(request.form.get("until", ""))
    except ValueError:
        raise ConfigError("请选屏蔽到什么时候") from None
    return int(until.replace(tzinfo=bot().settings.zone).timestamp() * 1000)
