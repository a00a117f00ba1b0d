"""任务和图片: what is drawn, waits or failed, and an operator's hand on it."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Final

from flask import Response

from bot.admin import openids
from bot.admin.api import answers, door, reading
from bot.admin.api.operations import Operation, Query, Schema
from bot.admin.api.problems import Problem
from bot.admin.api.schemas import (
    BOOL,
    COUNT,
    ID,
    NUMBER,
    STRING,
    TIME,
    paged,
    record,
    ref,
    whole,
)
from bot.admin.parts import bot
from bot.editing import jobs as editing
from bot.editing.followers import mask
from bot.errors import Stale
from bot.jobs import hands
from bot.models import JobState
from bot.store import gallery, leases
from bot.store.gallery import Filter, Shown

TITLE = "任务和图片"

TIMES: Final = ("created_at", "called_at", "generated_at", "send_at", "finished_at", "hidden_at")
TEXTS: Final = ("prompt", "kind", "state", "reason", "day", "provider", "model", "request_id")
COUNTS: Final = (
    "group_id",
    "page",
    "width",
    "height",
    "attempts",
    "uploads",
    "input_tokens",
    "output_tokens",
)
JOB: dict[str, Schema] = {
    "id": ID,
    "follower": STRING,
    "openid": STRING,
    **dict.fromkeys(TEXTS, STRING),
    "detail": STRING,
    **dict.fromkeys(COUNTS, NUMBER),
    "cost": NUMBER,
    "has_picture": BOOL,
    **dict.fromkeys(TIMES, TIME),
}
RETRY = record({"pay_again": BOOL})
RELEASE = record({"paid": BOOL, "again": BOOL}, ["paid"])


def job_list() -> Response:
    page, size = reading.paging()
    pictures = reading.flag("pictures")
    wanted = Filter(
        state=reading.word("state", tuple(JobState)),
        model=reading.text("model"),
        day=_day(),
        openid=_follower(),
        hidden=reading.flag("hidden"),
        labelled=pictures,
    )
    found, total = gallery.page(
        bot().db, bot().account_id, wanted, most=size, skip=(page - 1) * size
    )
    return answers.page([_shown(one) for one in found], total=total, number=page, size=size)


def job_queue() -> Response:
    db, account_id = bot().db, bot().account_id
    pulse = gallery.pulse(db, leases.ALIVE)
    totals = {name: gallery.queue(db, account_id, name, most=1)[1] for name in gallery.QUEUE}
    return answers.say(
        totals
        | {
            "workers": len(pulse.workers),
            "called_in_the_last_minute": pulse.called,
            "per_minute": bot().settings.images_per_minute,
        }
    )


def job_get(job_id: int) -> Response:
    return _say(job_id)


def job_picture(job_id: int) -> Response:
    return Response(hands.picture(bot(), job_id), mimetype="image/jpeg")


def job_cancel(job_id: int) -> Response:
    return _act(job_id, lambda: editing.cancel(door.desk(), job_id))


def job_retry(job_id: int) -> Response:
    pay_again = reading.table(RETRY).get("pay_again", False)
    return _act(job_id, lambda: hands.retry(bot(), door.desk(), job_id, pay_again=pay_again))


def job_send(job_id: int) -> Response:
    return _act(job_id, lambda: editing.send_again(door.desk(), job_id))


def job_release(job_id: int) -> Response:
    given = {"again": False} | reading.table(RELEASE)
    return _act(job_id, lambda: hands.release(bot(), door.desk(), job_id, **given))


def job_hide(job_id: int) -> Response:
    return _act(job_id, lambda: editing.hide(door.desk(), job_id, hidden=True))


def job_unhide(job_id: int) -> Response:
    return _act(job_id, lambda: editing.hide(door.desk(), job_id, hidden=False))


def job_copy(job_id: int) -> Response:
    item = hands.copy(bot(), door.desk(), job_id)
    return answers.say({"name": item.name}, status=201)


def _act(job_id: int, act: Callable[[], object]) -> Response:
    try:
        act()
    except Stale as stale:
        raise Problem("changed", more={"state": stale.theirs}) from None
    return _say(job_id)


def _say(job_id: int) -> Response:
    return answers.say(_shown(hands.find(bot(), job_id)))


def _day() -> str:
    given = reading.text("day")
    try:
        return date.fromisoformat(given).isoformat() if given else ""
    except ValueError:
        raise reading.invalid("day 应该写成 2026-01-31 这样") from None


def _follower() -> str:
    given = reading.text("follower")
    return openids.unveil(given) if given else ""


def _shown(one: Shown) -> dict[str, Any]:
    return (
        {name: getattr(one, name) for name in ("id", *TEXTS, *COUNTS, "cost")}
        | {name: answers.moment(getattr(one, name)) for name in TIMES}
        | {
            "follower": openids.veil(one.openid),
            "openid": mask(one.openid),
            "detail": openids.hidden(one.detail),
            "has_picture": one.labelled,
        }
    )


_read = partial(Operation, scope="jobs:read", method="GET", faults=("not_found",))
_write = partial(
    Operation, scope="jobs:write", method="POST", faults=("not_found", "changed"), answer=ref("Job")
)
_ONE = "/jobs/<int:job_id>"

OPERATIONS = (
    _read(
        name="job_list",
        path="/jobs",
        said="要画的图，新的在前；follower 是代号，openid 只有前 6 位",
        run=job_list,
        query=(
            Query(name="state", said="状态", schema=STRING | {"enum": list(JobState)}),
            Query(name="model", said="模型"),
            Query(name="day", said="哪一天，如 2026-01-31"),
            Query(name="follower", said="粉丝的代号"),
            Query(name="pictures", said="true 只要画廊里的图片", schema=BOOL),
            Query(name="hidden", said="和 pictures 一起用：true 只要隐藏了的", schema=BOOL),
            *reading.PAGED,
        ),
        answer=paged(ref("Job")),
        faults=("invalid", "not_found"),
    ),
    _read(
        name="job_queue",
        path="/jobs/queue",
        said="队列：各状态有几张，画图进程几个",
        run=job_queue,
        answer=whole(
            dict.fromkeys(
                (*gallery.QUEUE, "workers", "called_in_the_last_minute", "per_minute"), COUNT
            )
        ),
        faults=(),
    ),
    _read(name="job_get", path=_ONE, said="一张图的全部经过", run=job_get, answer=ref("Job")),
    _read(
        name="job_picture",
        path=f"{_ONE}/picture",
        said="画好的图片，带 AI 标识",
        run=job_picture,
        gives="image/jpeg",
    ),
    _write(
        name="job_cancel", path=f"{_ONE}/cancel", said="取消还没画的，退钱退次数", run=job_cancel
    ),
    _write(
        name="job_retry",
        path=f"{_ONE}/retry",
        said="重新画没画成的；上次花了钱的要写 pay_again",
        run=job_retry,
        body=RETRY,
        example={"pay_again": False},
        faults=("not_found", "invalid", "changed", "refused"),
    ),
    _write(name="job_send", path=f"{_ONE}/send", said="把画好的图再送一次", run=job_send),
    _write(
        name="job_release",
        path=f"{_ONE}/release",
        said="结清结果不明的：paid 是服务商有没有扣费，again 是再画一张",
        run=job_release,
        body=RELEASE,
        example={"paid": False, "again": False},
        faults=("not_found", "invalid", "changed", "refused"),
    ),
    _write(name="job_hide", path=f"{_ONE}/hide", said="从画廊里隐藏", run=job_hide),
    _write(name="job_unhide", path=f"{_ONE}/unhide", said="放回画廊", run=job_unhide),
    Operation(
        name="job_copy",
        method="POST",
        path=f"{_ONE}/copy",
        said="把图片复制到素材库，AI 标识都在",
        run=job_copy,
        scope="media:write",
        status=201,
        answer=whole({"name": STRING}),
        faults=("not_found", "invalid"),
    ),
)
SCHEMAS = {"Job": whole(JOB)}
