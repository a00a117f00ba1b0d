"""The lossy buffer: a reply never waits for its statistics, and a full buffer drops the oldest."""

import logging
import threading
from collections import Counter, defaultdict, deque

from bot.counts import LOST, Counts
from bot.errors import StoreError
from bot.store import counters, messages
from bot.store.database import Database

log = logging.getLogger(__name__)
PAUSE = 0.25  # seconds between flushes; with the batch itself well within the promised second
BATCH = 1000
MOST = 20_000


class Buffer:
    """Collects what was heard and writes it in batches from its own thread.

    What is in it at a ``kill -9`` is lost; what the database does not take now is tried again.
    """

    def __init__(self, db: Database, counts: Counts) -> None:
        self._db = db
        self._counted = counts
        self._heard: deque[messages.Heard] = deque(maxlen=MOST)
        self._counts: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="buffer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def __len__(self) -> int:
        return len(self._heard)

    def add(self, heard: messages.Heard) -> None:
        if len(self._heard) == MOST:
            self._counted.add(LOST)
        self._heard.append(heard)

    def count(self, account_id: int, *, day: str, name: str) -> None:
        """Count something that happened at the door."""
        with self._lock:
            self._counts[account_id, day][name] += 1

    def flush(self) -> None:
        """Write everything that is there now, what another thread is just writing included."""
        with self._flushing:
            self._flush_counts()
            # Not what is added meanwhile: under load that would be small batches without a pause.
            for _ in range(0, len(self._heard), BATCH):
                if not self._write(self._take()):
                    return

    def _write(self, batch: list[messages.Heard]) -> bool:
        """Write *batch*; False where it has to wait for the database."""
        try:
            messages.write(self._db, batch)
        except StoreError as error:
            log.warning("statistics wait for the database: %s", error)
            room = MOST - len(self._heard)
            self._counted.add(LOST, by=max(len(batch) - room, 0))
            self._heard.extendleft(reversed(batch[-room:] if room else []))
            return False
        except Exception:
            log.exception("%d lines of statistics are lost", len(batch))
            self._counted.add(LOST, by=len(batch))
        return True

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self.flush()

    def _flush_counts(self) -> None:
        with self._lock:
            counts = dict(self._counts)
            self._counts.clear()
        try:
            for (account_id, day), counted in counts.items():
                counters.add(self._db, account_id, day=day, counts=counted)
        except StoreError as error:
            log.warning("some counts are lost: %s", error)
        except Exception:
            log.exception("some counts are lost")

    def _take(self) -> list[messages.Heard]:
        return [self._heard.popleft() for _ in range(min(BATCH, len(self._heard)))]

    def _run(self) -> None:
        while not self._stop.wait(PAUSE):
            self.flush()
