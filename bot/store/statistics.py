"""What SQLite's planner takes the tables for: it has no statistics unless they are made.

Without them it takes the first column of every index to be selective, and looks through the whole
account for the few jobs in a queue. ANALYZE would have to read every index, with writers waiting,
and would know nothing of tables that fill after a start; so its table gets fixed numbers, which
SQLite documents as a way to keep plans from changing (https://sqlite.org/optoverview.html,
"Manual Control Of Query Plans Using SQLITE_STAT Tables").
"""

from sqlalchemy import Connection, text

from bot.store.tables import metadata

ROWS = 1_000_000  # of a table that has grown
ALIKE = 100  # a column more of an index leaves one row in so many …
ONE_IN = {"account_id": 1, "openid": 10_000}  # … but for those
READ_AGAIN = "ANALYZE sqlite_schema"


def describe(tx: Connection) -> None:
    """Write the statistics: this connection plans by them, and all that are made afterwards."""
    tx.execute(text(READ_AGAIN))  # which makes their table
    tx.execute(text("DELETE FROM sqlite_stat1"))
    written = text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:tbl, :idx, :stat)")
    for table in metadata.tables:
        for _place, index, unique, *_ in tx.execute(text(f"PRAGMA index_list({table})")).all():
            columns = tx.execute(text(f"PRAGMA index_info({index})")).all()
            names = [name for _rank, _column, name in columns]
            stat = " ".join(map(str, _stat(names, unique=bool(unique))))
            tx.execute(written, {"tbl": table, "idx": index, "stat": stat})
    tx.execute(text(READ_AGAIN))


def _stat(names: list[str], *, unique: bool) -> list[int]:
    """Return how many rows there are, and how many are alike in the first columns of an index."""
    alike = [ROWS]
    for name in names:
        alike.append(max(1, alike[-1] // ONE_IN.get(name, ALIKE)))
    if unique:
        alike[-1] = 1
    return alike
