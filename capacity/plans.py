"""Which of the product's statements PostgreSQL would answer by reading a whole big table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from bot.store.database import Database

BIG = 10_000  # rows that a plan may come across without an index
Asked = dict[str, Any]


@contextmanager
def noted(db: Database) -> Iterator[Asked]:
    """Note every statement of *db*, with the parameters it first had, until the block ends."""
    asked: Asked = {}

    def note(_tx: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.setdefault(statement, parameters)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def scans(db: Database, asked: Asked) -> Iterator[tuple[str, str]]:
    """Yield (table, statement) for what reads all of a big table."""
    for statement, parameters in asked.items():
        one = parameters[0] if isinstance(parameters, list) else parameters
        with db.read() as tx:
            found = tx.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", one).scalar_one()
        for node in _nodes(found[0]["Plan"]):
            if node["Node Type"] == "Seq Scan" and _reads(node) >= BIG:
                yield node["Relation Name"], " ".join(statement.split())


def _reads(node: Mapping[str, Any]) -> float:
    """Return the cost of a scan, a little more than a hundredth of the rows it reads."""
    return float(node["Total Cost"]) * 100


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
