"""A PostgreSQL connection that gives a frozen server up."""

from typing import Any

from psycopg import Connection, OperationalError


class Bounded(Connection[Any]):
    """Waits at most *patience* seconds for an answer: the server's own limits freeze with it."""

    patience: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except OperationalError as error:
            if error.sqlstate is None:  # not the server's word: nothing more can be read from it
                self.close()
            raise
