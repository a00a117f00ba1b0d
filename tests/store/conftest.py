"""A fresh database of each kind, on real servers."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import accounts, schema
from bot.store.database import Database
from tests import servers
from tests.servers import Server

NUMBERS = itertools.count(1)


@pytest.fixture(name="postgresql", scope="session")
def _postgresql() -> Iterator[Server]:
    with servers.postgresql() as server:
        yield server


@pytest.fixture(name="mariadb", scope="session")
def _mariadb() -> Iterator[Server]:
    with servers.mariadb() as server:
        yield server


@pytest.fixture(name="server", params=["postgresql", "mariadb"])
def _server(request: pytest.FixtureRequest) -> Server:
    server: Server = request.getfixturevalue(request.param)
    return server


@pytest.fixture(name="address", params=["sqlite", "postgresql", "mariadb"])
def _address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/huaxin.db"
        return
    server: Server = request.getfixturevalue(request.param)
    name = f"huaxin{next(NUMBERS)}"
    yield server.new_database(name)
    server.drop(name)


@pytest.fixture(name="db")
def _db(address: str) -> Iterator[Database]:
    """A database with its tables; patient, for the machine may be busy."""
    db = Database(address, timeout=10)
    schema.upgrade(db)
    yield db
    db.close()


@pytest.fixture(name="account_id")
def _account_id(db: Database) -> int:
    return accounts.ensure(db)
