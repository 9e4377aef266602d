"""Trainings that servers ask for, and the models that came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0002_trainings"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("machine", sa.String(64), nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("queued", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("pid_started", sa.Float, nullable=False),
        sa.Column("deaths", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        # A job's number names its folder: it is never given twice.
        sqlite_autoincrement=True,
    )
    op.create_index("jobs_by_state", "jobs", ["machine", "state", "queued"])
    op.create_index("jobs_of_guild", "jobs", ["guild_id", "queued"])
    op.create_table(
        "models",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("machine", sa.String(64), nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("bits", sa.Float, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )
    op.create_index("models_of_guild", "models", ["guild_id", "created"])


def downgrade() -> None:
    for table in ("models", "jobs"):
        op.drop_table(table)
