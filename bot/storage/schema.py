"""The database's tables, as the newest migration leaves them, for SQLite and PostgreSQL; newer ones in `tables/`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

# The migration that these tables correspond to: a database that says so needs no look at the migrations.
REVISION = "0012_programmes"

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
    Column("parts", Text, nullable=False, server_default=""),  # JSON; empty: not known
    Column("originality", Text, nullable=False, server_default=""),
    Column("code", Text, nullable=False, server_default=""),
    Column("key", String(16), nullable=False, server_default=""),  # random; empty in scenes from before keys
    Column(
        "place", String(32), nullable=False, server_default=""
    ),  # where it is given back; empty: not known
    Index("episodes_of_member", "member_id", "id"),
    Index("episodes_by_code", "code"),
    Index("episodes_by_age", "created"),
)

# Whose words are in a scene: of who asked for it, or for one that it goes on from or copies, or who was quoted.
episode_words = Table(
    "episode_words",
    metadata,
    Column("episode_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Index("episode_words_of_member", "member_id"),
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
    Column("machine", String(64), nullable=False, server_default=""),  # whose bot has promised it
    Column("channel_id", BigInteger, nullable=False, server_default="0"),  # 0 for nowhere to write anew
    Column(
        "message_id", BigInteger, nullable=False, server_default="0"
    ),  # of the answer so far; 0: not known
)

settings = Table(
    "settings",
    metadata,
    Column("scope", String(64), primary_key=True),  # "bot", or a server
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# What the administrators of a server have set with /settings, each with the value before it.
guild_settings = Table(
    "guild_settings",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=True),  # None: not set, so the usual holds
    Column("before", Text, nullable=True),
    Column("version", Integer, nullable=False),  # how often it was changed; a button undoes one version
)

counts = Table(
    "counts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("amount", BigInteger, nullable=False),
)

# A training that a server asked for: offered (previewed, not begun), waiting, running; done, failed or cancelled.
jobs = Table(
    "jobs",
    metadata,
    Column("id", row_number, primary_key=True),
    Column("machine", String(64), nullable=False),  # whose data directory holds it
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),  # that shows its progress; 0 for none yet
    Column("member_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),  # of the model to be
    Column("created", BigInteger, nullable=False),  # seconds since 1970
    Column("queued", BigInteger, nullable=False),  # 0 while it is only offered
    Column("ended", BigInteger, nullable=False),  # 0 until it has
    Column("state", String(16), nullable=False),
    Column("told", Boolean, nullable=False),  # the server has been shown its end
    Column("plan", Text, nullable=False),  # JSON: what train.py is told
    Column("pid", BigInteger, nullable=False),  # of the last child process; 0 for none
    Column("pid_started", Float, nullable=False),  # a number may be given to another process later
    Column("deaths", Integer, nullable=False),  # unexpected ends so far
    Column("outcome", Text, nullable=False),  # JSON
    Column(
        "end_message_id", BigInteger, nullable=False, server_default="0"
    ),  # that tells the end; 0 for none yet
    Column(
        "worker", String(64), nullable=False, server_default=""
    ),  # that trains; empty: the bot of the machine does
    Column(
        "attempt", Integer, nullable=False, server_default="0"
    ),  # of workers; an earlier one may change nothing
    Column("lost", Integer, nullable=False, server_default="0"),  # workers that died over it
    Column("progress", Text, nullable=False, server_default=""),  # JSON, as its worker says
    Column(
        "cancel", Text, nullable=False, server_default=""
    ),  # JSON, the outcome that its worker is to stop with
    Index("jobs_by_state", "machine", "state", "queued"),
    Index("jobs_of_guild", "guild_id", "queued"),
)

models = Table(
    "models",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # the number of its job
    Column("machine", String(64), nullable=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),  # who trained it
    Column("name", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("folder", Text, nullable=False),  # of the run, below the data directory
    Column("fingerprint", String(64), nullable=False),
    Column("bits", Float, nullable=False),  # per character, on its held-out text
    Column("bytes", BigInteger, nullable=False),
    Column("people", Integer, nullable=False, server_default="0"),  # members whose messages it learnt from
    Index("models_of_guild", "guild_id", "created"),
)

# The names of a server's models, and of those that are being trained: each once, in any case.
model_names = Table(
    "model_names",
    metadata,
    Column("machine", String(64), primary_key=True),
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("folded", Text, primary_key=True),  # `str.casefold` of the name
    Column("owner", BigInteger, nullable=False),  # the number of the training, which is the model's
    UniqueConstraint("machine", "owner"),
)

# The folders that trainings made below a data directory: a clean-up deletes these and no others.
folders = Table(
    "folders",
    metadata,
    Column("machine", String(64), primary_key=True),
    Column("key", String(32), primary_key=True),
    Column("created", BigInteger, nullable=False),  # seconds since 1970
)

# Who used /forget-me a moment ago: what was on its way then is not stored. Deleted after as long as a request lives.
deletions = Table(
    "deletions",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("time", Float, nullable=False),  # seconds since 1970
)

# What members answered when they were asked whether the bot may learn from what they write in a server.
consents = Table(
    "consents",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("answer", String(3), nullable=False),  # yes or no; without a row it is no
    Column("speaker", Text, nullable=False),  # whose lines theirs are; empty for their own name
    Index("consents_of_member", "member_id"),
)

# Whose messages a training learns from. A no takes its rows away, and those of models that are there already.
learners = Table(
    "learners",
    metadata,
    Column("training_id", BigInteger, primary_key=True, autoincrement=False),  # of its model, too
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Index("learners_of_member", "member_id"),
)

# What belongs to one process for a while: that it lives, and which shards are its own.
leases = Table(
    "leases",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),  # a machine
    Column("ends", Float, nullable=False),  # seconds since 1970, by the database's clock
    Index("leases_of_owner", "owner"),
)
