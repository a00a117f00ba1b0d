"""Today against the seven days before: one card a figure, its line, the difference in words."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.admin.parts import bot
from bot.admin.translate import _, money, number
from bot.store import jobs, overview
from bot.store.database import Database
from bot.store.overview import Day, Span

WEEK = 7
FRESH = 300  # seconds for which the finished days are taken as they were
WIDTH, HEIGHT = 96, 28
SECOND, WHOLE = 1000, 10  # ms from which seconds, and whole milliseconds, are said
CLOSE = 0.1  # differences up to a tenth are none


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """*points* is the line of the last eight days, as SVG wants it; *said* is the difference."""

    label: str
    value: str
    said: str
    points: str = ""
    bad: bool = False


def today() -> Span:
    return _spans()[-1]


def _spans() -> list[Span]:
    settings = bot().settings
    return overview.spans(settings.zone, date.fromisoformat(bot().today()), WEEK + 1)


@lru_cache(maxsize=4)
def _finished(db: Database, account_id: int, of: tuple[Span, ...], _age: int) -> list[Day]:
    return overview.days(db, account_id, of=of)


def read() -> list[Figure]:
    db, account_id = bot().db, bot().account_id
    *before, now = _spans()
    past = _finished(db, account_id, tuple(before), int(time.monotonic() // FRESH))
    [current] = overview.days(db, account_id, of=[now])
    days = [*past, current]
    return [
        _count(_("消息"), days, lambda day: day.messages),
        _count(_("关键词命中"), days, lambda day: day.hits),
        _count(_("画好的图"), days, lambda day: day.pictures),
        _count(_("花费"), days, lambda day: day.cost, money),
        _count(_("没画成"), days, lambda day: day.failures, bad=True),
        _time(_("回复用时（一半快于）"), days, lambda day: day.median, _milliseconds),
        _time(_("回复用时（95% 快于）"), days, lambda day: day.p95, _milliseconds),
        _time(_("等图时间（一半快于）"), days, lambda day: day.wait, _seconds),
        _queue(jobs.depth(db)),
    ]


def _count(
    label: str,
    days: Sequence[Day],
    of: Callable[[Day], int],
    write: Callable[[int], str] = number,
    *,
    bad: bool = False,
) -> Figure:
    *past, now = map(of, days)
    usual = round(sum(past) / WEEK)
    if not sum(past):
        said = _("前 7 天没有")
    else:
        share = f"{now * WEEK / sum(past):.0%}"
        said = _("前 7 天平均 %(usual)s，今天已到 %(share)s", usual=write(usual), share=share)
    return Figure(
        label=label, value=write(now), said=said, points=_line([*past, now]), bad=bad and now > 0
    )


def _time(
    label: str, days: Sequence[Day], of: Callable[[Day], int], write: Callable[[float], str]
) -> Figure:
    *past, now = map(of, days)
    known = [one for one in past if one]
    usual = sum(known) / len(known) if known else 0
    if not now:
        said = _("今天还没有")
    elif not usual:
        said = _("前 7 天没有")
    elif abs(now - usual) <= usual * CLOSE:
        said = _("和前 7 天差不多")
    elif now < usual:
        said = _("比前 7 天快 %(by)s", by=write(usual - now))
    else:
        said = _("比前 7 天慢 %(by)s", by=write(now - usual))
    return Figure(
        label=label, value=write(now) if now else "–", said=said, points=_line([*past, now])
    )


def _queue(depth: dict[str, int]) -> Figure:
    waiting = depth.get("queued", 0) + depth.get("generating", 0) + depth.get("generated", 0)
    said = _("另有 %(n)s 张等粉丝来领", n=number(depth.get("waiting", 0)))
    return Figure(label=_("正在排队和在画"), value=number(waiting), said=said)


def _milliseconds(micros: float) -> str:
    ms = micros / 1000
    if ms >= SECOND:
        return _seconds(ms)
    return _("%(n)s 毫秒", n=number(round(ms) if ms >= WHOLE else round(ms, 1)))


def _seconds(ms: float) -> str:
    return _("%(n)s 秒", n=number(round(ms / 1000, 1)))


def _line(values: Sequence[int]) -> str:
    """Return the points of a line through *values*, empty where it would say nothing."""
    most = max(values)
    if not most:
        return ""
    step = (WIDTH - 4) / (len(values) - 1)
    return " ".join(
        f"{2 + place * step:.1f},{HEIGHT - 3 - value / most * (HEIGHT - 6):.1f}"
        for place, value in enumerate(values)
    )
