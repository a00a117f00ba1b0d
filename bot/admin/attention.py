"""需要处理: what is wrong or will be, a sentence each, and where to mend it. Nothing is called."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app, url_for

from bot.admin import figures
from bot.admin.access import may
from bot.admin.parts import bot
from bot.admin.translate import _, number
from bot.errors import Reason
from bot.images.offered import CHECK, Offered
from bot.jobs.submit import MICRO
from bot.store import breakers, complaints, counters, leases, money, overview
from bot.store import settings as stored
from bot.store.folder import ROOM, left_on_disk
from bot.store.pictures import LEAST_FREE

NEAR = 0.5  # of a budget
MANY = 20  # unmatched messages in a week
SILENT_MS = 3 * 24 * 3600 * 1000
SHUTDOWN = timedelta(days=60)
PROVIDER = {
    Reason.NO_MONEY: "图片服务的余额用完了，今天有 %(n)s 张没画成：去服务商那里充值",
    Reason.BAD_KEY: "图片服务不认密钥，今天有 %(n)s 张没画成：重新填写密钥",
    Reason.PROVIDER_DOWN: "图片服务连不上，今天有 %(n)s 张没画成",
    Reason.RATE_LIMIT: "图片服务嫌太快，今天有 %(n)s 张没画成：调低每分钟张数",
    Reason.OUTCOME_UNKNOWN: "有 %(n)s 张图画没画成不清楚，钱还占着：到任务队列里核对",
    Reason.MEDIA_REFUSED: "今天有 %(n)s 张图微信没有收：看看公众号的素材是不是满了",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """*bad* ones stop something now, the others may soon."""

    said: str
    address: str = ""
    bad: bool = False


def link(endpoint: str, **values: Any) -> str:
    """Return a page's address, "" where there is none or the member may not see it."""
    known = endpoint in current_app.view_functions and may(endpoint)
    return url_for(endpoint, **values) if known else ""


def _setting(slug: str) -> str:
    return link("settings.group", slug=slug)


def read() -> list[Trouble]:
    """What is to be done, the worst first."""
    found = [*_door(), *_wechat(), *_worker(), *_money(), *_provider(), *_services(), *_model()]
    found += [*_complaints(), *_texts(), *_machine()]
    return sorted(found, key=lambda one: not one.bad)


def _door() -> Iterator[Trouble]:
    db, account_id, settings = bot().db, bot().account_id, bot().settings
    today = counters.read(db, account_id, day=bot().today())
    if stale := today.get("stale"):
        said = _("今天有 %(n)s 次推送因为时间差太大被拒绝：校准服务器时间", n=number(stale))
        yield Trouble(said, _setting("wechat"), bad=True)
    if forged := today.get("forged"):
        said = _("今天有 %(n)s 次推送签名不对：有人冒充，或 Token 两边不一样", n=number(forged))
        yield Trouble(said, _setting("wechat"))
    last = overview.last_message(db, account_id)
    if not settings.sandbox and not overview.last_counted(db, account_id, "verified"):
        yield Trouble(_("微信还没有验证过推送地址"), link("setup.wechat"), bad=not last)
    elif last and bot().now_ms() - last > SILENT_MS:
        days = (bot().now_ms() - last) // (24 * 3600 * 1000)
        said = _("已经 %(n)s 天没有收到微信的消息：看看推送地址还通不通", n=number(days))
        yield Trouble(said, _setting("wechat"))
    if not settings.wechat_aes_key:
        said = _("现在是明文模式：看到过推送地址的人就能冒充粉丝，请换成安全模式")
        yield Trouble(said, _setting("wechat"))


def _wechat() -> Iterator[Trouble]:
    db, account_id = bot().db, bot().account_id
    today = counters.read(db, account_id, day=bot().today())
    if refused := today.get("wechat_token_failed"):
        said = _(
            "微信今天 %(n)s 次拒绝了我们的凭据：检查 AppSecret 和 IP 白名单", n=number(refused)
        )
        yield Trouble(said, _setting("wechat"), bad=True)
    broken = overview.broken_files(db, account_id, bot().settings.wechat_app_id)
    if broken:
        listed = _("、").join(broken[:3])
        said = _("有 %(n)s 个素材没能传给微信：%(names)s", n=number(len(broken)), names=listed)
        yield Trouble(said, link("library.index"))


