"""What a worker process has in its hands."""

from collections.abc import Collection

from bot.store.claims import Claim


class Running:
    """The jobs in this process's hands: one a thread, and those that its own threads will begin.

    By thread, for a broker may repeat a message while its job is running.
    """

    def __init__(self) -> None:
        self._begun: dict[int, Claim] = {}
        self._handed: set[Claim] = set()

    def __len__(self) -> int:
        return len(self._begun) + len(self._handed)

    @property
    def claims(self) -> Collection[Claim]:
        """Those that were begun."""
        return list(self._begun.copy().values())

    def hand(self, claim: Claim) -> None:
        self._handed.add(claim)

    def begin(self, thread: int, claim: Claim) -> None:
        self._begun[thread] = claim
        self._handed.discard(claim)

    def end(self, thread: int) -> None:
        del self._begun[thread]
