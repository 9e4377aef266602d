"""Programmes, and the episodes of their seasons."""

import sqlalchemy as sa
from alembic import op

revision = "0012_programmes"
down_revision = "0011_performances"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    numbers = ("guild_id", "channel_id", "member_id", "created")
    op.create_table(
        "programmes",
        sa.Column("id", row_number, primary_key=True),
        sa.Column("machine", sa.String(64), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in numbers),
        sa.Column("title", sa.Text, nullable=False),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("cron", "zone")),
        sa.Column("hours", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("cast", "place", "show")),
        sa.Column("length", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("is_performed", "goes_on", "is_paused")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("due", "message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("programmes_of_guild", "programmes", ["guild_id"])
    op.create_index("programmes_by_time", "programmes", ["due"])
    op.create_table(
        "season_episodes",
        sa.Column("programme_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("is_done", sa.Boolean, nullable=False),
        sa.Column("scene_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("season_episodes")
    op.drop_table("programmes")
