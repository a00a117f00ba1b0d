"""What is done by the clock, once for all workers: one of them at a time keeps house."""

import logging
import threading
import time
import uuid
from collections.abc import Callable

from bot.engine import Bot
from bot.errors import StorageError, StoreError
from bot.jobs import alarms, checks, leaving, upkeep
from bot.jobs.held import Held
from bot.jobs.outside import Outside
from bot.jobs.run import OWNER
from bot.store import leases, logins

log = logging.getLogger(__name__)
UPKEEP = "upkeep"
LONGEST = 3600.0  # seconds of a round; then its thread hangs, and another worker keeps house
SECONDS = 20  # the heartbeat renews it; who was killed or frozen is replaced after so long
PURGED = "purged"
PURGE_SECONDS = 3600


class Housekeeping:
    """The rounds of one worker; between two steps it looks whether they are still its own."""

    def __init__(self, bot: Bot, closing: threading.Event) -> None:
        self._bot = bot
        self._closing = closing
        self._held = Held(bot.db, UPKEEP, owner=OWNER, seconds=SECONDS)
        self._begun = 0.0  # when the last round did, by the monotonic clock

    def round(self, outside: Outside) -> None:
        """Do what is due, if it is this worker's turn."""
        if not self._held.take():
            return
        self._begun = time.monotonic()
        for step in self._steps(outside):
            if self._closing.is_set() or not self._held:
                return
            _done(step)

    def renew(self) -> None:
        """Keep the turn, however long a step takes, within reason."""
        if time.monotonic() - self._begun < LONGEST:
            self._held.renew()

    def release(self) -> None:
        """Let another worker keep house."""
        self._held.release()

    def _going_on(self) -> bool:
        """Whether the next upload is still this worker's: WeChat's quota is small."""
        return not self._closing.is_set() and self._held.keep()

    def _steps(self, outside: Outside) -> tuple[Callable[[], None], ...]:
        bot = self._bot
        return (
            lambda: upkeep.renew_media(bot, outside, going_on=self._going_on),
            lambda: upkeep.empty_trash(bot, outside),
            lambda: leaving.forget_left(bot),
            lambda: logins.prune(bot.db),
            lambda: alarms.ring(bot, outside),
            lambda: checks.check_models(bot, outside.providers),
            self._purge,
        )

    def _purge(self) -> None:
        """Delete what was kept long enough, once an hour whichever workers come and go."""
        # A name nobody has again: whoever holds the lease, it is not taken anew before its end.
        if not leases.take(self._bot.db, PURGED, owner=uuid.uuid4().hex, seconds=PURGE_SECONDS):
            return
        upkeep.purge_library(self._bot)
        upkeep.purge_pictures(self._bot)
        leaving.purge(self._bot)
        leases.prune(self._bot.db)


def _done(step: Callable[[], None]) -> None:
    """Do a *step*; the next ones do not wait for one that cannot be done. Raises StoreError."""
    try:
        step()
    except StoreError:
        raise  # without the database none can be done
    except StorageError as error:
        log.warning("housekeeping waits for the bucket: %s", error)
    except Exception:
        log.exception("one step of housekeeping failed")
