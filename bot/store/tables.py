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
    false,
    true,
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
    _number("settings_version"),
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
    _text("remark", 64),
    # Blocked while blocked_until lies ahead.
    _number("blocked_until"),
    _text("blocked_reason", 255),
    # When they unfollowed; a worker then deletes what is kept of them.
    _number("left_at"),
    Index(None, "account_id", "last_seen_at"),
    Index(None, "account_id", "blocked_until"),
    Index(None, "left_at"),
)

rule = Table(
    "rule",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    Column("position", Integer, nullable=False),
    Column("document", LongText, nullable=False),
    _number("updated_at"),
    # How often it was saved: what a stale page may not overwrite.
    Column("revision", Integer, nullable=False, server_default="1"),
    # Out of the document, for the console's list to search and filter by.
    _text("name", 191),
    _text("trigger", 16),
    _text("tags", 255),
    Column("enabled", Boolean, nullable=False, server_default=true()),
    _number("starts_at"),
    _number("ends_at"),
    Column("search", LongText),
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
    _number("hidden_at"),  # out of the operators' gallery
    Column("kind", String(16), nullable=False, server_default="draw"),
    Column("recipe", LongText),  # the whole ImageRequest as JSON; none before 0003
    _number("parent_id"),  # the job whose picture this one edits, or repeats
    _number("group_id"),  # the sheet or deck this one is drawn for
    Column("page", Integer, nullable=False, server_default="0"),  # its place there, from 1
    Column("units", Integer, nullable=False, server_default="1"),  # of the follower's quota
    # What the provider must be able to do: take so many pictures, leave the ground open.
    Column("edits", Integer, nullable=False, server_default="0"),
    Column("transparent", Boolean, nullable=False, server_default=false()),
    _text("tried", 255),  # providers that surely refused, a name each, with commas
    Column("words", LongText),  # what a text model wrote: a description, an outline
    Index(None, "group_id"),
    Index(None, "parent_id"),
    Index(None, "state", "told", "account_id"),
    Index(None, "lease_until"),  # few are in workers' hands, whatever has been drawn
    Index(None, "account_id", "openid", "id"),
    Index(None, "dispatched_at"),
    Index(None, "collected_key"),
    Index(None, "account_id", "created_at"),
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
    Index(None, "account_id", "created_at"),
    Index(None, "account_id", "openid", "id"),
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

# ---- the studio ----

photo = Table(
    # A photo a follower sent: fetched by its media id when a job needs it.
    "photo",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    Column("openid", String(64), nullable=False),
    Column("message_key", String(255), nullable=False, unique=True),
    Column("media_id", String(191), nullable=False),
    _number("created_at"),
    _text("file", 191),  # once fetched: upright, small, without metadata
    Index(None, "account_id", "openid", "id"),
    Index(None, "created_at"),
)

conversation = Table(
    # Where a follower and the bot are: which picture is meant, which words wait for a photo.
    "conversation",
    metadata,
    _account(primary_key=True),
    Column("openid", String(64), primary_key=True),
    _number("current_id"),  # the job of the picture the next words edit; 0: the newest
    _number("current_at"),
    Column("wish", LongText),
    _text("wish_key", 255),
    _number("wish_at"),
    _text("changed_key", 255),  # the last message that changed it, so that a retry does not again
)

decision = Table(
    # Every verdict on a text or a picture, with its reason.
    "decision",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    Column("openid", String(64), nullable=False),
    _text("message_key", 255),
    _number("job_id"),
    _text("stage", 16),
    _text("verdict", 16),
    _text("reason", 255),
    _number("at"),
    _text("day", 10),
    UniqueConstraint("account_id", "message_key", "stage", "job_id"),
    Index(None, "account_id", "openid", "day"),
    Index(None, "account_id", "at"),
    Index(None, "job_id"),
)

agreement = Table(
    # Who has agreed to what, in which words; and what was handed out because of it.
    "agreement",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    Column("openid", String(64), nullable=False),
    Column("message_key", String(255), nullable=False, unique=True),
    _text("kind", 16),
    _text("text_hash", 64),
    _number("job_id"),
    _number("at"),
    Index(None, "account_id", "openid"),
    Index(None, "account_id", "at"),
)

complaint = Table(
    "complaint",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    Column("openid", String(64), nullable=False),
    Column("message_key", String(255), nullable=False, unique=True),
    _number("job_id"),
    Column("content", LongText, nullable=False),
    _number("created_at"),
    _number("handled_at"),
    _text("handled_by", 64),
    _text("note", 255),
    Index(None, "account_id", "handled_at", "id"),
)

share = Table(
    # 同款: a picture's recipe that its maker lets others use.
    "share",
    metadata,
    _account(primary_key=True),
    Column("code", String(16), primary_key=True),
    Column("job_id", Id, nullable=False),
    Column("openid", String(64), nullable=False),
    _number("created_at"),
    _number("revoked_at"),
    _number("uses"),
    UniqueConstraint("account_id", "job_id"),
    Index(None, "account_id", "openid"),
)

provider_state = Table(
    # What all workers know of a provider: it failed so often, it is left alone until then.
    "provider_state",
    metadata,
    _account(primary_key=True),
    Column("name", String(64), primary_key=True),
    _number("failures"),
    _number("open_until"),
    _text("error", 255),
    _number("changed_at"),
)

alarm = Table(
    # Rings once each: ``budget:2026-11-27:80`` and the like.
    "alarm",
    metadata,
    _account(primary_key=True),
    Column("name", String(96), primary_key=True),
    _text("detail", 255),
    _number("at"),
    _number("seen_at"),
)

# ---- the operators ----

member = Table(
    "member",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    Column("name", String(64), nullable=False),
    _text("password_hash", 255),
    _text("role", 16),
    _text("totp_secret", 255),  # sealed by the vault; empty until it is set up
    _number("totp_step"),  # the last step a code was used of: each is good for once
    _text("language", 8),
    _text("theme", 8),
    _text("openid", 64),  # who edits replies from the chat
    Column("disabled", Boolean, nullable=False),
    _number("created_at"),
    UniqueConstraint("account_id", "name"),
    sqlite_autoincrement=True,
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("member_id", Id, ForeignKey("member.id"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
    _number("used_at"),
)

session = Table(
    "session",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("member_id", Id, ForeignKey("member.id"), nullable=False),
    _text("csrf", 64),
    _text("stage", 16),
    _number("created_at"),
    _number("seen_at"),
    _number("confirmed_at"),  # when the password was last given
    _text("address", 64),
    _text("agent", 255),
    Index(None, "member_id"),
)

login = Table(
    # Every attempt: the login log, and what throttling counts.
    "login",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    _number("at"),
    _text("name", 64),
    _text("address", 64),
    _text("agent", 255),
    _text("outcome", 32),
    Index(None, "account_id", "at"),
    Index(None, "name", "at"),
    Index(None, "address", "at"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    Column("member_id", Id, ForeignKey("member.id"), nullable=False),
    _text("name", 64),
    Column("token_hash", String(64), nullable=False, unique=True),
    _text("scopes", 255),
    _number("created_at"),
    _number("last_used_at"),
    _number("expires_at"),
    _number("revoked_at"),
)

history = Table(
    # Append-only: who changed what. Every row holds the hash of the one before it.
    "history",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    _number("at"),
    _text("actor", 64),
    _text("via", 16),
    _text("address", 64),
    _text("action", 48),
    _text("object", 96),
    _text("title", 191),
    _text("note", 255),
    Column("before", LongText, nullable=False),
    Column("after", LongText, nullable=False),
    _text("batch", 64),
    _text("previous", 64),
    _text("hash", 64),
    Index(None, "account_id", "object", "id"),
    Index(None, "account_id", "batch"),
    UniqueConstraint("account_id", "previous"),
    sqlite_autoincrement=True,
)

setting = Table(
    # What the console changed: settings (secrets sealed), texts, words, the menu's draft.
    "setting",
    metadata,
    _account(primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("value", LongText, nullable=False),
    _number("updated_at"),
)

library = Table(
    # The operators' uploads: what ``file:<name>`` in a rule may be.
    "library",
    metadata,
    _account(primary_key=True),
    Column("name", String(191), primary_key=True),
    _text("kind", 16),
    _text("sha256", 64),
    _number("size"),
    Column("width", Integer, nullable=False, server_default="0"),
    Column("height", Integer, nullable=False, server_default="0"),
    _number("created_at"),
    _text("created_by", 64),
)

rule_import = Table(
    "rule_import",
    metadata,
    Column("id", Id, primary_key=True),
    _account(),
    _text("source", 191),
    _text("state", 16),
    _number("done"),
    _number("total"),
    Column("plan", LongText, nullable=False),
    _text("batch", 64),
    _text("created_by", 64),
    _number("created_at"),
)
