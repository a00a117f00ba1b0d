"""What a job's life adds to the counts: its steps, its call, how it was delivered."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.counts import DELIVERIES, JOB_SECONDS, PROVIDER_CALLS, PROVIDER_SECONDS
from bot.engine import Bot, origin
from bot.errors import ProviderError, WeChatError
from bot.models import ImageJob
from bot.traces import PUSH
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


def step(bot: Bot, job: ImageJob, name: str, begun: int, ended: int) -> None:
    """Tell a step between two times in the job's row, both by the database's clock in ms."""
    if not begun or not ended:
        return
    bot.counts.time(JOB_SECONDS, (ended - begun) / 1000, name)
    if bot.traces:
        whole = f"job {job.id}"
        bot.traces.tell(origin(job), f"{whole} {name}", begun, ended, within=whole)


def over(bot: Bot, job: ImageJob, state: str, ended: int) -> None:
    """Tell that the job has come to *state*, the last a worker brings it to."""
    if bot.traces:
        about = {"state": state, "kind": job.kind, "provider": job.provider}
        bot.traces.tell(origin(job), f"job {job.id}", job.created_at, ended, within=PUSH, **about)


def delivery(bot: Bot, name: str, error: WeChatError | None = None) -> None:
    bot.counts.add(DELIVERIES, name, outcome(error.code) if error else "0")
