"""A database that is slow, frozen, down or full of locks costs a bounded time, and no secret."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import literal, select, text, update

from bench.children import free_port
from bot.errors import ConfigError, StoreError
from bot.store import accounts, engines, jobs
from bot.store.database import Database, Overtaken, retried
from bot.store.tables import account, image_job, quota
from tests.servers import LISTEN, Server
from tests.store.orders import DAY, order, together

TIMEOUT = 1.5  # seconds, as at the doors
SHORT = 0.5
CANARY = "oCanary-0000000000000000000001"
Connect = Callable[..., Database]


@pytest.fixture(name="connect")
def _connect() -> Iterator[Connect]:
    """Connect to a database, as one more process does."""
    made: list[Database] = []

    def connect(address: str, *, timeout: float = TIMEOUT, threads: int = 4) -> Database:
        made.append(Database(address, timeout=timeout, threads=threads))
        return made[-1]

    yield connect
    for db in made:
        db.close()


@pytest.fixture(name="fresh")
def _fresh(server: Server) -> Iterator[str]:
    """A database of the server with its tables."""
    yield server.filled("bounds")
    server.drop("bounds")


@contextmanager
def refused(*, within: float) -> Iterator[None]:
    began = time.monotonic()
    with pytest.raises(StoreError):
        yield
    assert time.monotonic() - began < within


def ask(db: Database) -> int:
    with db.read() as tx:
        return tx.execute(select(literal(1))).scalar_one()


def test_a_frozen_server_costs_two_seconds(server: Server, connect: Connect) -> None:
    pooled, stranger, busy = (connect(server.address) for _ in range(3))
    ask(pooled)

    def give_up(db: Database) -> None:
        with refused(within=TIMEOUT + engines.MARGIN + 1.5):
            ask(db)

    def give_up_within_a_transaction(frozen: Barrier) -> None:
        with refused(within=TIMEOUT + engines.MARGIN + 1.5), busy.write() as tx:
            frozen.wait()
            frozen.wait()
            tx.execute(select(literal(1)))

    def freeze(frozen: Barrier) -> list[Any]:
        frozen.wait()
        with server.frozen():
            frozen.wait()
            return together([partial(give_up, pooled), partial(give_up, stranger)])

    frozen = Barrier(2)
    tasks: list[Any] = [partial(give_up_within_a_transaction, frozen), partial(freeze, frozen)]
    assert together(tasks) == [None, [None, None]]
    assert [ask(db) for db in (pooled, stranger, busy)] == [1, 1, 1]


def test_a_server_that_is_down_is_known_at_once(server: Server, connect: Connect) -> None:
    db = connect(server.address)
    ask(db)
    server.kill()
    try:
        with refused(within=0.5):
            ask(db)
    finally:
        server.start()

    assert ask(db) == 1


def test_a_restarted_server_costs_no_transaction(server: Server, connect: Connect) -> None:
    db = connect(server.address)
    ask(db)
    server.kill()
    server.start()

    assert ask(db) == 1


@pytest.mark.parametrize("scheme", ["postgresql", "mysql", "mariadb"])
def test_an_address_where_nobody_listens_is_refused_at_once(scheme: str) -> None:
    db = Database(f"{scheme}://huaxin:password-canary@{LISTEN}:{free_port()}/huaxin")
    began = time.monotonic()
    with pytest.raises(StoreError) as error:
        ask(db)

    assert time.monotonic() - began < 0.5
    assert "refused" in str(error.value)
    assert "canary" not in "".join(traceback.format_exception(error.value))


@pytest.mark.parametrize("address", ["oracle://a:canary@b/c", "mysql+aiomysql://canary@b/c", "?"])
def test_other_addresses_are_explained(address: str) -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL") as error:
        Database(address)

    assert "canary" not in "".join(traceback.format_exception(error.value))


def test_a_lock_is_waited_for_within_bounds(
    db: Database, account_id: int, address: str, connect: Connect
) -> None:
    door = connect(address, timeout=SHORT)
    change = update(account).values(media_version=7)
    with db.write() as held:
        held.execute(change)
        with refused(within=3), door.write() as tx:
            tx.execute(change)
        assert accounts.versions(door, account_id).media == 0
    with door.write() as tx:
        tx.execute(change)


def test_an_empty_pool_is_waited_for_within_bounds(address: str, connect: Connect) -> None:
    door = connect(address, timeout=SHORT, threads=4)

    def hold(barrier: Barrier) -> None:
        with door.read():
            barrier.wait()
            barrier.wait()

    barrier = Barrier(9)  # 4 threads and 4 more the pool grows by, and the asker

    def wait() -> None:
        barrier.wait()
        try:
            with refused(within=SHORT + 2):
                ask(door)
        finally:
            barrier.wait()

    tasks: list[Callable[[], None]] = [partial(hold, barrier)] * 8
    assert together([*tasks, wait]) == [None] * 9


def test_a_frozen_process_keeps_its_locks_for_a_while_only(
    fresh: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "ABANDONED", 1)
    frozen, other = connect(fresh), connect(fresh)
    accounts.ensure(frozen)
    change = update(account).values(media_version=7)
    with refused(within=5), frozen.write() as held:
        held.execute(change)
        time.sleep(1.5)
        with other.write() as tx:
            tx.execute(change)
        held.execute(change)


def test_an_upgrades_statements_may_take_longer(server: Server, connect: Connect) -> None:
    """Its waiting for locks may not: whoever writes would queue up behind it."""
    hurried, patient = (
        connect(server.address, timeout=SHORT),
        Database(server.address, timeout=SHORT, statement=10),
    )
    pause = text("SELECT SLEEP(1.2)" if patient.dialect == "mysql" else "SELECT pg_sleep(1.2)")
    try:
        with patient.write() as tx:
            tx.execute(pause)
        with refused(within=SHORT + engines.MARGIN + 2), hurried.write() as tx:
            tx.execute(pause)
    finally:
        patient.close()


def test_a_deadlocks_victim_runs_again(fresh: str, connect: Connect) -> None:
    db = connect(fresh, timeout=5)
    ids = [accounts.ensure(db, slug) for slug in ("one", "two")]
    meeting, done = Barrier(2), Event()
    runs: list[list[int]] = []

    @retried
    def change(order_: list[int]) -> None:
        runs.append(order_)
        if len(runs) > 2:
            done.wait()  # back before the other has got its lock, it would be a victim once more
        with db.write() as tx:
            for number, account_id in enumerate(order_):
                tx.execute(
                    update(account)
                    .where(account.c.id == account_id)
                    .values(media_version=account.c.media_version + 1)
                )
                if number == 0 and len(runs) <= 2:
                    meeting.wait()
        done.set()

    assert together([partial(change, ids), partial(change, ids[::-1])]) == [None, None]
    assert len(runs) == 3
    assert [accounts.versions(db, account_id).media for account_id in ids] == [2, 2]


def test_a_conflict_that_stays_is_raised(db: Database, account_id: int) -> None:
    runs: list[int] = []

    @retried
    def insert() -> None:
        runs.append(account_id)
        with db.write() as tx:
            tx.execute(account.insert().values(slug="default"))

    with pytest.raises(Overtaken):
        insert()
    assert runs == [account_id] * 3


def test_no_exception_tells_an_openid_or_a_prompt(db: Database, account_id: int) -> None:
    jobs.submit(db, account_id, order(CANARY, openid=CANARY))
    row = {"account_id": account_id, "openid": CANARY, "day": DAY}
    faults = [
        quota.insert().values(**row, used=1),
        quota.insert().values(**row | {"account_id": 99}),
        image_job.insert().values(message_key=CANARY, prompt=None, **row),
        text("SELECT nothing FROM quota WHERE openid = :canary").bindparams(canary=CANARY),
        text(f"SELECT '{CANARY}' FROM"),
    ]
    told = [rejection(db, fault) for fault in faults]

    assert [one for one in told if "StoreError" not in one and "Overtaken" not in one] == []
    assert [one for one in told if CANARY in one] == []


def rejection(db: Database, fault: Any) -> str:
    """Return all that a log would show of the fault."""
    with pytest.raises(StoreError) as error, db.write() as tx:
        tx.execute(fault)
    return "".join(traceback.format_exception(error.value))
