"""How often a token may ask: so many requests a minute, counted in each web process."""

import threading
import time
from collections.abc import Callable

REQUESTS = 300  # a minute and token, in each web process
MINUTE = 60.0


class Limits:
    """A count for each key that begins anew every minute."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: dict[int, int] = {}

    def wait(self, key: int) -> int:
        """Count a request; return 0, or how many seconds the next one has to wait."""
        now = self._clock()
        minute = int(now // MINUTE)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            count = self._counts[key] = self._counts.get(key, 0) + 1
        return 0 if count <= REQUESTS else int((minute + 1) * MINUTE - now) + 1
