"""The settings' test buttons: a real call to WeChat and to the image service, made now."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot.admin.parts import bot
from bot.admin.translate import _, number
from bot.errors import ConfigError, ProviderError, WeChatError
from bot.images.contract import Provider
from bot.images.providers.table import providers_of
from bot.jobs.checks import keep
from bot.settings import Settings
from bot.store import counters, overview
from bot.store import settings as stored
from bot.wechat.errcodes import hint

SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Finding:
    """*name* is the image service's, where there may be several."""

    healthy: bool
    sentence: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """What has come to WeChat's door: *verified* is a day, *last* in epoch ms."""

    verified: str
    last: int
    refused: dict[str, int]


def webhook() -> Webhook:
    db, account_id = bot().db, bot().account_id
    today = counters.read(db, account_id, day=bot().today())
    return Webhook(
        overview.last_counted(db, account_id, "verified"),
        overview.last_message(db, account_id),
        {name: today[name] for name in ("forged", "stale", "malformed") if today.get(name)},
    )


def wechat() -> Finding:
    """Fetch a token and WeChat's addresses."""
    from bot.wechat.client import WeChat  # noqa: PLC0415 — only this request needs it

    settings = _settings()
    client = WeChat(
        settings.wechat_app_id,
        settings.wechat_app_secret,
        api_base=settings.wechat_api_base,
        deadline=SECONDS,
    )
    begun = time.monotonic()
    try:
        addresses = client.callback_ips()
    except WeChatError as error:
        return Finding(healthy=False, sentence=f"{error} {hint(error.code)}")
    took = (time.monotonic() - begun) * 1000
    sentence = _(
        "用了 %(ms)s 毫秒；微信从 %(n)s 个地址推送。", ms=number(round(took)), n=len(addresses)
    )
    return Finding(healthy=True, sentence=sentence)


def images() -> list[Finding]:
    """Ask every image service for its models, and keep what it says of ours."""
    try:
        providers = providers_of(_settings())
    except ConfigError as error:
        return [Finding(healthy=False, sentence=str(error))]
    with ThreadPoolExecutor(len(providers)) as threads:
        answers = list(threads.map(_models, providers))
    return [_found(one, answer) for one, answer in zip(providers, answers, strict=True)]


def _models(provider: Provider) -> Mapping[str, str | None] | ProviderError:
    try:
        return provider.models()
    except ProviderError as error:
        return error


def _found(provider: Provider, answer: Mapping[str, str | None] | ProviderError) -> Finding:
    name, model = provider.name, provider.model
    if isinstance(answer, ProviderError):
        return Finding(healthy=False, sentence=str(answer), name=name)
    offered = keep(bot(), provider, answer)
    if not offered.offered:
        sentence = _("没有 %(model)s 这个模型。", model=model)
        return Finding(healthy=False, sentence=sentence, name=name)
    if offered.end:
        end = offered.end.isoformat()
        sentence = _("%(model)s 能用，将于 %(end)s 停用。", model=model, end=end)
    elif not answer:
        sentence = _("这个服务没有模型列表，%(model)s 能不能用要画一张才知道。", model=model)
    else:
        sentence = _("%(model)s 能用。", model=model)
    return Finding(healthy=True, sentence=sentence, name=name)


def _settings() -> Settings:
    """The settings as they were just saved, whichever process saved them."""
    _version, values = stored.read(bot().db, bot().account_id)
    return bot().base.changed(values, bot().vault).settings
