"""The first part: the same questions to a small and to a big database, on one PostgreSQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from time import perf_counter

from bot.store import accounts, schema
from bot.store.database import Database
from capacity import filling, plans, questions
from capacity.filling import Sizes, Table
from capacity.questions import Questions, Times
from tests.servers import Server

PATIENCE = 3600.0  # seconds; a big table is not filled in less than minutes
SLOWER = 2.0
WARM_UP = 3
NOISE = 1.0  # milliseconds; a difference of less is nobody's wait
# It counts all that is open, and no follower waits for it.
LONGER = {"看护：指标（每 5 秒）": 100.0}
SMALL = Sizes(followers=10_000, messages=10_000, jobs=2_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """*small* and *big* are medians in ms by question; *scans* (table, statement) of the big one.

    *seconds* is how long the big one took to fill.
    """

    tables: tuple[Table, ...]
    small: Times
    big: Times
    scans: tuple[tuple[str, str], ...]
    seconds: float

    def slower(self) -> Mapping[str, float]:
        """Return the ratio of what became slower than it may, by question."""
        return {
            name: big / self.small[name]
            for name, big in self.big.items()
            if big > self.small[name] * SLOWER and big - self.small[name] > LONGER.get(name, NOISE)
        }


def measure(server: Server, sizes: Sizes, *, rounds: int, small: Sizes = SMALL) -> Found:
    """Fill two databases of *server*, ask both everything *rounds* times, and compare."""
    random = Random(1)  # noqa: S311 — the same followers each time
    begun = perf_counter()
    made = {}
    for name, of in (("small", small), ("big", sizes)):
        db = Database(server.new_database(name), timeout=PATIENCE, threads=2)
        made[name] = (db, filling.fill(db, of), of)
    seconds = perf_counter() - begun
    asking = {
        name: Questions(db, account_id, followers=of.followers, random=random)
        for name, (db, account_id, of) in made.items()
    }
    with plans.noted(db) as asked:
        # In turn, so that a busy moment of the machine hits both.
        for number in range(WARM_UP + rounds):
            for one in asking.values():
                if number == WARM_UP:
                    one.forget()
                one.ask()
    found = Found(
        tables=tuple(filling.tables(db)),
        small=asking["small"].times(),
        big=asking["big"].times(),
        scans=tuple(plans.scans(db, asked)),
        seconds=seconds,
    )
    for opened, *_ in made.values():
        opened.close()
    return found


def embedded(address: str, *, rounds: int) -> Times:
    """Ask an empty SQLite file the same."""
    db = Database(address, timeout=60, threads=2)
    schema.upgrade(db)
    account_id = accounts.ensure(db)
    questions.one_of_each(db, account_id)
    random = Random(1)  # noqa: S311 — as above
    asking = Questions(db, account_id, followers=SMALL.followers, random=random)
    for _ in range(rounds):
        asking.ask()
    db.close()
    return asking.times()
