"""The sandbox's memory: one SQLite file, one connection, one lock."""

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

SCHEMA = """
create table if not exists setting (name text primary key, value text not null);
create table if not exists follower (
    openid text primary key, nickname text not null, following integer not null,
    interacted_at real not null default 0, typing_until real not null default 0);
create table if not exists reply_window (
    openid text not null, kind text not null, until real not null, remaining integer not null,
    primary key (openid, kind));
create table if not exists item (
    id integer primary key autoincrement, openid text not null, at integer not null,
    body text not null);
create index if not exists item_openid on item (openid, id);
create table if not exists media (
    id text primary key, kind text not null, permanent integer not null, filename text not null,
    mime text not null, data blob not null, created_at real not null);
create table if not exists token (
    value text primary key, pool text not null, expires_at real not null, state text not null,
    issued_at real not null);
create table if not exists usage (
    day text not null, path text not null, used integer not null, primary key (day, path));
create table if not exists push (id integer primary key, openid text not null, body text not null);
"""


class Database:
    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self._connection.close)
        self._connection.row_factory = sqlite3.Row
        # A crash of the machine may cost the sandbox its last seconds; a kill of the process not.
        self._connection.executescript(
            "pragma journal_mode=wal; pragma synchronous=off;" + SCHEMA,
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock; everything inside happens or nothing does. Not to be nested."""
        with self._lock:
            self._connection.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        with self._lock:
            found: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return found

    def run(self, sql: str, *values: Any) -> int:
        """Execute *sql* and return the id of the inserted row, or the last one's."""
        with self._lock:
            return self._connection.execute(sql, values).lastrowid or 0

    def close(self) -> None:
        with self._lock:
            self._connection.close()
