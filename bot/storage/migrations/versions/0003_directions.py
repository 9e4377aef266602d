"""What was asked of each part of an episode, how much of it is new, and the code that stands for it."""

import sqlalchemy as sa
from alembic import op

revision = "0003_directions"
down_revision = "0002_trainings"
branch_labels = None
depends_on = None

COLUMNS = ("parts", "originality", "code")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("episodes", sa.Column(name, sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("episodes") as table:
        for name in COLUMNS:
            table.drop_column(name)
