"""数据: what was said, drawn, paid and refused; every chart has its table and its CSV."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from flask import Blueprint, Response, abort, request

from bot.admin import csvs, labels
from bot.admin.parts import bot, show
from bot.admin.translate import MICRO, _, money, number
from bot.models import JobState
from bot.store import reports as stored
from bot.store.reports import Span, Times

bp = Blueprint("reports", __name__, url_prefix="/reports")
RANGES: Final = (7, 30, 90)
MOST: Final = 50  # rules in a list

# text and number as they are; money in micro-units; micros in µs, shown as ms; ms, shown as seconds
Kind = Literal["text", "number", "money", "micros", "ms"]
DIVISORS: Final[Mapping[Kind, int]] = {"money": MICRO, "micros": 1000, "ms": 1000}
PLACES: Final[Mapping[Kind, str]] = {"money": "0.000001", "micros": "0.001", "ms": "0.1"}


@dataclass(frozen=True, slots=True)
class Column:
    words: str
    kind: Kind = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A table, the first column its rows' name; drawn as a *chart* where that is a day."""

    name: str
    title: str
    note: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    chart: Literal["lines", "bars", ""] = ""

    @property
    def drawing(self) -> dict[str, Any]:
        """What the script draws."""
        series = [
            {
                "label": _headed(column),
                "values": [_plain(row[place], column.kind) for row in self.rows],
            }
            for place, column in enumerate(self.columns)
            if place
        ]
        return {
            "kind": self.chart,
            "whole": all(column.kind == "number" for column in self.columns[1:]),
            "days": [row[0] for row in self.rows],
            "series": series,
        }


@bp.get("/")
def index() -> str:
    asked = _span()
    return show(
        "reports/index.html",
        "reports/charts.html",
        reports=[make(asked) for make in REPORTS.values()],
        days=asked.days,
        ranges=RANGES,
        written=written,
    )


