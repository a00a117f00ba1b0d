"""The lossy buffer: a reply never waits for its statistics, and a full buffer drops the oldest."""

import logging
import threading
from collections import deque

from bot.errors import StoreError
from bot.store import messages
from bot.store.database import Database

log = logging.getLogger(__name__)
PAUSE = 0.25  # seconds between flushes; with the batch itself well within the promised second
BATCH = 500
MOST = 20_000


class Buffer:
    """Collects what was heard and writes it in batches from its own thread.

    What is in it at a ``kill -9`` is lost; what the database does not take now is tried again.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._heard: deque[messages.Heard] = deque(maxlen=MOST)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="buffer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def add(self, heard: messages.Heard) -> None:
        self._heard.append(heard)

    def flush(self) -> None:
        """Write everything that is there now."""
        while batch := self._take():
            try:
                messages.write(self._db, batch)
            except StoreError as error:
                log.warning("statistics wait for the database: %s", error)
                room = MOST - len(self._heard)
                self._heard.extendleft(reversed(batch[-room:] if room else []))
                return

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self.flush()

    def _take(self) -> list[messages.Heard]:
        return [self._heard.popleft() for _ in range(min(BATCH, len(self._heard)))]

    def _run(self) -> None:
        while not self._stop.wait(PAUSE):
            self.flush()
