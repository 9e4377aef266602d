"""Where scenes were written and by whose words, names that are unique, what a clean-up may delete, who left."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005_safety"
down_revision = "0004_delivery"
branch_labels = None
depends_on = None

COLUMNS = ("key", "place")


def upgrade() -> None:
    op.add_column("episodes", sa.Column("key", sa.String(16), nullable=False, server_default=""))
    op.add_column("episodes", sa.Column("place", sa.String(32), nullable=False, server_default=""))
    op.create_index("episodes_by_code", "episodes", ["code"])
    op.create_table(
        "episode_words",
        sa.Column("episode_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("member_id", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_index("episode_words_of_member", "episode_words", ["member_id"])
    op.create_table(
        "model_names",
        sa.Column("machine", sa.String(64), primary_key=True),
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("folded", sa.Text, primary_key=True),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("machine", "owner"),
    )
    op.create_table(
        "folders",
        sa.Column("machine", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("created", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "deletions",
        sa.Column("member_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("time", sa.Float, nullable=False),
    )
    connection = op.get_bind()
    _find_whose_words(connection)
    _take_names(connection)
    _note_folders(connection)


def downgrade() -> None:
    for name in ("deletions", "folders", "model_names", "episode_words"):
        op.drop_table(name)
    op.drop_index("episodes_by_code", "episodes")
    with op.batch_alter_table("episodes") as table:
        for name in COLUMNS:
            table.drop_column(name)


def _find_whose_words(connection: sa.Connection) -> None:
    """Say that a beginning is the words of whoever gave it first: who went on with a scene copied it."""
    connection.execute(
        sa.text(
            "INSERT INTO episode_words (episode_id, member_id) SELECT id, CASE WHEN prompt = '' THEN member_id ELSE "
            "(SELECT first.member_id FROM episodes AS first WHERE first.fingerprint = episodes.fingerprint "
            "AND first.prompt = episodes.prompt ORDER BY first.id LIMIT 1) END FROM episodes "
            "WHERE line <> '' OR parts <> '' OR prompt <> ''"
        )
    )
    # A line is offered again to who gave it; whoever copied it has it in the scene's prompt alone.
    connection.execute(
        sa.text(
            "UPDATE episodes SET line = '' WHERE NOT EXISTS "
            "(SELECT 1 FROM episode_words AS words "
            "WHERE words.episode_id = episodes.id AND words.member_id = episodes.member_id)"
        )
    )


def _take_names(connection: sa.Connection) -> None:
    """Take the names of all models and of the trainings on their way; a second one gets its number behind it."""
    query = sa.text(
        "SELECT id, machine, guild_id, name, 0 AS waits FROM models UNION ALL "
        "SELECT id, machine, guild_id, name, 1 AS waits FROM jobs WHERE state IN ('waiting', 'running') "
        "AND id NOT IN (SELECT id FROM models) ORDER BY waits, id"
    )
    taken: set[tuple[str, int, str]] = set()
    for row in connection.execute(query).mappings().all():
        name = str(row["name"])
        if (row["machine"], row["guild_id"], name.casefold()) in taken:
            name = f"{name[:30]} {row['id']}"
            change = (
                "UPDATE jobs SET name = :name WHERE id = :id"
                if row["waits"]
                else ("UPDATE models SET name = :name WHERE id = :id")
            )
            connection.execute(sa.text(change), {"name": name, "id": row["id"]})
        taken.add((row["machine"], row["guild_id"], name.casefold()))
        connection.execute(
            sa.text(
                "INSERT INTO model_names (machine, guild_id, folded, owner) "
                "VALUES (:machine, :guild_id, :folded, :owner)"
            ),
            {
                "machine": row["machine"],
                "guild_id": row["guild_id"],
                "folded": name.casefold(),
                "owner": row["id"],
            },
        )


def _note_folders(connection: sa.Connection) -> None:
    """Note which folders trainings have made: only these are ever deleted."""
    rows = connection.execute(sa.text("SELECT machine, plan, created FROM jobs")).mappings().all()
    found = {
        (str(row["machine"]), str(json.loads(row["plan"]).get("key", ""))): row["created"] for row in rows
    }
    for (machine, key), created in found.items():
        if key:
            connection.execute(
                sa.text("INSERT INTO folders (machine, key, created) VALUES (:machine, :key, :created)"),
                {"machine": machine, "key": key, "created": created},
            )
