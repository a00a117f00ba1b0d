"""What a worker looks after for the console: are the models still offered, and until when."""

import logging
from collections.abc import Mapping, Sequence

from bot.engine import Bot
from bot.errors import ProviderError, WeChatError
from bot.images.contract import Provider
from bot.images.offered import CHECK, Offered
from bot.store import history
from bot.store import settings as stored
from bot.wechat.errcodes import Kind, kind

log = logging.getLogger(__name__)
EVERY_MS = 24 * 3600 * 1000


def noticed(bot: Bot, error: WeChatError) -> None:
    """Count WeChat's refusal of who we are, for the console's overview."""
    if kind(error.code) in {Kind.TOKEN, Kind.OPERATOR}:
        bot.count("wechat_token_failed")


def check_models(bot: Bot, providers: Sequence[Provider]) -> None:
    """Ask each provider once a day, and at once for another model, whether it offers its model."""
    kept = stored.read(bot.db, bot.account_id)[1]
    for provider in providers:
        known = Offered.read(kept.get(CHECK + provider.name, ""))
        if known and known.name == provider.model and bot.now_ms() - known.at < EVERY_MS:
            continue
        try:
            models = provider.models()
        except ProviderError as error:
            log.info("the models on offer at %s are not known: %s", provider.name, error)
            models = {}
        found = keep(bot, provider, models)
        if found.end:
            log.warning("%s shuts %s down on %s", provider.name, found.name, found.end)


def keep(bot: Bot, provider: Provider, models: Mapping[str, str | None]) -> Offered:
    """Keep what a provider said of its model, and return it."""
    offered = Offered.of(provider.model, dict(models), at=bot.now_ms())
    with bot.db.write() as tx:
        history.lock(tx, bot.account_id)
        stored.keep(tx, bot.account_id, {CHECK + provider.name: offered.written()})
    return offered
