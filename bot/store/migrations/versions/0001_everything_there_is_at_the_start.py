"""Everything there is at the start."""

import sqlalchemy as sa
from alembic import op

from bot.store.migrations.columns import ID, TEXT, key

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", key(64), nullable=False),
        sa.Column("rules_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("media_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("slug", name=op.f("uq_account_slug")),
    )
    op.create_table(
        "lease",
        sa.Column("name", key(64), nullable=False),
        sa.Column("owner", key(64), server_default="", nullable=False),
        sa.Column("until", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "budget",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("period", key(10), nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_budget_account_id")),
        sa.PrimaryKeyConstraint("account_id", "period", name=op.f("pk_budget")),
    )
    op.create_table(
        "capability",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("app_id", key(64), nullable=False),
        sa.Column("name", key(32), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("code", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("checked_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_capability_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "app_id", "name", name=op.f("pk_capability")),
    )
    op.create_table(
        "counter",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("day", key(10), nullable=False),
        sa.Column("name", key(32), nullable=False),
        sa.Column("value", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_counter_account_id")),
        sa.PrimaryKeyConstraint("account_id", "day", "name", name=op.f("pk_counter")),
    )
    op.create_table(
        "follower",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("openid", key(64), nullable=False),
        sa.Column("subscribed", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_follower_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "openid", name=op.f("pk_follower")),
    )
    op.create_table(
        "image_job",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("message_key", key(255), nullable=False),
        sa.Column("openid", key(64), nullable=False),
        sa.Column("prompt", TEXT, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("state", key(16), nullable=False),
        sa.Column("reason", key(32), server_default="", nullable=False),
        sa.Column("detail", key(500), server_default="", nullable=False),
        sa.Column("acknowledgement", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("asked_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("day", key(10), server_default="", nullable=False),
        sa.Column("month", key(7), server_default="", nullable=False),
        sa.Column("not_before", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("dispatched_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("owner", key(64), server_default="", nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("uploads", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("called_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("generated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("provider", key(64), server_default="", nullable=False),
        sa.Column("model", key(64), server_default="", nullable=False),
        sa.Column("request_id", key(128), server_default="", nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("picture", key(191), server_default="", nullable=False),
        sa.Column("media_id", key(191), server_default="", nullable=False),
        sa.Column("media_kind", key(16), server_default="", nullable=False),
        sa.Column("media_expires_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("send_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("push_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("told", key(16), server_default="", nullable=False),
        sa.Column("collected_key", key(255), server_default="", nullable=False),
        sa.Column("finished_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pushes", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_image_job_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_job")),
        sa.UniqueConstraint("message_key", name=op.f("uq_image_job_message_key")),
    )
    with op.batch_alter_table("image_job", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_image_job_account_id_openid_id"),
            ["account_id", "openid", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_image_job_collected_key"), ["collected_key"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_image_job_dispatched_at"), ["dispatched_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_image_job_state_not_before"), ["state", "not_before"], unique=False
        )

    op.create_table(
        "media",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("app_id", key(64), nullable=False),
        sa.Column("name", key(191), nullable=False),
        sa.Column("kind", key(16), server_default="", nullable=False),
        sa.Column("sha256", key(64), server_default="", nullable=False),
        sa.Column("media_id", key(191), server_default="", nullable=False),
        sa.Column("expires_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("not_before", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error", key(255), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_media_account_id")),
        sa.PrimaryKeyConstraint("account_id", "app_id", "name", name=op.f("pk_media")),
    )
    op.create_table(
        "message",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("message_key", key(255), nullable=False),
        sa.Column("openid", key(64), nullable=False),
        sa.Column("kind", key(32), server_default="", nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("handler", key(32), server_default="", nullable=False),
        sa.Column("rule_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("micros", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_message_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "account_id", "message_key", name=op.f("uq_message_account_id_message_key")
        ),
    )
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("message_key", key(255), nullable=False),
        sa.Column("openid", key(64), nullable=False),
        sa.Column("replies", TEXT, nullable=False),
        sa.Column("state", key(16), nullable=False),
        sa.Column("error", key(255), server_default="", nullable=False),
        sa.Column("not_before", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outbox_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_key", name=op.f("uq_outbox_message_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outbox_state_not_before"), ["state", "not_before"], unique=False
        )

    op.create_table(
        "quota",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("openid", key(64), nullable=False),
        sa.Column("day", key(10), nullable=False),
        sa.Column("used", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_quota_account_id")),
        sa.PrimaryKeyConstraint("account_id", "openid", "day", name=op.f("pk_quota")),
    )
    op.create_table(
        "rule",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_rule_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("rule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rule_account_id_position"), ["account_id", "position"], unique=False
        )

    op.create_table(
        "rule_hit",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("rule_id", ID, nullable=False),
        sa.Column("day", key(10), nullable=False),
        sa.Column("hits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_rule_hit_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "rule_id", "day", name=op.f("pk_rule_hit")),
    )
    op.create_table(
        "trash",
        sa.Column("media_id", key(191), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("not_before", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_trash_account_id")),
        sa.PrimaryKeyConstraint("media_id", name=op.f("pk_trash")),
    )


def downgrade() -> None:
    op.drop_table("trash")
    op.drop_table("rule_hit")
    op.drop_table("rule")
    op.drop_table("quota")
    op.drop_table("outbox")
    op.drop_table("message")
    op.drop_table("media")
    op.drop_table("image_job")
    op.drop_table("counter")
    op.drop_table("follower")
    op.drop_table("capability")
    op.drop_table("budget")
    op.drop_table("lease")
    op.drop_table("account")
