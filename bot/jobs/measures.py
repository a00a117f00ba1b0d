"""What a job's life adds to the counts: its steps, its call, how it was delivered."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.counts import DELIVERIES, JOB_SECONDS, PROVIDER_CALLS, PROVIDER_SECONDS
from bot.engine import Bot
from bot.errors import ProviderError, WeChatError
from bot.wechat.errcodes import outcome


@contextmanager
def called(bot: Bot, provider: str) -> Iterator[None]:
    """Count the one call of *provider* that the block makes, and what came of it."""
    begun = time.monotonic()
    came_of_it = "ok"
    try:
        yield
    except ProviderError as error:
        came_of_it = error.reason
        raise
    except Exception:
        came_of_it = "internal"
        raise
    finally:
        bot.counts.add(PROVIDER_CALLS, provider, came_of_it)
        bot.counts.time(PROVIDER_SECONDS, time.monotonic() - begun, provider)


def step(bot: Bot, name: str, begun: int, ended: int) -> None:
    """Count a step between two times in the job's row, both by the database's clock in ms."""
    if begun and ended:
        bot.counts.time(JOB_SECONDS, (ended - begun) / 1000, name)


def delivery(bot: Bot, name: str, error: WeChatError | None = None) -> None:
    bot.counts.add(DELIVERIES, name, outcome(error.code) if error else "0")
