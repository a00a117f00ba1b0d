"""A lease as the process sees it that holds it."""

import threading
import time

from bot.store import leases
from bot.store.database import Database


class Held:
    """A named lease that *owner* wants for *seconds* at a time.

    Between two questions to the database our own clock judges: who was frozen past the lease's
    end knows it without asking.
    """

    def __init__(self, db: Database, name: str, *, owner: str, seconds: int) -> None:
        self._db, self._name, self._owner, self._seconds = db, name, owner, seconds
        self._until = 0.0
        # A heartbeat that is renewing the lease must not have it again after it was released.
        self._one = threading.Lock()

    def __bool__(self) -> bool:
        return time.monotonic() < self._until

    def take(self) -> bool:
        """Take the lease, or renew it once a third of its time has passed; True while held."""
        with self._one:
            return self._taken()

    def keep(self) -> bool:
        """Ask the database whether the lease is still ours, and renew it."""
        with self._one:
            self._until = 0.0
            return self._taken()

    def renew(self) -> None:
        """Keep the lease, if it is held."""
        with self._one:
            if self:
                self._taken()

    def release(self) -> None:
        """Let somebody else have it at once."""
        with self._one:
            if self:
                self._until = 0.0
                leases.release(self._db, self._name, owner=self._owner)

    def _taken(self) -> bool:
        now = time.monotonic()
        if now < self._until - self._seconds * 2 / 3:
            return True
        took = leases.take(self._db, self._name, owner=self._owner, seconds=self._seconds)
        self._until = now + self._seconds if took else 0.0
        return took
