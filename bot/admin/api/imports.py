"""导入/导出: a file, the plan it makes, the doing and the undoing."""

from functools import partial
from pathlib import PurePath
from typing import Any

from flask import Response

from bot.admin.api import answers, door, reading
from bot.admin.api.operations import Operation, Query
from bot.admin.api.problems import Problem
from bot.admin.api.schemas import BOOL, COUNT, ID, STRING, TIME, listed, paged, record, ref, whole
from bot.admin.parts import bot
from bot.editing import exchange, imports, sheets
from bot.editing.exchange import Form
from bot.editing.imports import Desktop
from bot.editing.planning import Fate, Item, Options
from bot.errors import Stale
from bot.store import imports as kept
from bot.store import rules as stored
from bot.store.imports import Import, State
from bot.store.members import Role

TITLE = "导入/导出"

FORMS = tuple(exchange.MIMES)
OPTIONS = record({"overwrite": BOOL, "complete": BOOL})
IMPORT = whole(
    {
        "id": ID,
        "source": STRING,
        "state": STRING | {"enum": list(State)},
        "done": COUNT,
        "total": COUNT,
        "batch": STRING,
        "created_by": STRING,
        "created_at": TIME,
        "problem": STRING,
        "plan": {
            "oneOf": [
                whole(
                    {
                        "overwrite": BOOL,
                        "complete": BOOL,
                        **dict.fromkeys((str(one) for one in Fate), COUNT),
                        "problems": listed(STRING),
                    }
                ),
                {"type": "null"},
            ]
        },
    }
)
ROW = whole(
    {
        "row": COUNT,
        "name": STRING,
        "fate": STRING | {"enum": list(Fate)},
        "rule_id": COUNT,
        "problems": listed(STRING),
        "notes": listed(STRING),
        "rule": {"oneOf": [ref("RuleDocument"), {"type": "null"}]},
    }
)


def import_list() -> Response:
    found = kept.latest(bot().db, bot().account_id)
    return answers.say({"items": [_shown(one) for one in found]})


def import_begin() -> Response:
    name = PurePath(reading.name()).name
    return _begin(reading.file(), source=name, form=exchange.form_of(name))


def import_from_wechat() -> Response:
    data = imports.ask_wechat(bot().settings)
    return _begin(data, source="微信公众平台", form="wechat")


def import_get(import_id: int) -> Response:
    return _say(import_id)


def import_rows(import_id: int) -> Response:
    page, size = reading.paging()
    fate = reading.word("fate", tuple(Fate))
    plan = imports.plan_of(door.desk(), import_id)
    found = plan.of(Fate(fate)) if fate else list(plan.items)
    rows = [_row(one) for one in found[(page - 1) * size : page * size]]
    return answers.page(rows, total=len(found), number=page, size=size)


def import_choose(import_id: int) -> Response:
    imports.choose(door.desk(), import_id, Options(**reading.table(OPTIONS)))
    return _say(import_id)


def import_apply(import_id: int) -> Response:
    try:
        count = imports.execute(door.desk(), import_id)
    except Stale:
        said = "规则刚刚被改过，已经重新比对，请再看一遍 plan。"
        raise Problem("changed", said) from None
    return answers.say({"changed": count})


def import_undo(import_id: int) -> Response:
    return answers.say({"changed": imports.undo(door.desk(), import_id)})


def import_again(import_id: int) -> Response:
    imports.again(_top(), import_id)
    return _say(import_id)


def rule_export() -> Response:
    form = reading.word("form", FORMS) or FORMS[0]
    wanted = stored.Filter(tag=reading.text("tag"))
    found, _total = stored.page(bot().db, bot().account_id, wanted, most=exchange.MAX_ROWS)
    written = exchange.ENDINGS[f".{form}"]
    data = exchange.write([one.document for one in found], form=written, zone=bot().settings.zone)
    return Response(data, content_type=exchange.MIMES[written])


def rule_template() -> Response:
    return Response(sheets.template(), content_type=exchange.MIMES["xlsx"])


def _begin(data: bytes, *, source: str, form: Form) -> Response:
    options = Options(
        overwrite=reading.flag("overwrite", default=True), complete=reading.flag("complete")
    )
    import_id = imports.begin(_top(), data, source=source, form=form, options=options)
    return _say(import_id, status=202)


def _top() -> Desktop:
    return Desktop(door.desk(), bot().rooms.imports, bot().settings.zone)


def _say(import_id: int, *, status: int = 200) -> Response:
    return answers.say(_shown(imports.get(door.desk(), import_id)), status=status)


