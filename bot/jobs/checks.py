"""What a worker looks after for the console: whether the model is still offered, and until when."""

import logging
from collections.abc import Mapping

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


def check_model(bot: Bot, provider: Provider) -> None:
    """Ask once a day, and at once for another model, whether the model is offered."""
    model = provider.model
    known = Offered.read(stored.read(bot.db, bot.account_id)[1].get(CHECK, ""))
    if known and known.name == model and bot.now_ms() - known.at < EVERY_MS:
        return
    try:
        models = dict(provider.models())
    except ProviderError as error:
        log.info("the models on offer are not known: %s", error)
        models = {}
    keep(bot, model, models)


def keep(bot: Bot, model: str, models: Mapping[str, str | None]) -> None:
    """Keep what the service said of the model."""
    offered = Offered.of(model, dict(models), at=bot.now_ms())
    with bot.db.write() as tx:
        history.lock(tx, bot.account_id)
        stored.keep(tx, bot.account_id, {CHECK: offered.written()})