def _worker() -> Iterator[Trouble]:
    if not leases.count(bot().db, leases.ALIVE):
        said = _("画图进程没有在运行，图都在排队：启动 huaxin worker")
        yield Trouble(said, link("queue.index"), bad=True)


def _machine() -> Iterator[Trouble]:
    free = left_on_disk(bot().settings.data_dir)
    if free < LEAST_FREE:
        said = _(
            "存图片的盘只剩 %(n)s MB：不到 %(least)s MB 就不再画", n=free >> 20, least=ROOM >> 20
        )
        yield Trouble(said, bad=free < ROOM)
    if bot().snapshots.redis_lost:
        yield Trouble(_("Redis 没有应答或写不进：图照样画，画图进程轮流直接从数据库领"))


def _money() -> Iterator[Trouble]:
    settings, today = bot().settings, bot().today()
    if settings.drawing == "off":
        yield Trouble(_("画图关着：粉丝画不了图"), _setting("quota"), bad=True)
    for limit, period, here, over in (
        (settings.budget_daily, today, _("今天的预算用了 %(p)s"), _("今天的预算用完了")),
        (settings.budget_monthly, today[:7], _("本月的预算用了 %(p)s"), _("本月的预算用完了")),
    ):
        if limit is None:
            continue
        spent = money.spent(bot().db, bot().account_id, period=period)
        share = spent / (int(limit * MICRO) or 1)
        if share >= NEAR:
            said = over if share >= 1 else here % {"p": f"{share:.0%}"}
            yield Trouble(said, _setting("quota"), bad=share >= 1)
    unlimited = settings.budget_daily is None and settings.budget_monthly is None
    if unlimited and not settings.sandbox:
        yield Trouble(_("没有设预算：画图花费没有上限"), _setting("quota"))


def _provider() -> Iterator[Trouble]:
    failed = overview.failures(bot().db, bot().account_id, figures.today())
    for reason, said in PROVIDER.items():
        if count := failed[reason]:
            where = link("queue.index") or _setting("images")
            yield Trouble(_(said, n=number(count)), where, bad=True)


def _services() -> Iterator[Trouble]:
    providers, known = bot().providers, breakers.read(bot().db, bot().account_id)
    where = link("services.index")
    paused = [one.name for one in providers if one.name in known and known[one.name].open]
    if paused:
        listed = _("、").join(paused)
        said = _("图片服务 %(names)s 连着失败，先不给它画了：看看原因", names=listed)
        yield Trouble(said, where, bad=len(paused) == len(providers))
    if not any(one.capability.edits for one in providers):
        yield Trouble(_("没有能改图的图片服务：粉丝发照片、说“再亮一点”都做不了"), where)


def _model() -> Iterator[Trouble]:
    kept = stored.read(bot().db, bot().account_id)[1]
    for provider in bot().providers:
        known = Offered.read(kept.get(CHECK + provider.name, ""))
        model = provider.model
        if known is None or known.name != model:
            continue
        if not known.offered:
            said = _("图片服务没有 %(model)s 这个模型", model=model)
            yield Trouble(said, _setting("images"), bad=True)
        elif known.end and known.end - date.fromisoformat(bot().today()) <= SHUTDOWN:
            end = known.end.isoformat()
            said = _("%(model)s 将于 %(end)s 停用：换一个模型", model=model, end=end)
            yield Trouble(said, _setting("images"))


def _complaints() -> Iterator[Trouble]:
    count, oldest = complaints.waiting(bot().db, bot().account_id)
    if count:
        said = _("有 %(n)s 条投诉还没有处理", n=number(count))
        late = bot().now_ms() - oldest > SILENT_MS
        yield Trouble(said, link("complaints.index"), bad=late)


def _texts() -> Iterator[Trouble]:
    if names := bot().snapshots.current.live.unreadable:
        said = _("SECRET_KEY 换过了，这些保存的值读不出来：%(names)s", names=_("、").join(names))
        yield Trouble(said, _setting("wechat"), bad=True)
    since = figures.today().start - 6 * 24 * 3600 * 1000
    count = overview.unmatched(bot().db, bot().account_id, since=since)
    if count >= MANY:
        said = _("7 天里有 %(n)s 句话没有对上关键词：看看要不要加规则", n=number(count))
        yield Trouble(said, link("unmatched.index"))
