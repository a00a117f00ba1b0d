"""Indexes for what the dispatcher asks five times a second, and for a picture's edits."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("image_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_image_job_lease_until"), ["lease_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_image_job_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_image_job_state_told_account_id"),
            ["state", "told", "account_id"],
            unique=False,
        )
        batch_op.drop_index(batch_op.f("ix_image_job_state_not_before"))


def downgrade() -> None:
    with op.batch_alter_table("image_job", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_image_job_state_not_before"), ["state", "not_before"], unique=False
        )
        batch_op.drop_index(batch_op.f("ix_image_job_state_told_account_id"))
        batch_op.drop_index(batch_op.f("ix_image_job_parent_id"))
        batch_op.drop_index(batch_op.f("ix_image_job_lease_until"))
