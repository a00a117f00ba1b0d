"""导入/导出: rules as files, with a dry run before and one undo after."""

import io
from datetime import datetime
from pathlib import PurePath

from flask import Blueprint, Response, make_response, request, send_file, url_for

from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _
from bot.editing import exchange, imports, planning, sheets
from bot.editing.imports import Desktop
from bot.editing.planning import Fate, Options, Plan
from bot.errors import ConfigError, Stale
from bot.store import imports as kept
from bot.store import rules as stored
from bot.store.imports import Import, State

bp = Blueprint("transfer", __name__, url_prefix="/transfer")
SIZE = 50
FORMS = {"xlsx": "Excel", "csv": "CSV", "yaml": "YAML", "toml": "TOML"}
FATES = {
    Fate.NEW: ("新增", "good"),
    Fate.CHANGED: ("有改动", "warn"),
    Fate.DELETED: ("要删除", "bad"),
    Fate.SAME: ("不变", ""),
    Fate.ERROR: ("有错", "bad"),
}
STATES = {
    State.READING: ("正在读", ""),
    State.READY: ("等你确认", "warn"),
    State.FAILED: ("读不了", "bad"),
    State.APPLIED: ("已导入", "good"),
    State.UNDONE: ("已撤销", ""),
    State.INTERRUPTED: ("中断", "bad"),
}


@bp.get("/")
def index() -> str:
    return _index()


def _index(problem: str = "", options: Options | None = None) -> str:
    db, account_id = bot().db, bot().account_id
    return show(
        "transfer/index.html",
        forms=FORMS,
        tags=stored.tags(db, account_id),
        total=stored.count(db, account_id),
        earlier=kept.latest(db, account_id),
        states=STATES,
        problem=problem,
        options=options or Options(),
    )


@bp.get("/export")
def export() -> Response | str:
    form = request.args.get("form", "xlsx")
    wanted = stored.Filter(tag=request.args.get("tag", ""))
    found, _total = stored.page(bot().db, bot().account_id, wanted, most=exchange.MAX_ROWS)
    # Which of the forms it is, is all a viewer may say.
    form = exchange.ENDINGS.get(f".{form}", "xlsx")
    data = exchange.write([one.document for one in found], form=form, zone=bot().settings.zone)
    return _file(data, f"{_('规则')}-{datetime.now(bot().settings.zone):%Y%m%d-%H%M}.{form}")


@bp.get("/template")
def template() -> Response:
    return _file(sheets.template(), _("规则模板.xlsx"))


@bp.post("/upload")
def upload() -> Response:
    given, options = request.files.get("file"), _options()
    name = PurePath((given and given.filename) or "").name
    try:
        form = exchange.form_of(name)
    except ConfigError as error:
        return make_response(_index(str(error), options), 422)
    data = given.stream.read() if given else b""
    import_id = imports.begin(_desktop(), data, source=name, form=form, options=options)
    return go(url_for("transfer.one", import_id=import_id))


@bp.post("/wechat")
def from_wechat() -> Response:
    try:
        data = imports.ask_wechat(bot().settings)
    except ConfigError as error:
        return make_response(_index(str(error)), 422)
    import_id = imports.begin(
        _desktop(), data, source="微信公众平台", form="wechat", options=Options()
    )
    return go(url_for("transfer.one", import_id=import_id))


@bp.get("/<int:import_id>")
def one(import_id: int) -> str:
    found = imports.get(desk(), import_id)
    values = {"one": found, "states": STATES, "problem": "", "plan": None}
    match found.state:
        case State.READING | State.INTERRUPTED:
            pass
        case State.FAILED:
            values["problem"] = imports.problem_of(desk(), import_id)
        case _:
            values |= _seen(found, imports.plan_of(desk(), import_id))
    return show("transfer/one.html", "transfer/import.html", **values)


@bp.get("/<int:import_id>/rows")
def rows(import_id: int) -> str:
    """The plan's table alone, for its tabs."""
    found = imports.get(desk(), import_id)
    return show("transfer/rows.html", one=found, **_seen(found, imports.plan_of(desk(), import_id)))


@bp.post("/<int:import_id>/choose")
def choose(import_id: int) -> Response | str:
    made = imports.choose(desk(), import_id, _options())
    return show("transfer/rows.html", one=imports.get(desk(), import_id), **_seen(None, made))


@bp.post("/<int:import_id>/execute")
def execute(import_id: int) -> Response:
    here = url_for("transfer.one", import_id=import_id)
    try:
        count = imports.execute(desk(), import_id)
    except Stale:
        return go(here, _("规则刚刚被改过，已经重新比对，请再看一遍。"))
    except ConfigError as error:
        return go(here, str(error))
    return go(here, _("已导入，改动了 %(count)s 条规则，一秒内生效。", count=count))


@bp.post("/<int:import_id>/undo")
def undo(import_id: int) -> Response:
    count = imports.undo(desk(), import_id)
    here = url_for("transfer.one", import_id=import_id)
    return go(here, _("已撤销，%(count)s 条规则回到导入以前的样子。", count=count))


@bp.post("/<int:import_id>/again")
def again(import_id: int) -> Response:
    imports.again(_desktop(), import_id)
    return go(url_for("transfer.one", import_id=import_id))


def _seen(found: Import | None, plan: Plan) -> dict[str, object]:
    """What the plan's table shows: one of its tabs, a page of it, each change with its fields."""
    counts = plan.counts()
    filled = [fate for fate in (Fate.ERROR, *FATES) if counts[fate]] or [Fate.SAME]
    wanted = request.args.get("fate", "")
    fate = Fate(wanted) if wanted in list(Fate) else filled[0]
    page = max(1, request.args.get("page", 1, type=int))
    items = plan.of(fate)[(page - 1) * SIZE : page * SIZE]
    pending = found is None or found.state is State.READY
    return {
        "plan": plan,
        "counts": counts,
        "fates": FATES,
        "fate": fate,
        "items": items,
        "differences": _differences(items) if pending and fate is Fate.CHANGED else {},
        "page": page,
        "size": SIZE,
        "work": sum(counts[one] for one in (Fate.NEW, Fate.CHANGED, Fate.DELETED)),
    }


def _differences(items: list[planning.Item]) -> dict[int, list[tuple[str, str, str]]]:
    ids = frozenset(item.id for item in items)
    found, _total = stored.page(bot().db, bot().account_id, stored.Filter(ids=ids), most=SIZE)
    before = {one.id: one.document for one in found}
    zone = bot().settings.zone
    return {
        item.id: planning.difference(before[item.id], item.document, zone=zone)
        for item in items
        if item.id in before and item.document
    }


def _options() -> Options:
    return Options(
        overwrite=request.form.get("existing") != "skip", complete="complete" in request.form
    )


def _desktop() -> Desktop:
    return Desktop(desk(), bot().rooms.imports, bot().settings.zone)


def _file(data: bytes, name: str) -> Response:
    mime = exchange.MIMES[exchange.form_of(name)]
    answer = send_file(io.BytesIO(data), mime, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
