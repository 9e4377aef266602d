"""The database's tables, as the newest migration leaves them; made for SQLite and PostgreSQL alike."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text

# The migration that these tables correspond to: a database that says so needs no look at the migrations.
REVISION = "0001"

metadata = MetaData()

# SQLite numbers rows by itself only in a column that is declared INTEGER.
row_number = BigInteger().with_variant(Integer, "sqlite")

episodes = Table(
    "episodes",
    metadata,
    Column("id", row_number, primary_key=True),
    Column("request_id", BigInteger, nullable=False, unique=True),  # the interaction or message that asked
    Column("member_id", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),  # seconds since 1970
    Column("line", Text, nullable=False),  # as the member gave it
    Column("model", Text, nullable=False),  # the run's name at that time
    Column("fingerprint", String(64), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("earlier", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("temperature", Float, nullable=False),
    Column("length", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("notice", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Index("episodes_of_member", "member_id", "id"),
    Index("episodes_by_age", "created"),
)

# What was asked and acknowledged, but not shown yet: a new process finishes it.
pending = Table(
    "pending",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # the interaction's
    Column("application_id", BigInteger, nullable=False),
    Column("token", Text, nullable=False),  # the interaction's; it works for 15 minutes
    Column("member_id", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("request", Text, nullable=False),  # JSON
)

settings = Table(
    "settings",
    metadata,
    Column("scope", String(64), primary_key=True),  # "bot", or a server
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

counts = Table(
    "counts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("amount", BigInteger, nullable=False),
)
