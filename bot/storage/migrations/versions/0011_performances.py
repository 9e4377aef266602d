"""Performances that are going on, and the faces of characters."""

import sqlalchemy as sa
from alembic import op

revision = "0011_performances"
down_revision = "0010_readings"
branch_labels = None
depends_on = None

NUMBERS = ("guild_id", "channel_id", "member_id", "scene_id", "created")


def upgrade() -> None:
    row_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "performances",
        sa.Column("id", row_number, primary_key=True),
        sa.Column("machine", sa.String(64), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in NUMBERS),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("is_covered", "has_thread", "has_faces")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("opening_id", "message_id")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("position", "pace")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "faces",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("folded", sa.String(80), primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("channel_id", "message_id")),
        sa.Column("address", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("faces")
    op.drop_table("performances")