@bp.get("/<name>.csv")
def download(name: str) -> Response:
    if name not in REPORTS:
        abort(404)
    asked = _span()
    report = REPORTS[name](asked)
    kinds = [column.kind for column in report.columns]
    rows = [
        [_csv(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in report.rows
    ]
    head = [_headed(column) for column in report.columns]
    return csvs.download(f"huaxin-{name}-{asked.dates[0]}-{asked.dates[-1]}.csv", [head, *rows])


def _span() -> Span:
    days = request.args.get("days", RANGES[0], type=int)
    return span(days if days in RANGES else RANGES[0])


def span(days: int) -> Span:
    """The last *days* up to today."""
    return Span(date.fromisoformat(bot().today()), days, bot().settings.zone)


# ---- the reports ----


def messages(span: Span) -> Report:
    found = stored.heard(bot().db, bot().account_id, span)
    none = stored.Heard(0, 0)
    return Report(
        name="messages",
        title=_("消息和命中"),
        note=_("收到的消息和事件，其中由规则回复的。"),
        columns=(Column(_("日期"), "text"), Column(_("消息")), Column(_("命中规则"))),
        rows=[
            (day, one.messages, one.hits) for day in span.dates for one in (found.get(day, none),)
        ],
        chart="lines",
    )


def pictures(span: Span) -> Report:
    found = stored.pictures(bot().db, bot().account_id, span)
    states = [state for state in labels.STATES if any((day, state) in found for day in span.dates)]
    states = states or [JobState.DELIVERED]
    return Report(
        name="pictures",
        title=_("图片"),
        note=_("每天要画的图，按现在的状态。"),
        columns=(Column(_("日期"), "text"), *(Column(_(labels.STATES[one])) for one in states)),
        rows=[(day, *(found.get((day, one), 0) for one in states)) for day in span.dates],
        chart="bars",
    )


def costs(span: Span) -> Report:
    found = stored.costs(bot().db, bot().account_id, span)
    return Report(
        name="costs",
        title=_("花费"),
        note=_("已花的和正在预留的。"),
        columns=(Column(_("日期"), "text"), Column(_("花费"), "money")),
        rows=[(day, found.get(day, 0)) for day in span.dates],
        chart="bars",
    )


def reply_times(span: Span) -> Report:
    return _times(
        span,
        stored.reply_times(bot().db, bot().account_id, span),
        name="reply-times",
        title=_("回复用时"),
        note=_("从收到消息到给出回复。微信最多等 5 秒。"),
        kind="micros",
    )


def picture_times(span: Span) -> Report:
    return _times(
        span,
        stored.picture_times(bot().db, bot().account_id, span),
        name="picture-times",
        title=_("出图用时"),
        note=_("从粉丝要图到图画好，包括排队。"),
        kind="ms",
    )


def refusals(span: Span) -> Report:
    found = stored.refusals(bot().db, bot().account_id, span)
    names = sorted({name for _day, name in found}) or ["forged"]
    return Report(
        name="refusals",
        title=_("门口的异常"),
        note=_("没有当作消息处理的请求，和处理时出的错。"),
        columns=(
            Column(_("日期"), "text"),
            *(Column(_(labels.DOOR.get(name, name))) for name in names),
        ),
        rows=[(day, *(found.get((day, name), 0) for name in names)) for day in span.dates],
        chart="bars",
    )


def models(span: Span) -> Report:
    found = stored.models(bot().db, bot().account_id, span)
    return Report(
        name="models",
        title=_("各模型的花费"),
        note=_("画出来的图。"),
        columns=(Column(_("模型"), "text"), Column(_("图片")), Column(_("花费"), "money")),
        rows=[(one.name or "–", one.pictures, one.cost) for one in found],
    )


def failures(span: Span) -> Report:
    found = stored.failures(bot().db, bot().account_id, span)
    return Report(
        name="failures",
        title=_("没画成的原因"),
        note=_("包括结果不明的。"),
        columns=(Column(_("原因"), "text"), Column(_("次数"))),
        rows=[(_(labels.REASONS.get(reason, reason)), number) for reason, number in found],
    )


def top_rules(span: Span) -> Report:
    return Report(
        name="top-rules",
        title=_("命中最多的规则"),
        note=_("最多列 %(most)s 条。", most=MOST),
        columns=(Column(_("规则"), "text"), Column(_("命中"))),
        rows=stored.top_rules(bot().db, bot().account_id, span, most=MOST),
    )


def idle_rules(span: Span) -> Report:
    found = stored.idle_rules(bot().db, bot().account_id, span, most=MOST)
    return Report(
        name="idle-rules",
        title=_("没有命中过的规则"),
        note=_("启用的关键词规则里，这段时间一次都没有命中的。最多列 %(most)s 条。", most=MOST),
        columns=(Column(_("规则"), "text"),),
        rows=[(name,) for name in found],
    )


def _times(
    span: Span, found: Mapping[str, Times], *, name: str, title: str, note: str, kind: Kind
) -> Report:
    return Report(
        name=name,
        title=title,
        note=note,
        columns=(
            Column(_("日期"), "text"),
            Column(_("一半不超过"), kind),
            Column(_("95% 不超过"), kind),
        ),
        rows=[
            (day, one.p50, one.p95) if (one := found.get(day)) else (day, None, None)
            for day in span.dates
        ],
        chart="lines",
    )


REPORTS: Final[Mapping[str, Callable[[Span], Report]]] = {
    "messages": messages,
    "pictures": pictures,
    "costs": costs,
    "picture-times": picture_times,
    "reply-times": reply_times,
    "refusals": refusals,
    "models": models,
    "failures": failures,
    "top-rules": top_rules,
    "idle-rules": idle_rules,
}


# ---- how values are written ----


def written(value: Any, kind: Kind) -> str:
    """Return a cell for people."""
    if value is None:
        return "–"
    match kind:
        case "text":
            return str(value)
        case "money":
            return money(value)
        case "micros":
            return _("%(ms)s 毫秒", ms=number(value / 1000))
        case "ms":
            return _("%(seconds)s 秒", seconds=number(round(value / 1000, 1)))
        case _:
            return number(value)


def _csv(value: Any, kind: Kind) -> Any:
    """Return a cell for programs: exact, without unit and separators."""
    if value is None or kind not in DIVISORS:
        return value
    return (Decimal(value) / DIVISORS[kind]).quantize(Decimal(PLACES[kind]))


def _plain(value: Any, kind: Kind) -> float | None:
    return None if value is None else value / DIVISORS.get(kind, 1)


def _headed(column: Column) -> str:
    units = {"money": bot().settings.currency, "micros": "ms", "ms": "s"}
    unit = units.get(column.kind)
    return f"{column.words} ({unit})" if unit else column.words
