"""Trainings that any machine's worker carries out: who does, in which attempt, how far, and whether to stop."""

import sqlalchemy as sa
from alembic import op

revision = "0009_workers"
down_revision = "0008_guild_settings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("worker", sa.String(64), nullable=False, server_default=""))
    op.add_column("jobs", sa.Column("attempt", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("lost", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("progress", sa.Text, nullable=False, server_default=""))
    op.add_column("jobs", sa.Column("cancel", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("jobs") as table:
        for name in ("cancel", "progress", "lost", "attempt", "worker"):
            table.drop_column(name)
