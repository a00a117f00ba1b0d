"""The tables. Every row of an account carries it; times are epoch ms, UTC; 0 is "not yet"."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up INTEGER keys only
LongText = Text().with_variant(mysql.MEDIUMTEXT, "mysql")


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False, server_default="")


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _account(*, primary_key: bool = False) -> Column[int]:
    return Column(
        "account_id", Id, ForeignKey("account.id"), primary_key=primary_key, nullable=False
    )


account = Table(
    "account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slug", String(64), nullable=False, unique=True),
    # Bumped in the transaction that changes what every process keeps in its snapshot.
    _number("rules_version"),
    _number("media_version"),
    _number("created_at"),
)

capability = Table(
    "capability",
    metadata,
    _account(primary_key=True),
    Column("app_id", String(64), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("allowed", Boolean, nullable=False),
    _number("code"),
    _number("checked_at"),
)

follower = Table(
    "follower",
    metadata,
    _account(primary_key=True),
    Column("openid", String(64), primary_key=True),
    Column("subscribed", Boolean, nullable=False),
    _number("first_seen_at"),
    _number("last_seen_at"),
)

rule = Table(
    "rule",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    Column("position", Integer, nullable=False),
    Column("document", LongText, nullable=False),
    _number("updated_at"),
    Index(None, "account_id", "position"),
    sqlite_autoincrement=True,  # an id stays its rule's for ever: hits are counted by it
)

media = Table(
    "media",
    metadata,
    _account(primary_key=True),
    Column("app_id", String(64), primary_key=True),
    Column("name", String(191), primary_key=True),
    _text("kind", 16),
    _text("sha256", 64),
    _text("media_id", 191),
    _number("expires_at"),
    _number("not_before"),
    _text("error", 255),
)

image_job = Table(
    "image_job",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    Column("message_key", String(255), nullable=False, unique=True),
    Column("openid", String(64), nullable=False),
    Column("prompt", LongText, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    _text("reason", 32),
    _text("detail", 500),
    Column("acknowledgement", LongText, nullable=False),
    _number("created_at"),
    _number("asked_at"),  # the message's CreateTime, by WeChat's clock, in seconds
    _text("day", 10),
    _text("month", 7),
    _number("not_before"),
    _number("dispatched_at"),
    _text("owner", 64),
    _number("fence"),
    _number("lease_until"),
    _number("attempts"),
    _number("uploads"),
    _number("cost"),
    _number("called_at"),
    _number("generated_at"),
    _text("provider", 64),
    _text("model", 64),
    _text("request_id", 128),
    _number("input_tokens"),
    _number("output_tokens"),
    _text("picture", 191),
    _text("media_id", 191),
    _text("media_kind", 16),
    _number("media_expires_at"),
    _number("send_at"),
    _number("push_until"),
    _text("told", 16),
    _text("collected_key", 255),
    _number("finished_at"),
    _number("pushes"),
    Index(None, "state", "not_before"),
    Index(None, "account_id", "openid", "id"),
    Index(None, "dispatched_at"),
    Index(None, "collected_key"),
)

quota = Table(
    "quota",
    metadata,
    _account(primary_key=True),
    Column("openid", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    _number("used"),
)

budget = Table(
    "budget",
    metadata,
    _account(primary_key=True),
    # A day (2026-11-23) or a month (2026-11) of TIMEZONE.
    Column("period", String(10), primary_key=True),
    _number("amount"),
)

message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    Column("message_key", String(255), nullable=False),
    Column("openid", String(64), nullable=False),
    _text("kind", 32),
    Column("content", LongText, nullable=False),
    _text("handler", 32),
    _number("rule_id"),
    _number("created_at"),
    Column("micros", Integer, nullable=False, server_default="0"),
    UniqueConstraint("account_id", "message_key"),
)

rule_hit = Table(
    "rule_hit",
    metadata,
    _account(primary_key=True),
    Column("rule_id", Id, primary_key=True),
    Column("day", String(10), primary_key=True),
    _number("hits"),
    _number("last_at"),
)

counter = Table(
    "counter",
    metadata,
    _account(primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("name", String(32), primary_key=True),
    _number("value"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    Column("message_key", String(255), nullable=False, unique=True),
    Column("openid", String(64), nullable=False),
    Column("replies", LongText, nullable=False),
    Column("state", String(16), nullable=False),
    _text("error", 255),
    _number("not_before"),
    _number("created_at"),
    Index(None, "state", "not_before"),
)

trash = Table(
    # Permanent material that stood in for temporary media, to be deleted at WeChat.
    "trash",
    metadata,
    Column("media_id", String(191), primary_key=True),
    _account(),
    _number("not_before"),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(64), primary_key=True),
    _text("owner", 64),
    _number("until"),
)
