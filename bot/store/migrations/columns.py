"""The kinds of columns that the revisions make, as each database has them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(collation="utf8mb4_bin"), "mysql")


def key(length: int) -> sa.String:
    """Return a text compared byte for byte; most collations of MySQL ignore trailing spaces."""
    dialect = op.get_bind().dialect
    if dialect.name != "mysql":
        return sa.String(length)
    mariadb = getattr(dialect, "is_mariadb", False)
    return mysql.VARCHAR(length, collation="utf8mb4_nopad_bin" if mariadb else "utf8mb4_0900_bin")
