"""``huaxin doctor``: each thing that must work, tried for real, and what to do where not."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.errors import ConfigError, ProviderError, StoreError, WeChatError
from bot.settings import Settings
from bot.store import accounts, breakers, counters, leases, schema
from bot.store import rules as stored
from bot.store.accounts import Capability
from bot.store.database import Database
from bot.store.folder import left_on_disk
from bot.store.pictures import LEAST_FREE
from bot.store.storage import rooms_of
from bot.wechat.errcodes import hint

ROADS = {
    "push": "主动推送（客服消息）",
    "typing": "显示“对方正在输入…”",
    "temporary": "上传临时素材",
    "permanent": "上传永久素材",
}
MEANWHILE = "图照样画，画图进程直接从数据库领"
REDIS = {
    "ok": "正常",
    "unreachable": f"没有应答：{MEANWHILE}；检查 REDIS_URL 和 Redis",
    "takes no writes": f"只读或满了，写不进：{MEANWHILE}；指向主库，或调大 maxmemory",
}


@dataclass(frozen=True, slots=True)
class Finding:
    healthy: bool
    subject: str
    sentence: str

    def __str__(self) -> str:
        return f"{'✓' if self.healthy else '✗'} {self.subject}：{self.sentence}"


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield one finding after the other; nothing is sent to a follower."""
    yield Finding(healthy=True, subject="配置", sentence=_mode(settings))
    for warning in settings.warnings():
        yield Finding(healthy=True, subject="提醒", sentence=warning)
    yield _disk(settings)
    yield from _store(settings)
    yield _storage(settings)
    yield from _redis(settings)
    yield from _outside(settings)


def _storage(settings: Settings) -> Finding:
    begun = time.monotonic()
    try:
        rooms_of(settings).pictures.check()
    except OSError as error:
        said = (
            str(error) if settings.storage_url else f"{settings.data_dir} 不能写：{error.strerror}"
        )
        return Finding(healthy=False, subject="图片存放", sentence=said)
    took = (time.monotonic() - begun) * 1000
    where = settings.storage_url.partition("?")[0] or settings.data_dir
    return Finding(healthy=True, subject="图片存放", sentence=f"{where} 正常，{took:.0f} 毫秒")


def _mode(settings: Settings) -> str:
    where = "模拟环境" if settings.sandbox else f"公众号 {settings.wechat_app_id}"
    return f"{where}，{'安全模式' if settings.wechat_aes_key else '明文模式'}"


def _disk(settings: Settings) -> Finding:
    free = left_on_disk(settings.data_dir)
    left = f"{settings.data_dir} 所在的磁盘还剩 {free >> 20} MB"
    if free < LEAST_FREE:
        left += "：快放不下图片了，请清理或扩容"
    return Finding(healthy=free >= LEAST_FREE, subject="磁盘", sentence=left)


def _redis(settings: Settings) -> Iterator[Finding]:
    if not settings.redis_url:
        return
    from bot.jobs import broker  # noqa: PLC0415 — only where there is a Redis

    state = broker.state(settings.redis_url)
    yield Finding(healthy=state == "ok", subject="Redis", sentence=REDIS[state])


def _store(settings: Settings) -> Iterator[Finding]:
    db = Database(settings.database_address)
    try:
        schema.check(db)
        account_id = accounts.ensure(db)
        count = stored.count(db, account_id)
        yield Finding(healthy=True, subject="数据库", sentence=f"正常，{count} 条规则")
        workers = leases.count(db, leases.ALIVE)
        yield Finding(
            healthy=workers > 0,
            subject="画图进程",
            sentence=f"{workers} 个在运行" if workers else "没有在运行：huaxin worker",
        )
        today = datetime.now(settings.zone).date().isoformat()
        stale = counters.read(db, account_id, day=today).get("stale", 0)
        yield Finding(
            healthy=stale == 0,
            subject="时钟",
            sentence=f"今天有 {stale} 次推送因为时间差超过 300 秒被拒绝：校准服务器时间（NTP）"
            if stale
            else "今天没有推送因为时间差被拒绝",
        )
        yield from _left_alone(db, account_id)
        known = accounts.capabilities(db, account_id, settings.wechat_app_id)
        for name, title in ROADS.items():
            yield Finding(healthy=True, subject=title, sentence=_learnt(known.get(name)))
    except (StoreError, ConfigError) as error:
        yield Finding(healthy=False, subject="数据库", sentence=str(error))
    finally:
        db.close()


def _left_alone(db: Database, account_id: int) -> Iterator[Finding]:
    """Yield the image services that have failed so often that they are asked last."""
    for one in breakers.read(db, account_id).values():
        if one.open:
            sentence = f"{one.name} 连续失败 {one.failures} 次（{one.error}），暂时排在最后"
            yield Finding(healthy=False, subject="图片接口", sentence=sentence)


def _learnt(known: Capability | None) -> str:
    if known is None:
        return "还不知道，用到时就知道了"
    when = datetime.fromtimestamp(known.checked_at / 1000, UTC).astimezone()
    verdict = "可以" if known.allowed else f"不可以（{known.code}）"
    return f"{verdict}，{when:%Y-%m-%d %H:%M} 得知"


def _outside(settings: Settings) -> Iterator[Finding]:
    from bot.jobs.outside import Outside  # noqa: PLC0415 — the image model's library is slow to load
    from bot.wechat.client import WeChat  # noqa: PLC0415 — the same

    try:
        outside = Outside.of(settings)
    except ConfigError as error:
        yield Finding(healthy=False, subject="图片接口", sentence=str(error))
        return
    begun = time.monotonic()
    try:
        # With a token of its own: it is the secret and this machine's address that are looked at.
        WeChat.of(settings).callback_ips()
        took = (time.monotonic() - begun) * 1000
        yield Finding(healthy=True, subject="微信接口", sentence=f"正常，{took:.0f} 毫秒")
    except WeChatError as error:
        yield Finding(healthy=False, subject="微信接口", sentence=f"{error} {hint(error.code)}")
    for provider in outside.providers:
        try:
            yield _model(provider.model, provider.models())
        except ProviderError as error:
            sentence = f"{provider.name}：{error}"
            yield Finding(healthy=False, subject="图片接口", sentence=sentence)


def _model(name: str, models: Mapping[str, str | None]) -> Finding:
    if models and name not in models:
        return Finding(healthy=False, subject="图片接口", sentence=f"没有 {name} 这个模型")
    end = models.get(name)
    if end:
        days = (date.fromisoformat(end) - datetime.now(UTC).date()).days
        sentence = f"{name} 将于 {end} 停用（还有 {days} 天）"
        return Finding(healthy=days > 0, subject="图片接口", sentence=sentence)
    return Finding(healthy=True, subject="图片接口", sentence=f"正常，模型 {name}")
