"""Who may be learnt from in which server, and whose messages a training learns from."""

import sqlalchemy as sa
from alembic import op

revision = "0006_consent"
down_revision = "0005_safety"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("models", sa.Column("people", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "consents",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("member_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("answer", sa.String(3), nullable=False),
        sa.Column("speaker", sa.Text, nullable=False),
    )
    op.create_index("consents_of_member", "consents", ["member_id"])
    op.create_table(
        "learners",
        sa.Column("training_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("member_id", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_index("learners_of_member", "learners", ["member_id"])


def downgrade() -> None:
    for name in ("learners", "consents"):
        op.drop_table(name)
    with op.batch_alter_table("models") as table:
        table.drop_column("people")
