"""数据 and 概览: the console's tables as numbers, today's figures, and what is to be done."""

from functools import partial

from flask import Response

from bot.admin import attention, figures, reports
from bot.admin.api import answers, reading
from bot.admin.api.operations import Operation, Query
from bot.admin.api.schemas import BOOL, STRING, listed, whole
from bot.errors import NotThere

TITLE = "概览和数据"

DAYS = tuple(map(str, reports.RANGES))
KINDS = ("text", "number", "money", "micros", "ms")


def overview() -> Response:
    return answers.say(
        {
            "figures": [
                {"label": one.label, "value": one.value, "said": one.said, "bad": one.bad}
                for one in figures.read()
            ],
            "troubles": [
                {"said": one.said, "address": one.address, "bad": one.bad}
                for one in attention.read()
            ],
        }
    )


def report_list() -> Response:
    return answers.say({"items": list(reports.REPORTS)})


def report_get(name: str) -> Response:
    if name not in reports.REPORTS:
        raise NotThere("没有这张表")
    span = reports.span(int(reading.word("days", DAYS) or DAYS[0]))
    made = reports.REPORTS[name](span)
    return answers.say(
        {
            "name": made.name,
            "title": made.title,
            "from": span.dates[0],
            "to": span.dates[-1],
            "columns": [{"name": one.words, "kind": one.kind} for one in made.columns],
            "rows": [list(row) for row in made.rows],
        }
    )


_read = partial(Operation, scope="reports:read", method="GET")
_CELL = {"type": ["string", "integer", "null"]}

OPERATIONS = (
    _read(
        name="overview",
        path="/overview",
        said="今天和前 7 天比，有什么要处理",
        run=overview,
        answer=whole(
            {
                "figures": listed(
                    whole({"label": STRING, "value": STRING, "said": STRING, "bad": BOOL})
                ),
                "troubles": listed(whole({"said": STRING, "address": STRING, "bad": BOOL})),
            }
        ),
    ),
    _read(
        name="report_list",
        path="/reports",
        said="有哪些表",
        run=report_list,
        answer=whole({"items": listed(STRING)}),
    ),
    _read(
        name="report_get",
        path="/reports/<name>",
        said="一张表；money 是百万分之一，micros 是微秒，ms 是毫秒",
        run=report_get,
        query=(Query(name="days", said="最近几天", schema=STRING | {"enum": list(DAYS)}),),
        answer=whole(
            {
                "name": STRING,
                "title": STRING,
                "from": STRING,
                "to": STRING,
                "columns": listed(whole({"name": STRING, "kind": STRING | {"enum": list(KINDS)}})),
                "rows": listed(listed(_CELL)),
            }
        ),
        faults=("not_found", "invalid"),
    ),
)
