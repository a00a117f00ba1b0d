"""The studio: what a job is, photos, conversations, decisions, agreements, shared recipes."""

import sqlalchemy as sa
from alembic import op

from bot.store.migrations.columns import ID, TEXT, key

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("openid", key(64), nullable=False),
        sa.Column("message_key", key(255), nullable=False),
        sa.Column("kind", key(16), server_default="", nullable=False),
        sa.Column("text_hash", key(64), server_default="", nullable=False),
        sa.Column("job_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_agreement_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("message_key", name=op.f("uq_agreement_message_key")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agreement_account_id_at"), ["account_id", "at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_agreement_account_id_openid"), ["account_id", "openid"], unique=False
        )

    op.create_table(
        "alarm",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", key(96), nullable=False),
        sa.Column("detail", key(255), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seen_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_alarm_account_id")),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_alarm")),
    )
    op.create_table(
        "complaint",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("openid", key(64), nullable=False),
        sa.Column("message_key", key(255), nullable=False),
        sa.Column("job_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("handled_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("handled_by", key(64), server_default="", nullable=False),
        sa.Column("note", key(255), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_complaint_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("message_key", name=op.f("uq_complaint_message_key")),
    )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_complaint_account_id_handled_at_id"),
            ["account_id", "handled_at", "id"],
            unique=False,
        )

    op.create_table(
        "conversation",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("openid", key(64), nullable=False),
        sa.Column("current_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("current_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("wish", TEXT, nullable=True),
        sa.Column("wish_key", key(255), server_default="", nullable=False),
        sa.Column("wish_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed_key", key(255), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_conversation_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "openid", name=op.f("pk_conversation")),
    )
    op.create_table(
        "decision",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("openid", key(64), nullable=False),
        sa.Column("message_key", key(255), server_default="", nullable=False),
        sa.Column("job_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stage", key(16), server_default="", nullable=False),
        sa.Column("verdict", key(16), server_default="", nullable=False),
        sa.Column("reason", key(255), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("day", key(10), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_decision_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint(
            "account_id",
            "message_key",
            "stage",
            "job_id",
            name=op.f("uq_decision_account_id_message_key_stage_job_id"),
        ),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_decision_account_id_at"), ["account_id", "at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_decision_account_id_openid_day"),
            ["account_id", "openid", "day"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_decision_job_id"), ["job_id"], unique=False)

    op.create_table(
        "photo",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("openid", key(64), nullable=False),
        sa.Column("message_key", key(255), nullable=False),
        sa.Column("media_id", key(191), nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("file", key(191), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_photo_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("message_key", name=op.f("uq_photo_message_key")),
    )
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_photo_account_id_openid_id"),
            ["account_id", "openid", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_photo_created_at"), ["created_at"], unique=False)

    op.create_table(
        "provider_state",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", key(64), nullable=False),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("open_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error", key(255), server_default="", nullable=False),
        sa.Column("changed_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_provider_state_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_provider_state")),
    )
    op.create_table(
        "share",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("code", key(16), nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("openid", key(64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("uses", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_share_account_id")),
        sa.PrimaryKeyConstraint("account_id", "code", name=op.f("pk_share")),
        sa.UniqueConstraint("account_id", "job_id", name=op.f("uq_share_account_id_job_id")),
    )
    with op.batch_alter_table("share", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_share_account_id_openid"), ["account_id", "openid"], unique=False
        )

    with op.batch_alter_table("follower", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("left_at", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_follower_left_at"), ["left_at"], unique=False)

    with op.batch_alter_table("image_job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", key(16), server_default="draw", nullable=False))
        batch_op.add_column(sa.Column("recipe", TEXT, nullable=True))
        batch_op.add_column(
            sa.Column("parent_id", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("group_id", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("page", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("units", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("edits", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column("transparent", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("tried", key(255), server_default="", nullable=False))
        batch_op.add_column(sa.Column("words", TEXT, nullable=True))
        batch_op.create_index(batch_op.f("ix_image_job_group_id"), ["group_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("image_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_image_job_group_id"))
        batch_op.drop_column("words")
        batch_op.drop_column("tried")
        batch_op.drop_column("transparent")
        batch_op.drop_column("edits")
        batch_op.drop_column("units")
        batch_op.drop_column("page")
        batch_op.drop_column("group_id")
        batch_op.drop_column("parent_id")
        batch_op.drop_column("recipe")
        batch_op.drop_column("kind")

    with op.batch_alter_table("follower", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follower_left_at"))
        batch_op.drop_column("left_at")

    op.drop_table("share")
    op.drop_table("provider_state")
    op.drop_table("photo")
    op.drop_table("decision")
    op.drop_table("conversation")
    op.drop_table("complaint")
    op.drop_table("alarm")
    op.drop_table("agreement")
