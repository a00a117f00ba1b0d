"""One engine per kind of database, and everything that bounds it in time."""

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DisconnectionError,
    OperationalError,
    TimeoutError,  # noqa: A004 — SQLAlchemy's own, which `Database` surfaces
)

from bot.errors import ConfigError

DRIVERS: Final = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
ASKED_AGAIN = 0.001  # seconds, for SQLite's lock
MARGIN = 0.5  # seconds past the server's own limit; then the server is taken for frozen
ABANDONED = 20  # seconds after which the server ends the transaction of a frozen process


def connect(address: str, *, timeout: float, statement: float, threads: int) -> Engine:
    """Return a pooled engine for *address*; *timeout* and *statement* as in `Database`.

    Raises:
        ConfigError: the address is none of a database we know.
    """
    url = _url(address)
    pool = {"pool_size": threads, "max_overflow": 4, "pool_timeout": timeout}
    match url.get_backend_name():
        case "sqlite":
            return _sqlite(url, pool, timeout=timeout)
        case "postgresql":
            return _postgresql(url, pool, timeout=timeout, statement=statement)
        case _:
            return _mysql(url, pool, timeout=timeout, statement=statement)


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        raise ConfigError("DATABASE_URL 不是一个数据库地址") from None  # it may hold a password
    scheme, _, driver = url.drivername.partition("+")
    wanted = DRIVERS.get(scheme, "")
    if not wanted or driver not in {"", wanted.partition("+")[2]}:
        raise ConfigError(
            f"DATABASE_URL 的 {url.drivername} 不支持：可用 sqlite、postgresql、mysql、mariadb"
        )
    return url.set(drivername=wanted)


def _sqlite(url: URL, pool: dict[str, Any], *, timeout: float) -> Engine:
    engine = create_engine(url, connect_args={"timeout": timeout}, hide_parameters=True, **pool)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where `begin` says so
        _use_wal(connection, patience=timeout)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader that turns writer fails at once instead of waiting, so writers say so first.
        until = connection.get_execution_options().get("writes", 0.0)
        if until:
            _begin_writing(connection, until=until, timeout=timeout)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _begin_writing(connection: Connection, *, until: float, timeout: float) -> None:
    """Wait for the file's lock, asking for it often.

    SQLite's own waiting asks less and less often, up to ten times a second: of fifty writers some
    never got their turn, and the lock lay idle most of the time.
    """
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                busy = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > until:
                    raise
                time.sleep(ASKED_AGAIN)
            else:
                return
    finally:
        raw.execute(f"PRAGMA busy_timeout={int(timeout * 1000)}")


def _use_wal(connection: Any, *, patience: float) -> None:
    """Switch to WAL, which SQLite refuses at once, without its timeout, while others switch too."""
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def unchecked(connection: Connection) -> Iterator[None]:
    """Have SQLite look at no references for the next transaction; within one it would not obey."""
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def orphans(connection: Connection) -> bool:
    """Whether rows refer to others that are not there, where SQLite was told not to look."""
    if connection.dialect.name != "sqlite":
        return False
    return connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None


def _postgresql(url: URL, pool: dict[str, Any], *, timeout: float, statement: float) -> Engine:
    milliseconds = int(timeout * 1000)
    limits = {
        "statement_timeout": int(statement * 1000),
        "lock_timeout": milliseconds,
        "idle_in_transaction_session_timeout": ABANDONED * 1000,
        # Compiling the dispatcher's question takes six times as long as answering it.
        "jit": "off",
    }
    arguments = {
        "connect_timeout": max(2, math.ceil(timeout)),  # libpq's least is 2
        "tcp_user_timeout": milliseconds,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }
    engine = _served(url, arguments, pool, timeout=timeout)
    from bot.store.postgresql import Bounded  # noqa: PLC0415 — nobody else needs its driver

    @event.listens_for(engine, "do_connect")
    def bounded(_dialect: Any, _record: Any, args: Any, kwargs: Any) -> Bounded:
        connection = Bounded.connect(*args, **kwargs)
        connection.patience = statement + MARGIN
        return connection

    return engine


def _mysql(url: URL, pool: dict[str, Any], *, timeout: float, statement: float) -> Engine:
    seconds = max(1, int(timeout))
    session = {
        "time_zone": "'+00:00'",
        "sql_mode": "'TRADITIONAL'",
        "innodb_lock_wait_timeout": seconds,
        "lock_wait_timeout": seconds,
        "wait_timeout": ABANDONED,
    }
    arguments = {
        "charset": "utf8mb4",
        "connect_timeout": timeout,
        "read_timeout": statement + MARGIN,
        "write_timeout": timeout + MARGIN,
        "init_command": "SET " + ", ".join(f"{name}={value}" for name, value in session.items()),
    }
    return _served(url, arguments, pool, timeout=timeout)


def _served(url: URL, arguments: dict[str, Any], pool: dict[str, Any], *, timeout: float) -> Engine:
    """An engine for a server, whose connections may have died since they were last used."""
    engine = create_engine(
        url,
        connect_args=arguments,
        hide_parameters=True,
        # MySQL's own default locks the gaps between rows, so that strangers' inserts deadlock.
        isolation_level="READ COMMITTED",
        pool_recycle=1800,
        **pool,
    )

    @event.listens_for(engine, "checkout")
    def ping(connection: Any, _record: Any, _proxy: Any) -> None:
        # Like pool_pre_ping, but a server that keeps silent is not asked a second time.
        asked = time.monotonic()
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            if time.monotonic() - asked >= timeout:
                raise TimeoutError("the database keeps silent") from None
            raise DisconnectionError from error

    return engine
