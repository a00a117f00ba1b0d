"""任务队列: what waits, runs and failed, and an operator's hand on each job."""

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for

from bot.admin import labels, made, openids
from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _
from bot.editing import jobs
from bot.editing.followers import mask
from bot.errors import Reason, Refused, Stale
from bot.jobs import hands
from bot.models import ImageJob
from bot.store import gallery, leases

bp = Blueprint("queue", __name__, url_prefix="/queue")
MOST = 50  # of a section; the rest is a number
REFUSED = {
    Reason.QUOTA: "这位粉丝今天的额度用完了：先在粉丝页再给几张。什么都没有改。",
    Reason.QUOTA_SHORT: "这位粉丝今天的额度不够：先在粉丝页再给几张。什么都没有改。",
    Reason.BUDGET: "预算不够再画一张了。什么都没有改。",
}
CHANGED = "这张图刚刚有了变化，什么都没有做。请看看它现在的状态。"


@bp.get("/")
def index() -> str:
    db, account_id = bot().db, bot().account_id
    return show(
        "queue/index.html",
        "queue/live.html",
        sections={name: gallery.queue(db, account_id, name, most=MOST) for name in gallery.QUEUE},
        pulse=gallery.pulse(db, leases.ALIVE),
        per_minute=bot().settings.images_per_minute,
        labels=labels,
        veil=openids.veil,
    )


@bp.get("/<int:job_id>")
def job(job_id: int) -> str:
    one = hands.find(bot(), job_id)
    return show(
        "queue/job.html",
        one=one,
        made=made.of(one),
        labels=labels,
        veil=openids.veil,
        mask=mask,
        hidden=openids.hidden,
    )


@bp.post("/<int:job_id>/cancel")
def cancel(job_id: int) -> Response:
    return _act(job_id, lambda: jobs.cancel(desk(), job_id), _("已取消，钱和次数都退回了。"))


@bp.post("/<int:job_id>/retry")
def retry(job_id: int) -> Response:
    pay_again = "pay_again" in request.form
    return _act(
        job_id,
        lambda: hands.retry(bot(), desk(), job_id, pay_again=pay_again),
        _("已重新排队。"),
    )


@bp.post("/<int:job_id>/send")
def send(job_id: int) -> Response:
    return _act(job_id, lambda: jobs.send_again(desk(), job_id), _("正在再送一次。"))


@bp.post("/<int:job_id>/release")
def release(job_id: int) -> Response:
    paid = request.form.get("paid")
    if paid not in {"yes", "no"}:
        return go(url_for("queue.job", job_id=job_id), _("请先选“没有扣费”或“已经扣费”。"))
    again = "again" in request.form
    return _act(
        job_id,
        lambda: hands.release(bot(), desk(), job_id, paid=paid == "yes", again=again),
        _("已释放，重新排队。") if again else _("已释放，粉丝会收到说明。"),
    )


def _act(job_id: int, act: Callable[[], ImageJob], said: str) -> Response:
    """Do it, or say why not; back to where it was asked for."""
    try:
        act()
    except Stale:
        said = _(CHANGED)
    except Refused as refusal:
        said = _(REFUSED[refusal.reason])
    back = request.form.get("then") == "queue"
    return go(url_for("queue.index") if back else url_for("queue.job", job_id=job_id), said)
