"""The channels that are read for a training, and how far each is."""

import sqlalchemy as sa
from alembic import op

revision = "0010_readings"
down_revision = "0009_workers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("guild_id", "channel_id", "message_id", "member_id", "created", "length")
        ),
        sa.Column("machine", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        # Buttons carry a reading's number: it is never given twice.
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reading_channels",
        sa.Column("reading_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("channel_id", sa.BigInteger, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("cursor", "looked", "taken")),
        sa.Column("is_done", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    for name in ("reading_channels", "readings"):
        op.drop_table(name)
