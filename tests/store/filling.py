"""Tables as they are after a while, filled in one statement each, and what is then read."""

from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    String,
    case,
    cast,
    event,
    literal,
    select,
    text,
    true,
)

from bot.store.database import Database, now_ms
from bot.store.tables import (
    decision,
    follower,
    image_job,
    message,
    outbox,
    photo,
    quota,
    rule_hit,
)

DAYS = 90
DAY_MS = 86_400_000
FILLED = (image_job, message, follower, quota, outbox, photo, decision, rule_hit)
STEPS = 4  # of SQLite's virtual machine, at least, for a row that is looked at


def fill(db: Database, account_id: int, *, rows: int, queued: int) -> None:
    """Have *rows* in every table that grows, over ninety days, the last *queued* jobs unfinished.

    The followers ``o0`` … have ten of everything. Every fiftieth job failed, every fiftieth was
    cancelled.
    """
    with db.write() as tx:
        if db.dialect == "mysql":
            tx.execute(text(f"SET max_recursive_iterations = {rows}"))
        number = _numbers(rows)
        for table, values in _rows(number.c.n, rows=rows, queued=queued):
            found = select(literal(account_id), *values.values()).select_from(number)
            tx.execute(table.insert().from_select(["account_id", *values], found))
        for table in () if db.dialect == "sqlite" else FILLED:
            kind = "TABLE " if db.dialect == "mysql" else ""
            tx.execute(text(f"ANALYZE {kind}{table.name}"))


def _numbers(count: int) -> CTE:
    first = select(cast(literal(1), BigInteger).label("n")).cte("numbers", recursive=True)
    return first.union_all(select(cast(first.c.n + 1, BigInteger)).where(first.c.n < count))


def _rows(n: ColumnElement[int], *, rows: int, queued: int) -> list[tuple[Any, dict[str, Any]]]:
    key: Any = cast(n, String(20))
    openid: Any = "o" + cast(n % (rows // 10), String(20))
    at = now_ms() - (rows - n) * (DAYS * DAY_MS // rows)
    ended = case((n % 50 == 0, "failed"), (n % 50 == 1, "cancelled"), else_="delivered")
    state = case((n > rows - queued, "queued"), else_=ended)
    done = case((n > rows - queued, 0), else_=at)
    job = {
        "prompt": literal("一只猫"),
        "width": literal(1024),
        "height": literal(1024),
        "acknowledgement": literal("好"),
        "state": state,
        "told": case((n % 50 == 0, "pushed"), (n % 50 == 1, "told"), else_=""),
        "day": "2026-11-" + cast(10 + n % 18, String(20)),
        "month": literal("2026-11"),
        "picture": case((n % 50 > 1, key + ".jpg"), else_=""),
        "created_at": at,
    }
    job |= dict.fromkeys(("dispatched_at", "called_at", "generated_at", "finished_at"), done)
    own = {"openid": openid, "message_key": key}
    said = {"kind": literal("text"), "content": literal("电子书"), "rule_id": n % 100}
    seen = {"subscribed": true(), "first_seen_at": at, "last_seen_at": at}
    sent = {"replies": literal("[]"), "state": literal("sent")}
    judged = {"job_id": n, "stage": literal("input"), "verdict": literal("passed"), "at": at}
    return [
        (image_job, own | job),
        (message, own | said | {"created_at": at}),
        (follower, {"openid": "o" + key} | seen),
        (quota, {"openid": openid, "day": "d" + key, "used": literal(1)}),
        (outbox, own | sent | {"created_at": at, "not_before": at}),
        (photo, own | {"media_id": literal("m"), "created_at": at}),
        (decision, own | judged | {"day": literal("2026-11-11")}),
        (rule_hit, {"rule_id": n % 100, "day": "d" + key, "hits": literal(1)}),
    ]


class Meter:
    """Counts the rows, or the entries of an index, that a database of our own looks at.

    By SQLite's steps, PostgreSQL's statistics, MariaDB's counters of this connection: *db* has to
    have one connection only.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._steps = 0
        if db.dialect == "sqlite":
            event.listen(db.engine, "connect", self._watch)
        self._own = 0  # what looking costs itself
        self._own = -self.since(self.now())

    def now(self) -> int:
        if self._db.dialect == "sqlite":
            return self._steps // STEPS
        with self._db.read() as tx:
            return _looked_at(tx)

    def since(self, before: int) -> int:
        return self.now() - before + self._own

    def _watch(self, connection: Any, _record: Any) -> None:
        connection.set_progress_handler(self._step, STEPS)

    def _step(self) -> int:
        self._steps += STEPS
        return 0


def _looked_at(tx: Connection) -> int:
    if tx.dialect.name == "mysql":
        return sum(
            int(one) for _, one in tx.execute(text("SHOW SESSION STATUS LIKE 'Handler_read%'"))
        )
    tx.execute(text("SELECT pg_stat_force_next_flush()"))
    tx.commit()
    rows = "SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables"
    entries = "SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes"
    return int(tx.execute(text(f"SELECT ({rows}) + ({entries})")).scalar_one())
