"""Whose promises are pending, where else they can be kept, and the message that tells a training's end."""

import sqlalchemy as sa
from alembic import op

revision = "0004_delivery"
down_revision = "0003_directions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pending", sa.Column("machine", sa.String(64), nullable=False, server_default=""))
    for name in ("channel_id", "message_id"):
        op.add_column("pending", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("end_message_id", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("jobs") as table:
        table.drop_column("end_message_id")
    with op.batch_alter_table("pending") as table:
        for name in ("message_id", "channel_id", "machine"):
            table.drop_column(name)
