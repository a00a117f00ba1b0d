"""The database: one engine, short transactions, and what differs between the three dialects."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Insert, Table, create_engine, event, text
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import BigInteger

from bot.errors import StoreError


class now_ms(FunctionElement[int]):  # noqa: N801 — reads as the SQL function it is
    """The database's own clock in epoch milliseconds; leases are judged by it alone."""

    type = BigInteger()
    inherit_cache = True
    name = "now_ms"


@compiles(now_ms, "sqlite")
def _sqlite_now(*_: Any, **__: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@compiles(now_ms, "postgresql")
def _postgresql_now(*_: Any, **__: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"


@compiles(now_ms, "mysql")
@compiles(now_ms, "mariadb")
def _mysql_now(*_: Any, **__: Any) -> str:
    return "CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)"


class Database:
    """Short transactions over one pooled engine.

    *timeout* in seconds bounds connecting and waiting for a lock: 1.5 s at the doors, longer in a
    worker. Everything the driver raises comes out as `StoreError`.
    """

    def __init__(self, url: str, *, timeout: float = 1.5, threads: int = 32) -> None:
        self.engine = _engine(url, timeout=timeout, threads=threads)
        self.dialect = self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(_plain(error)) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: committed at the end, rolled back by an exception."""
        try:
            connection = self.engine.connect().execution_options(writes=True)
            with connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(_plain(error)) from error

    def insert_new(self, table: Table) -> Insert:
        """An INSERT that leaves an existing row as it is."""
        if self.dialect == "sqlite":
            return sqlite.insert(table).on_conflict_do_nothing()
        if self.dialect == "postgresql":
            return postgresql.insert(table).on_conflict_do_nothing()
        return mysql.insert(table).prefix_with("IGNORE")

    def close(self) -> None:
        self.engine.dispose()


def changed(connection: Connection, statement: Executable, values: Any = None) -> int:
    """Execute an UPDATE or DELETE and return how many rows it changed."""
    count = connection.execute(statement, values).rowcount
    assert isinstance(count, int)
    return count


def _plain(error: SQLAlchemyError) -> str:
    # Statement and parameters stay out: they hold openids and prompts.
    original = getattr(error, "orig", None)
    return f"{type(error).__name__}: {original or 'the database did not answer in time'}"[:200]


def _engine(url: str, *, timeout: float, threads: int) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, timeout=timeout)
    milliseconds = int(timeout * 1000)
    if parsed.get_backend_name() == "postgresql":
        connect = {
            "connect_timeout": max(1, round(timeout)),
            "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}",
        }
    else:
        connect = {"connect_timeout": max(1, round(timeout))}
    return create_engine(
        url,
        connect_args=connect,
        pool_size=threads,
        max_overflow=4,
        pool_timeout=timeout,
        pool_pre_ping=True,
        pool_recycle=1800,
    )


def _sqlite(url: str, *, timeout: float) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": timeout}, pool_size=40, pool_timeout=timeout
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where `begin` says so
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader that turns writer fails at once instead of waiting, so writers say so first.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def ping(database: Database) -> None:
    """Raise `StoreError` unless the database answers."""
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
