"""Threads that carry out what they are handed: Dramatiq's, over Redis or within the process."""

from collections.abc import Callable

import dramatiq
from dramatiq import Worker as Threads
from dramatiq.errors import BrokerConnectionError as NotTaken

from bot.jobs import broker
from bot.store.claims import Claim


class Crew:
    """*threads* that draw and send. What is handed over Redis may be done by any worker's."""

    def __init__(
        self,
        redis_url: str,
        *,
        threads: int,
        draw: Callable[[int, int], None],
        send: Callable[[int], None],
    ) -> None:
        self._broker = broker.connect(redis_url, threads=threads)
        self._threads = Threads(self._broker, worker_threads=threads, worker_timeout=100)
        # Dramatiq would fetch twice as many: half of them would wait while others' threads idle.
        self._threads.queue_prefetch = threads
        self._draw = dramatiq.actor(broker=self._broker, actor_name="draw")(draw)
        self._send = dramatiq.actor(broker=self._broker, actor_name="send")(send)

    @property
    def reachable(self) -> bool:
        """Whether the broker did what it was last asked."""
        return self._broker.reachable

    def start(self) -> None:
        """Raises RuntimeError where no more threads are to be had; none is left running then."""
        try:
            self._threads.start()
        except RuntimeError:
            for fetching in self._threads.consumers.values():
                fetching.running = False
            for working in self._threads.workers:
                working.running = False
            raise

    def draw(self, claim: Claim) -> bool:
        """Hand a job over; False if it was not, surely, taken."""
        try:
            self._draw.send(claim.job_id, claim.fence)
        except NotTaken:
            return False
        return True

    def send(self, parcel_id: int) -> bool:
        """Hand a parcel over; False if it was not, surely, taken."""
        try:
            self._send.send(parcel_id)
        except NotTaken:
            return False
        return True

    def rest(self) -> None:
        """Fetch nothing more; what was fetched is still carried out."""
        self._broker.rest()

    def stop(self, *, grace: float) -> None:
        """End the threads, those at work after *grace* seconds."""
        self._threads.stop(timeout=int(grace * 1000))
