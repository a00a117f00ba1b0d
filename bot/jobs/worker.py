"""The worker process: one dispatcher among all, Dramatiq's threads, leases kept alive, upkeep."""

import logging
import threading
import time
from collections.abc import Callable

import dramatiq
from dramatiq import Worker as Threads

from bot.engine import Bot
from bot.errors import ConfigError, StorageError, StoreError
from bot.failpoints import Point, hit
from bot.jobs import alarms, broker, checks, leaving, upkeep
from bot.jobs.lanes import lanes
from bot.jobs.outside import Outside
from bot.jobs.run import OWNER, run
from bot.store import claims, leases, logins, outbox
from bot.store.claims import Claim

log = logging.getLogger(__name__)
POLL = 0.2  # seconds; how soon a new job is seen
BEAT = 5.0  # seconds; leases last thirty
LEADER_SECONDS = 6
UPKEEP = 5.0
PURGE = 3600.0
DISPATCHER = "dispatcher"


class Worker:
    """Runs jobs until it is told to stop. Any number of them may run, on any machine."""

    def __init__(self, bot: Bot, outside: Outside) -> None:
        self._bot = bot
        self._made = outside
        threads = bot.settings.worker_threads
        self._broker = broker.connect(bot.settings.redis_url, threads=threads)
        self._threads = Threads(self._broker, worker_threads=threads, worker_timeout=100)
        self._draw = dramatiq.actor(broker=self._broker, actor_name="draw")(self._run_job)
        self._send = dramatiq.actor(broker=self._broker, actor_name="send")(self._send_rest)
        self._running: set[Claim] = set()
        self._renewing = threading.Lock()
        self._closing = threading.Event()
        self._stop = threading.Event()
        self._loops = [
            threading.Thread(target=self._loop, args=(work, pause), name=name, daemon=True)
            for name, work, pause in (
                ("dispatch", self._dispatch, POLL),
                ("heartbeat", self._beat, BEAT),
                ("upkeep", self._upkeep, UPKEEP),
            )
        ]
        self._leader_until = 0.0
        self._purge_at = 0.0

    @property
    def running(self) -> int:
        """How many jobs are in this process's hands."""
        return len(self._running)

    def start(self) -> None:
        self._beat()
        self._threads.start()
        for loop in self._loops:
            loop.start()

    def stop(self, *, grace: float) -> None:
        """Take nothing new, give running jobs *grace* seconds, hand over the leadership."""
        self._closing.set()
        # The heartbeat goes on meanwhile: nobody may take over what is still being drawn.
        self._threads.stop(timeout=int(grace * 1000))
        self._stop.set()
        try:
            leases.release(self._bot.db, DISPATCHER, owner=OWNER)
            leases.release(self._bot.db, leases.ALIVE + OWNER, owner=OWNER)
        except StoreError as error:
            log.warning("the leadership ends by itself: %s", error)

    @property
    def _outside(self) -> Outside:
        """The outside world by the settings of now; a call under way ends as it began."""
        with self._renewing:
            try:
                self._made = self._made.renewed(self._bot.settings)
            except ConfigError as problem:
                log.error("the settings cannot be used, the former stay: %s", problem)  # noqa: TRY400 — the sentence is the whole story
            return self._made

    # ---- the loops ----

    def _loop(self, work: Callable[[], None], pause: float) -> None:
        while not self._stop.is_set():
            try:
                work()
            except (StoreError, StorageError) as error:
                log.warning("%s waits for database or bucket: %s", work.__name__.strip("_"), error)
                self._stop.wait(1)
            except Exception:
                log.exception("%s failed", work.__name__.strip("_"))
                self._stop.wait(1)
            self._stop.wait(pause)

    def _dispatch(self) -> None:
        """As the one dispatcher: hand out what may run, take back what dead workers held."""
        bot = self._bot
        if self._closing.is_set():
            return
        if time.monotonic() > self._leader_until:
            if not leases.take(bot.db, DISPATCHER, owner=OWNER, seconds=LEADER_SECONDS):
                return
            self._leader_until = time.monotonic() + LEADER_SECONDS / 3
        settings = bot.settings
        # Without Redis only this process gets what is handed out, however many workers live.
        workers = leases.count(bot.db, leases.ALIVE) if settings.redis_url else 1
        threads = settings.worker_threads * workers
        found = claims.take_back(bot.db, alive=self._running.copy())
        if (room := threads - claims.leased(bot.db)) > 0:
            found += claims.claim(
                bot.db,
                concurrent=settings.follower_concurrent_images,
                lanes=lanes(bot),
                drawing=settings.drawing == "on",
                most=room,
            )
        for one in found:
            hit(Point.JOB_LEASED)
            self._draw.send(one.job_id, one.fence)
        for parcel_id in outbox.claim(bot.db, most=20):
            self._send.send(parcel_id)

    def _beat(self) -> None:
        leases.take(self._bot.db, leases.ALIVE + OWNER, owner=OWNER, seconds=int(BEAT * 4))
        if running := self._running.copy():
            claims.renew(self._bot.db, running)

    def _upkeep(self) -> None:
        leading = time.monotonic() <= self._leader_until + LEADER_SECONDS
        if self._closing.is_set() or not leading:
            return
        upkeep.renew_media(self._bot, self._outside)
        upkeep.empty_trash(self._bot, self._outside)
        leaving.forget_left(self._bot)
        logins.prune(self._bot.db)
        alarms.ring(self._bot, self._outside)
        checks.check_models(self._bot, self._outside.providers)
        if time.monotonic() > self._purge_at:
            self._purge_at = time.monotonic() + PURGE
            upkeep.purge_library(self._bot)
            upkeep.purge_pictures(self._bot)
            leaving.purge(self._bot)

    # ---- what Dramatiq runs ----

    def _run_job(self, job_id: int, fence: int) -> None:
        claim = Claim(job_id, fence)
        if self._closing.is_set():
            return  # not begun: its lease runs out and it is handed out again
        self._running.add(claim)
        try:
            run(self._bot, self._outside, claim)
        except StoreError as error:
            log.warning("job=%d is left to the next worker: %s", job_id, error)
        finally:
            self._running.discard(claim)

    def _send_rest(self, parcel_id: int) -> None:
        try:
            upkeep.send_rest(self._bot, self._outside, parcel_id)
        except StoreError as error:
            log.warning("parcel=%d: %s", parcel_id, error)
