"""What belongs to one process for a while: its requests on the way, its shards."""

import sqlalchemy as sa
from alembic import op

revision = "0007_leases"
down_revision = "0006_consent"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("ends", sa.Float, nullable=False),
        sa.Index("leases_of_owner", "owner"),
    )


def downgrade() -> None:
    op.drop_table("leases")
