"""图片服务: who draws, in which order, what each can do, how it did today; never a key."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, Response, url_for

from bot.admin import labels
from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _
from bot.editing import services as editing
from bot.errors import ConfigError, NotThere
from bot.images.contract import Provider
from bot.images.offered import CHECK, Offered
from bot.images.providers.table import text_entry
from bot.store import breakers, services
from bot.store import settings as stored
from bot.store.breakers import Breaker
from bot.store.services import Done

bp = Blueprint("services", __name__, url_prefix="/services")
SIDE: Final = 1024  # pixels of the square whose price is shown
PRICES: Final = {
    "own": "你在文件里写的价",
    "picture": "价格表，按张",
    "tokens": "价格表，按用量",
    "default": "价格表里没有这个模型，按最贵的算",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service as it is shown. *price* is in micro-units; *offered* what it last said."""

    provider: Provider
    done: Done
    breaker: Breaker | None
    offered: Offered | None
    price: int
    source: str

    @property
    def paused(self) -> bool:
        return self.breaker is not None and self.breaker.open


@bp.get("/")
def index() -> str:
    settings = bot().settings
    return show(
        "services/index.html",
        services=read(),
        file=settings.image_providers,
        writer=_writer(),
        today=date.fromisoformat(bot().today()),
        labels=labels,
        prices=PRICES,
    )


@bp.post("/<name>/resume")
def resume(name: str) -> Response:
    if name not in {one.name for one in bot().providers}:
        raise NotThere("没有这个图片服务")
    changed = editing.resume(desk(), name)
    said = _("已恢复，下一张图就可以给它。") if changed else _("它没有暂停。")
    return go(url_for("services.index"), said)


def read() -> list[Service]:
    """Return the services in use, the preferred one first. Nothing is called."""
    db, account_id = bot().db, bot().account_id
    kept = stored.read(db, account_id)[1]
    known = breakers.read(db, account_id)
    done = services.done(db, account_id, day=bot().today())
    return [
        Service(
            provider=one,
            done=done.get(one.name, Done()),
            breaker=known.get(one.name),
            offered=_offered(one, kept.get(CHECK + one.name, "")),
            price=bot().prices.estimate(
                *one.size(SIDE, SIDE), quality=one.quality, model=one.model, price=one.price
            ),
            source=bot().prices.source(one.model, price=one.price),
        )
        for one in bot().providers
    ]


def _offered(provider: Provider, kept: str) -> Offered | None:
    found = Offered.read(kept)
    return found if found and found.name == provider.model else None


def _writer() -> str:
    """The model that writes outlines and descriptions; nothing where there is none."""
    try:
        entry = text_entry(bot().settings)
    except ConfigError:
        return ""
    return entry.model if entry else ""
