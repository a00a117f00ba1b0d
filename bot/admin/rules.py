"""关键词回复: the list, what it does to many rules at once, and their order."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, Response, abort, render_template, request, url_for

from bot.admin import rule_editor
from bot.admin.parts import bot, desk, go, member, say, show
from bot.admin.rule_words import MODES, TRIGGERS, TYPES
from bot.admin.translate import _
from bot.editing import rules
from bot.errors import ConfigError, NotThere
from bot.store import history
from bot.store import rules as stored
from bot.store.members import Role
from bot.store.rules import Filter, Hits, Stored

bp = Blueprint("rules", __name__, url_prefix="/rules")
SIZE: Final = 50
DAYS: Final = 7
MOST_CONFLICTS: Final = 5000  # of those shown when one asks for the rules in conflict
STATES: Final = {
    "": "全部状态",
    "enabled": "启用",
    "disabled": "停用",
    "scheduled": "定时",
    "unhit": "从未命中",
    "conflict": "有冲突",
}
NOBODY: Final = Hits(days={}, total=0, last_at=0)

bp.get("/new")(rule_editor.new)
bp.post("/new")(rule_editor.create)
bp.get("/<int:rule_id>")(rule_editor.edit)
bp.post("/<int:rule_id>")(rule_editor.save)
bp.post("/preview")(rule_editor.preview)


@dataclass(frozen=True, slots=True)
class Row:
    """A rule of the list: *bars* are the hits of the last days, *editor* who saved it last."""

    stored: Stored
    hits: Hits
    bars: tuple[int, ...]
    editor: tuple[str, int]
    clashes: bool

    @property
    def week(self) -> int:
        return sum(self.bars)


@bp.get("/")
def index() -> str:
    return show("rules/index.html", "rules/list.html", **_list())


def _list() -> dict[str, object]:
    """Return what the list shows of what is asked for."""
    db, account_id = bot().db, bot().account_id
    asked = {name: request.args.get(name, "") for name in ("text", "tag", "state", "trigger")}
    asked["trigger"] = asked["trigger"] if asked["trigger"] in TRIGGERS else "keyword"
    page = max(1, request.args.get("page", 1, type=int))
    found, total = stored.page(db, account_id, _wanted(asked), most=SIZE, skip=(page - 1) * SIZE)
    return {
        "rows": _rows(found),
        "total": total,
        "page": page,
        "size": SIZE,
        "asked": asked,
        # Numbers of what is narrowed down say nothing of the whole order.
        "sortable": not (asked["text"] or asked["tag"] or asked["state"]),
        "tags": stored.tags(db, account_id),
        "batch": request.args.get("batch", ""),
        "modes": MODES,
        "types": TYPES,
        "states": STATES,
        "triggers": TRIGGERS,
    }


def _wanted(asked: dict[str, str]) -> Filter:
    wanted = Filter(text=asked["text"], tag=asked["tag"], trigger=asked["trigger"])
    if asked["state"] != "conflict":
        return replace(wanted, state=asked["state"])
    ids = sorted(bot().snapshots.current.index.conflicts())[:MOST_CONFLICTS]
    return replace(wanted, ids=frozenset(ids))


def _rows(found: list[Stored]) -> list[Row]:
    db, account_id = bot().db, bot().account_id
    today = datetime.now(bot().settings.zone).date()
    days = [(today - timedelta(days=back)).isoformat() for back in reversed(range(DAYS))]
    ids = [one.id for one in found]
    hits = stored.hits(db, account_id, ids, since=days[0])
    editors = history.latest(db, account_id, [rules.name_of(id_) for id_ in ids])
    conflicts = bot().snapshots.current.index.conflicts()
    rows = []
    for one in found:
        own = hits.get(one.id, NOBODY)
        bars = tuple(own.days.get(day, 0) for day in days)
        editor = editors.get(rules.name_of(one.id), ("", one.updated_at))
        rows.append(Row(one, own, bars, editor, one.id in conflicts))
    return rows


# ---- one rule ----


@bp.post("/<int:rule_id>/switch")
def switch(rule_id: int) -> Response:
    enabled = request.form.get("enabled") == "on"
    rules.switch(desk(), [rule_id], enabled=enabled)
    rule_editor.renew()
    row = _rows([_rule(rule_id)])[0]
    said = _("已启用，一秒内生效。") if enabled else _("已停用，一秒内生效。")
    return say(render_template("rules/switch.html", one=row.stored), said)


@bp.post("/<int:rule_id>/move")
def move(rule_id: int) -> Response:
    """Move by one place (``up``, ``down``), or right before or after another rule."""
    one, form = _rule(rule_id), request.form
    trigger = str(one.document.get("trigger", "keyword"))
    match form.get("to"):
        case "up":
            before = _beside(rule_id, -1, trigger)
        case "down":
            after = _beside(rule_id, 1, trigger)
            before = _beside(after, 1) if after else rule_id
        case "before":
            before = form.get("rule", 0, type=int)
        case "after":
            before = _beside(form.get("rule", 0, type=int), 1)
        case _:
            abort(400)
    if before != rule_id and (before or form["to"] != "up"):
        rules.move(desk(), rule_id, before=before or None)
        rule_editor.renew()
    body = render_template("rules/list.html", **_list())
    return say(body, _("顺序已保存。"))


def _beside(rule_id: int, step: int, trigger: str = "") -> int:
    return stored.beside(bot().db, bot().account_id, rule_id, step=step, trigger=trigger)


def _rule(rule_id: int) -> Stored:
    found = stored.get(bot().db, bot().account_id, rule_id)
    if found is None:
        raise NotThere(rules.GONE)
    return found


@bp.post("/<int:rule_id>/delete")
def delete(rule_id: int) -> Response:
    batch = rules.new_batch()
    rules.delete(desk(), [rule_id], batch=batch)
    rule_editor.renew()
    return _back(_("规则已删除。"), batch)


# ---- many rules ----


@bp.post("/bulk")
def bulk() -> Response:
    """Do one thing to all chosen rules, which one "撤销" takes back."""
    ids = request.form.getlist("chosen", type=int)
    name = request.form.get("with_tag", "").strip()
    if not ids:
        return _back(_("先勾选要修改的规则。"))
    act, batch = request.form.get("do", ""), rules.new_batch()
    if act in {"tag", "untag"} and not name:
        return _back(_("先写要加上或去掉的标签。"))
    try:
        match act:
            case "on" | "off":
                count = rules.switch(desk(), ids, enabled=act == "on", batch=batch)
            case "tag" | "untag":
                count = rules.tag(desk(), ids, name, on=act == "tag", batch=batch)
            case "delete":
                count = rules.delete(desk(), ids, batch=batch)
            case _:
                abort(400)
    except ConfigError as error:
        return _back(str(error).partition("\n")[0])
    rule_editor.renew()
    return _back(_("已修改 %(count)s 条规则。", count=count), batch if count else "")


@bp.post("/undo/<batch>")
def undo(batch: str) -> Response:
    """Take a batch back; an editor only their own."""
    entries = history.batch(bot().db, bot().account_id, batch)
    own = all(entry.actor == member().name for entry in entries)
    if not own and not member().role.may(Role.OPERATOR):
        abort(403)
    count = rules.undo(desk(), batch)
    rule_editor.renew()
    return _back(_("已撤销 %(count)s 处修改。", count=count))


def _back(said: str, batch: str = "") -> Response:
    """Go back to the list as it was, with an "撤销" for *batch*."""
    names = ("text", "tag", "state", "trigger")
    where: dict[str, Any] = {name: request.form.get(name) or None for name in names}
    return go(url_for("rules.index", **where, batch=batch or None), said)