def _shown(one: Import) -> dict[str, Any]:
    plain = ("id", "source", "state", "done", "total", "batch", "created_by")
    failed = one.state is State.FAILED
    return {name: getattr(one, name) for name in plain} | {
        "created_at": answers.moment(one.created_at),
        "problem": imports.problem_of(door.desk(), one.id) if failed else "",
        "plan": _plan(one.id) if one.state in imports.PLANNED else None,
    }


def _plan(import_id: int) -> dict[str, Any]:
    plan = imports.plan_of(door.desk(), import_id)
    counts = {str(fate): count for fate, count in plan.counts().items()}
    chosen = {"overwrite": plan.options.overwrite, "complete": plan.options.complete}
    return chosen | counts | {"problems": list(plan.problems)}


def _row(one: Item) -> dict[str, Any]:
    return {
        "row": one.number,
        "name": one.name,
        "fate": one.fate,
        "rule_id": one.id,
        "problems": list(one.problems),
        "notes": list(one.notes),
        "rule": one.document,
    }


_ONE = "/imports/<int:import_id>"
_read = partial(Operation, scope="rules:read", method="GET")
_write = partial(Operation, scope="rules:write", method="POST", role=Role.OPERATOR)
_CHANGED = whole({"changed": COUNT})
_CHOICES = (
    Query(name="overwrite", said="false 时已有同名的规则保留原样", schema=BOOL),
    Query(name="complete", said="true 时文件就是全部规则，别的都删除", schema=BOOL),
)

OPERATIONS = (
    _read(
        name="rule_export",
        path="/rules/export",
        said="全部规则做成一个文件",
        run=rule_export,
        query=(
            Query(name="form", said="格式", schema=STRING | {"enum": list(FORMS)}),
            Query(name="tag", said="标签"),
        ),
        gives="*/*",
        faults=("invalid",),
    ),
    _read(
        name="rule_template",
        path="/rules/template",
        said="照着填的 Excel 模板",
        run=rule_template,
        gives=exchange.MIMES["xlsx"],
    ),
    _read(
        name="import_list",
        path="/imports",
        said="最近的导入",
        run=import_list,
        answer=whole({"items": listed(ref("Import"))}),
    ),
    _write(
        name="import_begin",
        path="/imports",
        said="上传规则文件，请求的内容就是文件本身；读完后 state 是 ready，plan 是会改什么",
        run=import_begin,
        query=(Query(name="name", said="文件名，结尾说明格式"), *_CHOICES),
        takes_file=True,
        status=202,
        answer=ref("Import"),
        faults=("invalid",),
    ),
    _write(
        name="import_from_wechat",
        path="/imports/wechat",
        said="读微信后台里的自动回复",
        run=import_from_wechat,
        query=_CHOICES,
        status=202,
        answer=ref("Import"),
        faults=("invalid",),
    ),
    _read(
        name="import_get",
        path=_ONE,
        said="一次导入：读到哪里，会改什么",
        run=import_get,
        answer=ref("Import"),
        faults=("not_found",),
    ),
    _read(
        name="import_rows",
        path=f"{_ONE}/rows",
        said="plan 的每一行",
        run=import_rows,
        query=(
            Query(name="fate", said="只要会这样的", schema=STRING | {"enum": list(Fate)}),
            *reading.PAGED,
        ),
        answer=paged(ROW),
        faults=("not_found", "invalid"),
    ),
    _write(
        name="import_choose",
        path=f"{_ONE}/choose",
        said="换一种做法，按现在的规则重新比对",
        run=import_choose,
        body=OPTIONS,
        example={"overwrite": True, "complete": False},
        answer=ref("Import"),
        faults=("not_found", "invalid"),
    ),
    _write(
        name="import_apply",
        path=f"{_ONE}/apply",
        said="照 plan 导入；规则变了就什么都不做，先看新的 plan",
        run=import_apply,
        answer=_CHANGED,
        faults=("not_found", "invalid", "changed"),
    ),
    _write(
        name="import_undo",
        path=f"{_ONE}/undo",
        said="整个撤销一次导入",
        run=import_undo,
        answer=_CHANGED,
        faults=("not_found",),
    ),
    _write(
        name="import_again",
        path=f"{_ONE}/again",
        said="重新读一个读到一半中断了的文件",
        run=import_again,
        answer=ref("Import"),
        faults=("not_found",),
    ),
)
SCHEMAS = {"Import": IMPORT}
