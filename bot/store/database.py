"""The database: one engine, short transactions, and what differs between the three dialects."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Insert,
    String,
    Table,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.exc import (
    IntegrityError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,  # noqa: A004 — SQLAlchemy's own, for a pool that is empty
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import BigInteger

from bot.errors import StoreError
from bot.store import engines

P = ParamSpec("P")
T = TypeVar("T")
DEADLOCK: Final = {"40P01", "40001", "1213"}
TRIES = 3
Transaction = Connection  # for those above, who name no library of the store's


class Overtaken(StoreError):
    """Another transaction came in between; ours was rolled back, all of it.

    It had made the row of the same UNIQUE key before us, or we had waited for each other.
    """


def retried(function: Callable[P, T]) -> Callable[P, T]:
    """Run *function* again, at most twice, when its transaction was overtaken.

    Only for functions that do nothing outside one transaction.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(TRIES - 1):
            try:
                return function(*args, **kwargs)
            except Overtaken:
                continue
        return function(*args, **kwargs)

    return run


class now_ms(FunctionElement[int]):  # noqa: N801 — reads as the SQL function it is
    """The database's own clock in epoch milliseconds; leases are judged by it alone.

    It is the moment when the statement began: a clock that goes on while a statement runs is
    another for each row, and keeps the servers from looking anything up by time in an index.
    """

    type = BigInteger()
    inherit_cache = True
    name = "now_ms"


@compiles(now_ms, "sqlite")
def _sqlite_now(*_: Any, **__: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@compiles(now_ms, "postgresql")
def _postgresql_now(*_: Any, **__: Any) -> str:
    return "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)"


@compiles(now_ms, "mysql")
def _mysql_now(*_: Any, **__: Any) -> str:
    return "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"


def clock(tx: Connection) -> int:
    """Return the database's own clock now, in epoch ms."""
    found: int = tx.execute(select(now_ms())).scalar_one()
    return found


class Database:
    """Short transactions over one pooled engine.

    *timeout* in seconds bounds connecting, each statement and each wait for a lock: 1.5 s at the
    doors, longer in a worker. A server that keeps silent is given up half a second later.
    Where *statement* is given, it bounds each statement instead: an upgrade may have a big table
    to index. *threads* transactions may be open at once, and four more. Everything the driver
    raises comes out as `StoreError`.
    """

    def __init__(
        self, url: str, *, timeout: float = 1.5, threads: int = 32, statement: float | None = None
    ) -> None:
        self.engine = engines.connect(
            url, timeout=timeout, statement=statement or timeout, threads=threads
        )
        self.dialect = self.engine.dialect.name
        self._timeout = timeout
        self._turn = threading.Lock()
        # Called after each transaction that moved a version of `accounts`; it must not wait.
        self.on_move: Callable[[], None] = lambda: None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise _surface(error) from None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: committed at the end, rolled back by an exception."""
        try:
            with self._writer() as connection, connection.begin():
                yield connection
            if connection.get_execution_options().get("moves"):
                self.on_move()
        except SQLAlchemyError as error:
            raise _surface(error) from None

    @contextmanager
    def rebuild(self) -> Iterator[Connection]:
        """A transaction that changes tables, as `write`.

        SQLite makes such a table anew and drops the old one, whose rows others refer to.

        Raises:
            StoreError: at the end a row would refer to one that is not there; nothing is changed.
        """
        try:
            with (
                self._writer() as connection,
                engines.unchecked(connection),
                connection.begin(),
            ):
                yield connection
                if engines.orphans(connection):
                    raise StoreError("rows would be left that refer to nothing")
        except SQLAlchemyError as error:
            raise _surface(error) from None

    @contextmanager
    def _writer(self) -> Iterator[Connection]:
        """A connection to write with.

        SQLite has one writer: of this process's threads one at a time asks for its turn.
        """
        until = time.monotonic() + self._timeout
        alone = self.dialect == "sqlite"
        if alone and not self._turn.acquire(timeout=self._timeout):
            raise StoreError("the database is busy with others of this process")
        try:
            with self.engine.connect().execution_options(writes=until) as connection:
                yield connection
        finally:
            if alone:
                self._turn.release()

    def insert_new(self, table: Table) -> Insert:
        """An INSERT that leaves an existing row as it is."""
        if self.dialect == "sqlite":
            return sqlite.insert(table).on_conflict_do_nothing()
        if self.dialect == "postgresql":
            return postgresql.insert(table).on_conflict_do_nothing()
        # Not IGNORE, which also swallows other faults and takes a lock that deadlocks with UPDATE.
        key = table.primary_key.columns[0]
        return mysql.insert(table).on_duplicate_key_update({key.name: key})

    def insert_many(
        self,
        tx: Connection,
        table: Table,
        rows: Sequence[Mapping[str, Any]],
        *,
        new_only: bool = False,
    ) -> None:
        """Insert *rows*, which have the same columns; *new_only* leaves existing ones as they are.

        SQLite takes them as one JSON text in one step: row by row, its driver would take turns at
        the interpreter lock with the threads that answer.
        """
        insert = self.insert_new(table) if new_only else table.insert()
        if self.dialect != "sqlite":
            tx.execute(insert, list(rows))
            return
        names = list(rows[0])
        each = func.json_each(_packed([list(row.values()) for row in rows])).table_valued("value")
        values = [func.json_extract(each.c.value, f"$[{place}]") for place in range(len(names))]
        # SQLite reads ON CONFLICT after a SELECT only where a WHERE stands before it.
        tx.execute(insert.from_select(names, select(*values).where(true())))

    def among(self, one: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
        """Whether *one* is one of *values*, which may be many."""
        if self.dialect != "sqlite":
            return one.in_(values)
        each = func.json_each(_packed(list(values))).table_valued("value")
        return one.in_(select(each.c.value))

    def begins(self, column: ColumnElement[str], start: str) -> ColumnElement[bool]:
        """Whether the text in *column* begins with *start*, which is none of GLOB's signs.

        SQLite's LIKE looks at every row: it takes capitals for small letters, as no index does.
        """
        if self.dialect != "sqlite":
            return column.startswith(start, autoescape=True)
        return column.op("GLOB", is_comparison=True)(f"{start}*")

    def close(self) -> None:
        self.engine.dispose()


def _packed(values: list[Any]) -> ColumnElement[str]:
    return literal(json.dumps(values, ensure_ascii=False), String())


def changed(connection: Connection, statement: Executable, values: Any = None) -> int:
    """Execute an UPDATE or DELETE and return how many rows it changed."""
    count = connection.execute(statement, values).rowcount
    assert isinstance(count, int)
    return count


def _surface(error: SQLAlchemyError) -> StoreError:
    """Name what happened in words that hold no statement and no value: openids stay out of logs."""
    original = getattr(error, "orig", None)
    code = _code(original)
    words = [type(error).__name__, code]
    if isinstance(error, OperationalError | InternalError | TimeoutError):
        words.append(str(original or error).partition("\n")[0])
    text = " ".join(filter(None, words))[:200]
    overtaken = isinstance(error, IntegrityError) or code in DEADLOCK
    return Overtaken(text) if overtaken else StoreError(text)


def _code(original: Any) -> str:
    """Return what the driver calls the fault: MySQL's number, SQLite's name or an SQLSTATE."""
    number = next((one for one in getattr(original, "args", ()) if isinstance(one, int)), None)
    name = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return str(number or name or "")
