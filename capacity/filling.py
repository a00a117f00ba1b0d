"""A database with a history: one real row of each kind, made by the product, and many like it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import text

from bot.store import accounts, schema
from bot.store.database import Database
from bot.store.tables import metadata
from capacity import questions

FILLED = ("follower", "message", "image_job", "decision", "quota")
_WRITING = "SET LOCAL statement_timeout = 0"
_OPENID = "'oScale-' || lpad(({who})::text, 21, '0')"
_KEY = "'default|' || lpad(n::text, 60, '0')"
_SPREAD_MS = 200 * 24 * 3600 * 1000  # the messages' retention
# Of a hundred old jobs; told and leases as the product leaves them.
_STATE = (
    "CASE WHEN n % 100 < 92 THEN 'delivered' WHEN n % 100 < 95 THEN 'collected'"
    " WHEN n % 100 < 97 THEN 'waiting' WHEN n % 100 < 99 THEN 'failed' ELSE 'unknown' END"
)

_TOLD = "CASE WHEN n % 100 < 97 THEN 'choices' ELSE 'pushed' END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many rows of each; *messages* and *jobs* are spread over all followers and 200 days."""

    followers: int
    messages: int
    jobs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    rows: int
    data: int
    indexes: int

    @property
    def each(self) -> float:
        """Bytes of a row with its indexes."""
        return (self.data + self.indexes) / max(1, self.rows)


def fill(db: Database, sizes: Sizes) -> int:
    """Make the tables of a PostgreSQL database, fill them, and return the account's id."""
    schema.upgrade(db)
    _hurry(db)
    account_id = accounts.ensure(db)
    questions.one_of_each(db, account_id)
    ago = f"(extract(epoch FROM now()) * 1000)::bigint - {_SPREAD_MS}::bigint * ({{count}} - n)"
    followers = {"openid": _OPENID.format(who="n")}
    of_all = _OPENID.format(who=f"n % {sizes.followers} + 1")
    when = {"created_at": ago.format(count=sizes.messages) + f" / {sizes.messages}"}
    drawn = ago.format(count=sizes.jobs) + f" / {sizes.jobs}"
    job = {"message_key": _KEY, "openid": of_all, "created_at": drawn, "state": _STATE}
    job |= dict.fromkeys(("generated_at", "finished_at", "called_at"), f"{drawn} + 30000")
    job |= {"dispatched_at": drawn, "lease_until": "0", "told": _TOLD}
    job |= {"media_id": "md5(n::text) || md5((n + 1)::text)", "collected_key": "''"}
    judged = {"openid": of_all, "message_key": _KEY, "job_id": "n", "at": drawn}
    _multiply(db, "follower", sizes.followers, followers)
    _multiply(db, "message", sizes.messages, {"message_key": _KEY, "openid": of_all, **when})
    _multiply(db, "image_job", sizes.jobs, job)
    _multiply(db, "decision", sizes.jobs, judged)
    used = {"openid": of_all, "day": f"(DATE '2026-01-01' + (n / {sizes.followers})::int)::text"}
    _multiply(db, "quota", sizes.jobs, used)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))
    return account_id


def _hurry(db: Database) -> None:
    """Have the server, which lives no longer than we do, save nothing for a crash meanwhile."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for setting in ("max_wal_size = '16GB'", "checkpoint_timeout = '1h'"):
            connection.execute(text(f"ALTER SYSTEM SET {setting}"))
        connection.execute(text("SELECT pg_reload_conf()"))


def _multiply(db: Database, name: str, count: int, own: Mapping[str, str]) -> None:
    """Add *count* rows like the table's only one, but for the expressions over ``n`` in *own*."""
    columns = [one.name for one in metadata.tables[name].columns if one.name != "id"]
    values = ", ".join(own.get(column, f"model.{column}") for column in columns)
    statement = (
        f"INSERT INTO {name} ({', '.join(columns)}) SELECT {values}"  # noqa: S608 — our own names
        f" FROM (SELECT * FROM {name} LIMIT 1) AS model, generate_series(1, {count}) AS n"
    )
    with db.write() as tx:
        tx.execute(text(_WRITING))
        tx.execute(text(statement))


def tables(db: Database) -> Iterator[Table]:
    """Yield what each filled table weighs, in bytes."""
    with db.read() as tx:
        tx.execute(text(_WRITING))
        for name in FILLED:
            query = (
                f"SELECT (SELECT count(*) FROM {name}), pg_table_size('{name}'),"  # noqa: S608
                f" pg_indexes_size('{name}')"
            )
            rows, data, indexes = tx.execute(text(query)).one()
            yield Table(name=name, rows=rows, data=data, indexes=indexes)
