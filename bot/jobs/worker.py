"""The worker process: threads that draw, leases kept alive, dispatch and upkeep in their turn."""

import logging
import threading
import time
from collections.abc import Callable

from bot.engine import Bot
from bot.errors import ConfigError, StorageError, StoreError
from bot.jobs import upkeep
from bot.jobs.crew import Crew
from bot.jobs.dispatch import Dispatcher
from bot.jobs.housekeeping import Housekeeping
from bot.jobs.outside import Outside
from bot.jobs.run import OWNER, run
from bot.jobs.running import Running
from bot.store import claims, leases
from bot.store.claims import Claim

log = logging.getLogger(__name__)
POLL = 0.2  # seconds; how soon a new job is seen
BEAT = 5.0  # seconds; leases last thirty
ALIVE_SECONDS = 20
UPKEEP = 5.0
LETTING_GO = 2.0  # seconds for what is under way when a worker is told to stop


class Worker:
    """Runs jobs until it is told to stop. Any number of them may run, on any machine."""

    def __init__(self, bot: Bot, outside: Outside) -> None:
        self._bot = bot
        self._made = outside
        self._renewing = threading.Lock()
        self._running = Running()
        url = bot.settings.redis_url
        self._shared = self._crew(url) if url else None
        self._within: Crew | None = None
        self._dispatcher = Dispatcher(
            bot, shared=self._shared, own=self._own, running=self._running
        )
        self._closing = threading.Event()
        self._stop = threading.Event()
        self._housekeeping = Housekeeping(bot, self._closing)
        dispatcher, housekeeping = self._dispatcher, self._housekeeping
        self._loops = (
            self._loop("dispatch", dispatcher.round, POLL, self._closing, dispatcher.release),
            self._loop("upkeep", self._upkeep, UPKEEP, self._closing, housekeeping.release),
            self._loop("heartbeat", self._beat, BEAT, self._stop, self._sign_off),
        )

    @property
    def running(self) -> int:
        """How many jobs are in this process's hands."""
        return len(self._running)

    def start(self) -> None:
        self._beat()
        if self._shared:
            self._shared.start()
        for loop in self._loops:
            loop.start()

    def stop(self, *, grace: float) -> None:
        """Take nothing new, let go of what was not begun, give what was *grace* seconds.

        The heartbeat goes on meanwhile: nobody may take over what is still being drawn.
        """
        until = time.monotonic() + grace
        self._closing.set()
        _did("sign off", self._sign_off)
        if self._shared:
            self._shared.rest()
        # The threads stay for now, to give back what still comes in.
        while len(self._running) and time.monotonic() < until:
            time.sleep(POLL)
        for crew in (self._shared, self._within):
            if crew:
                crew.stop(grace=max(until - time.monotonic(), LETTING_GO))
        self._stop.set()
        for loop in self._loops:
            loop.join(max(until - time.monotonic(), LETTING_GO))

    def _sign_off(self) -> None:
        """Count no more among those who may be given work."""
        leases.release(self._bot.db, leases.ALIVE + OWNER, owner=OWNER)

    @property
    def _outside(self) -> Outside:
        """The outside world by the settings of now; a call under way ends as it began."""
        with self._renewing:
            try:
                self._made = self._made.renewed(self._bot.settings)
            except ConfigError as problem:
                log.error("the settings cannot be used, the former stay: %s", problem)  # noqa: TRY400 — the sentence is the whole story
            return self._made

    def _crew(self, redis_url: str) -> Crew:
        threads = self._bot.settings.worker_threads
        return Crew(redis_url, threads=threads, draw=self._run_job, send=self._send_rest)

    def _own(self) -> Crew:
        """Threads that need no Redis, made when the first job is for them."""
        if self._within is None:
            crew = self._crew("")
            crew.start()  # raises where no more threads are to be had: the next job tries again
            self._within = crew
        return self._within

    # ---- the loops ----

    def _loop(
        self,
        name: str,
        work: Callable[[], None],
        pause: float,
        end: threading.Event,
        after: Callable[[], None],
    ) -> threading.Thread:
        """Do *work* again and again until *end*, and *after* it once."""

        def loop() -> None:
            while not end.is_set():
                if not _did(name, work):
                    end.wait(1)
                end.wait(pause)
            _did(name, after)

        return threading.Thread(target=loop, name=name, daemon=True)

    def _beat(self) -> None:
        if not self._closing.is_set():
            leases.take(self._bot.db, leases.ALIVE + OWNER, owner=OWNER, seconds=ALIVE_SECONDS)
            if self._closing.is_set():  # only just: it may have signed off before this
                self._sign_off()
        claims.renew(self._bot.db, self._running.claims)
        self._housekeeping.renew()

    def _upkeep(self) -> None:
        self._housekeeping.round(self._outside)

    # ---- what the threads run ----

    def _run_job(self, job_id: int, fence: int) -> None:
        claim = Claim(job_id, fence)
        thread = threading.get_ident()
        self._running.begin(thread, claim)
        try:
            if self._closing.is_set():
                claims.give_back(self._bot.db, [claim])
            else:
                run(self._bot, self._outside, claim)
        except StoreError as error:
            log.warning("job=%d is left to the next worker: %s", job_id, error)
        finally:
            self._running.end(thread)

    def _send_rest(self, parcel_id: int) -> None:
        try:
            upkeep.send_rest(self._bot, self._outside, parcel_id)
        except StoreError as error:
            log.warning("parcel=%d: %s", parcel_id, error)


def _did(name: str, work: Callable[[], None]) -> bool:
    """Do a loop's *work*; whatever becomes of it, the loop goes on."""
    try:
        work()
    except (StoreError, StorageError) as error:
        log.warning("%s waits for database or bucket: %s", name, error)
    except BaseException:  # a library in Rust may panic; no loop may end of it
        log.exception("%s failed", name)
    else:
        return True
    return False
