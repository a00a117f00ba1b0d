"""Who hands out what may run: one worker at a time, to all by way of Redis, or to itself."""

import logging
import time
from collections.abc import Callable, Sequence

from bot.counts import HANDED_AGAIN
from bot.engine import Bot
from bot.failpoints import Point, hit
from bot.jobs.crew import Crew
from bot.jobs.held import Held
from bot.jobs.lanes import lanes
from bot.jobs.run import OWNER
from bot.jobs.running import Running
from bot.store import claims, leases, outbox
from bot.store.claims import Claim

log = logging.getLogger(__name__)
DISPATCHER = "dispatcher"
LEADER_SECONDS = 6
PATIENCE = 1.0  # seconds for all that is handed over in one round
PARCELS = 20  # in one round
AWAY = 15.0  # seconds after which leases of living workers may have ended unrenewed
RENEWED = 17.0  # seconds in which the living have renewed them: ten may go to a lost question


class Dispatcher:
    """Leads from time to time.

    Whoever leads hands out through *shared*, as many jobs as all workers have threads for. Without
    a Redis that answers it hands out to its own threads alone, and lets another worker lead once
    they are all at work: so all work, and still one after the other in fair order.
    """

    def __init__(
        self, bot: Bot, *, shared: Crew | None, own: Callable[[], Crew], running: Running
    ) -> None:
        self._bot = bot
        self._shared = shared
        self._own = own
        self._running = running
        self._leading = Held(bot.db, DISPATCHER, owner=OWNER, seconds=LEADER_SECONDS)
        self._seen = time.monotonic()  # when the last round began that was not cut short
        self._calm_at = 0.0

    def round(self) -> None:
        """Hand out what may run, and take back what dead workers held.

        While the database is away every lease ends, also those of the living: once it is back they
        get the time to renew them before anything is taken for a dead worker's.
        """
        now = time.monotonic()
        if now - self._seen > AWAY:
            leases.holders(self._bot.db, leases.ALIVE)  # raises while it is still away
            self._calm_at = now + RENEWED
        if now >= self._calm_at:
            self._lead()
        self._seen = now

    def _lead(self) -> None:
        bot = self._bot
        shared = self._shared if self._shared and self._shared.reachable else None
        spare = self._spare()
        if shared is None and spare <= 0:
            self._leading.release()
            return
        if not self._leading.take():
            return
        found = claims.take_back(bot.db, alive=self._running.claims)
        room = self._room() if shared else spare - len(found)
        if room > 0:
            found += claims.claim(
                bot.db,
                concurrent=bot.settings.follower_concurrent_images,
                lanes=lanes(bot),
                drawing=bot.settings.drawing == "on",
                most=room,
            )
        parcels = outbox.claim(bot.db, most=PARCELS)
        until = time.monotonic() + PATIENCE
        self._hand_out(shared, found, spare=spare, until=until)
        for parcel_id in parcels:
            if not shared or time.monotonic() > until or not shared.send(parcel_id):
                self._own().send(parcel_id)

    def release(self) -> None:
        """Let another worker lead."""
        self._leading.release()

    def _spare(self) -> int:
        return self._bot.settings.worker_threads - len(self._running)

    def _room(self) -> int:
        """How many more jobs all workers together have threads for."""
        workers = leases.holders(self._bot.db, leases.ALIVE)
        threads = self._bot.settings.worker_threads * len(workers)
        return threads - claims.in_hands(self._bot.db, workers)

    def _hand_out(
        self, shared: Crew | None, found: Sequence[Claim], *, spare: int, until: float
    ) -> None:
        """Hand over through Redis what it takes by *until*; the rest goes to threads of our own.

        So does what it has lost before: it may be losing all. What our own have no room for is
        let go again, for whoever leads next.
        """
        own: list[Claim] = []
        for one in found:
            hit(Point.JOB_LEASED)
            if one.lost:
                self._bot.counts.add(HANDED_AGAIN)
                log.info("job=%d was handed out and not begun; it is again", one.job_id)
            ours = one.lost and len(own) < spare
            if ours or not shared or time.monotonic() > until or not shared.draw(one):
                own.append(one)
        claims.give_back(self._bot.db, own[max(spare, 0) :])
        for one in own[: max(spare, 0)]:
            crew = self._own()
            self._running.hand(one)
            crew.draw(one)
