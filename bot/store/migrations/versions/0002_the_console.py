"""What the console needs: members and sessions, history, settings, the library, rules as a list."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.migrations.columns import ID, TEXT, key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "history",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("actor", key(64), server_default="", nullable=False),
        sa.Column("via", key(16), server_default="", nullable=False),
        sa.Column("address", key(64), server_default="", nullable=False),
        sa.Column("action", key(48), server_default="", nullable=False),
        sa.Column("object", key(96), server_default="", nullable=False),
        sa.Column("title", key(191), server_default="", nullable=False),
        sa.Column("note", key(255), server_default="", nullable=False),
        sa.Column("before", TEXT, nullable=False),
        sa.Column("after", TEXT, nullable=False),
        sa.Column("batch", key(64), server_default="", nullable=False),
        sa.Column("previous", key(64), server_default="", nullable=False),
        sa.Column("hash", key(64), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_history_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
        sa.UniqueConstraint("account_id", "previous", name=op.f("uq_history_account_id_previous")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_history_account_id_batch"), ["account_id", "batch"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_history_account_id_object_id"),
            ["account_id", "object", "id"],
            unique=False,
        )

    op.create_table(
        "library",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", key(191), nullable=False),
        sa.Column("kind", key(16), server_default="", nullable=False),
        sa.Column("sha256", key(64), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("width", sa.Integer(), server_default="0", nullable=False),
        sa.Column("height", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_by", key(64), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_library_account_id")),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_library")),
    )
    op.create_table(
        "login",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("name", key(64), server_default="", nullable=False),
        sa.Column("address", key(64), server_default="", nullable=False),
        sa.Column("agent", key(255), server_default="", nullable=False),
        sa.Column("outcome", key(32), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login")),
    )
    with op.batch_alter_table("login", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_login_account_id_at"), ["account_id", "at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_login_address_at"), ["address", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_name_at"), ["name", "at"], unique=False)

    op.create_table(
        "member",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", key(64), nullable=False),
        sa.Column("password_hash", key(255), server_default="", nullable=False),
        sa.Column("role", key(16), server_default="", nullable=False),
        sa.Column("totp_secret", key(255), server_default="", nullable=False),
        sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("language", key(8), server_default="", nullable=False),
        sa.Column("theme", key(8), server_default="", nullable=False),
        sa.Column("openid", key(64), server_default="", nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_member_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_member_account_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "rule_import",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("source", key(191), server_default="", nullable=False),
        sa.Column("state", key(16), server_default="", nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("batch", key(64), server_default="", nullable=False),
        sa.Column("created_by", key(64), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_rule_import_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_import")),
    )
    op.create_table(
        "setting",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", key(64), nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_setting_account_id")),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_setting")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("name", key(64), server_default="", nullable=False),
        sa.Column("token_hash", key(64), nullable=False),
        sa.Column("scopes", key(255), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_api_token_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("member_id", ID, nullable=False),
        sa.Column("code_hash", key(64), nullable=False),
        sa.Column("used_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_recovery_code_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "session",
        sa.Column("id_hash", key(64), nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("csrf", key(64), server_default="", nullable=False),
        sa.Column("stage", key(16), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seen_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("address", key(64), server_default="", nullable=False),
        sa.Column("agent", key(255), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_session_member_id")),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_member_id"), ["member_id"], unique=False)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("settings_version", sa.BigInteger(), server_default="0", nullable=False)
        )

    with op.batch_alter_table("follower", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remark", key(64), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("blocked_until", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("blocked_reason", key(255), server_default="", nullable=False)
        )
        batch_op.create_index(
            batch_op.f("ix_follower_account_id_blocked_until"),
            ["account_id", "blocked_until"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_follower_account_id_last_seen_at"),
            ["account_id", "last_seen_at"],
            unique=False,
        )

    with op.batch_alter_table("image_job", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("hidden_at", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.create_index(
            batch_op.f("ix_image_job_account_id_created_at"),
            ["account_id", "created_at"],
            unique=False,
        )

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_message_account_id_created_at"),
            ["account_id", "created_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_message_account_id_openid_id"),
            ["account_id", "openid", "id"],
            unique=False,
        )

    with op.batch_alter_table(
        "rule", schema=None, table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("name", key(191), server_default="", nullable=False))
        batch_op.add_column(sa.Column("trigger", key(16), server_default="", nullable=False))
        batch_op.add_column(sa.Column("tags", key(255), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("starts_at", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("ends_at", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("search", TEXT, nullable=True))
    _list_rules()


def _list_rules() -> None:
    """Fill the rules' new columns from their documents."""
    rule = sa.table(
        "rule",
        *(sa.column(name) for name in ("id", "document", "name", "trigger", "tags", "enabled")),
        *(sa.column(name) for name in ("starts_at", "ends_at", "search")),
    )
    connection = op.get_bind()
    for id_, text in connection.execute(sa.select(rule.c.id, rule.c.document)).all():
        values = _listed(json.loads(text))
        connection.execute(sa.update(rule).where(rule.c.id == id_).values(values))


def _listed(document: dict[str, Any]) -> dict[str, Any]:
    keywords = [
        one if isinstance(one, str) else one["text"] for one in document.get("keywords", [])
    ]
    said = [one if isinstance(one, str) else one.get("content", "") for one in document["replies"]]
    return {
        "name": document["name"],
        "trigger": document.get("trigger", "keyword"),
        "tags": "",
        "enabled": document.get("enabled", True),
        "starts_at": _ms(document.get("starts_at")),
        "ends_at": _ms(document.get("ends_at")),
        "search": "\n".join((document["name"], *keywords, *said)).casefold(),
    }


def _ms(moment: str | None) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000) if moment else 0


def downgrade() -> None:
    with op.batch_alter_table(
        "rule", schema=None, table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.drop_column("search")
        batch_op.drop_column("ends_at")
        batch_op.drop_column("starts_at")
        batch_op.drop_column("enabled")
        batch_op.drop_column("tags")
        batch_op.drop_column("trigger")
        batch_op.drop_column("name")
        batch_op.drop_column("revision")

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_account_id_openid_id"))
        batch_op.drop_index(batch_op.f("ix_message_account_id_created_at"))

    with op.batch_alter_table("image_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_image_job_account_id_created_at"))
        batch_op.drop_column("hidden_at")

    with op.batch_alter_table("follower", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follower_account_id_last_seen_at"))
        batch_op.drop_index(batch_op.f("ix_follower_account_id_blocked_until"))
        batch_op.drop_column("blocked_reason")
        batch_op.drop_column("blocked_until")
        batch_op.drop_column("remark")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("settings_version")

    op.drop_table("session")
    op.drop_table("recovery_code")
    op.drop_table("api_token")
    op.drop_table("setting")
    op.drop_table("rule_import")
    op.drop_table("member")
    op.drop_table("login")
    op.drop_table("library")
    op.drop_table("history")
