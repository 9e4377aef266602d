"""The performances that are going on, each with how far it is; and which pictures servers gave to characters."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database, lock_guild
from bot.storage.names import LimitError
from bot.storage.schema import metadata, row_number

AT_ONCE = 5  # performances of one bot
LONGEST_SECONDS = 6 * 3_600.0  # after which one is over that a machine left behind
_ALL_SERVERS = 0  # no server's number: the lock of what is counted over all of them


# A scene that is being performed, line by line. Its row is deleted once its end has been shown.
performances = Table(
    "performances",
    metadata,
    Column("id", row_number, primary_key=True),
    Column("machine", String(64), nullable=False),  # whose bot has begun it
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),  # where it was asked for
    Column("member_id", BigInteger, nullable=False),
    Column("scene_id", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),  # seconds since 1970
    Column("title", Text, nullable=False),  # empty for one that follows from the scene
    Column("state", String(16), nullable=False),  # performing, stopped or ended
    Column("is_covered", Boolean, nullable=False),  # as a spoiler
    Column("has_thread", Boolean, nullable=False),  # its own, whose number is that of the opening message
    Column("has_faces", Boolean, nullable=False),  # lines are the characters', through a webhook
    Column("opening_id", BigInteger, nullable=False),  # message with its buttons; 0 for none yet
    Column("message_id", BigInteger, nullable=False),  # of the last line; 0 for none yet
    Column("position", Integer, nullable=False),  # lines that were said
    Column("pace", Integer, nullable=False),  # how many times as fast as usual
)

# Which picture a character of a server has: in a message, for the addresses of files on Discord expire.
faces = Table(
    "faces",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("folded", String(80), primary_key=True),  # `str.casefold` of the character's name
    Column("channel_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("address", Text, nullable=False),  # of the picture, as it was last
)


@dataclass(frozen=True, kw_only=True)
class PerformanceRecord:
    """A performance as the database holds it; `id` is 0 until it is stored."""

    id: int = 0
    machine: str = ""
    guild_id: int
    channel_id: int
    member_id: int
    scene_id: int
    created: int  # seconds since 1970
    title: str = ""
    state: str = "performing"
    is_covered: bool = False
    has_thread: bool
    has_faces: bool
    opening_id: int = 0
    message_id: int = 0
    position: int = 0
    pace: int = 1

    @property
    def place_id(self) -> int:
        """Where its lines are said: its thread, which has the number of the opening message, or the channel."""
        return self.opening_id if self.has_thread else self.channel_id


class PerformanceRepository:
    """The table of performances."""

    def __init__(self, database: Database, *, machine: str) -> None:
        """Note which machine begins a performance."""
        self._database = database
        self._machine = machine

    async def add(self, performance: PerformanceRecord) -> PerformanceRecord:
        """Store a performance that begins; return it with its number.

        Raises:
            LimitError: So many are going on, or one of the same scene or without a thread in the same channel.
        """
        performance = replace(performance, machine=self._machine)
        values = {name: value for name, value in asdict(performance).items() if name != "id"}

        async def add(connection: AsyncConnection) -> PerformanceRecord:
            await lock_guild(connection, _ALL_SERVERS)
            old = performances.c.created < performance.created - LONGEST_SECONDS
            await connection.execute(delete(performances).where(old))
            count = await connection.scalar(select(func.count()).select_from(performances))
            if (count or 0) >= AT_ONCE:
                raise LimitError(
                    "{most} performances are going on, and there can be no more at once; wait for the end of one.",
                    most=AT_ONCE,
                )
            here = select(performances).where(performances.c.channel_id == performance.channel_id)
            for row in (await connection.execute(here)).mappings():
                if row["scene_id"] == performance.scene_id:
                    raise LimitError("That scene is being performed here already.")
                if not row["has_thread"] and not performance.has_thread:
                    raise LimitError("There is a performance going on in this channel; wait for its end.")
            result = await connection.execute(insert(performances).values(values))
            number: int = result.inserted_primary_key[0]  # type: ignore[index]  # one row has one key
            return replace(performance, id=number)

        return await self._database.transact(add)

    async def is_performed(self, scene_id: int) -> bool:
        """Tell whether a performance of a scene goes on."""
        same = select(performances.c.id).where(performances.c.scene_id == scene_id)
        return await self._database.row(same) is not None

    async def read_all(self) -> list[PerformanceRecord]:
        """Return the performances that are going on, oldest first: each is carried on by who serves its server."""
        rows = await self._database.rows(select(performances).order_by(performances.c.id))
        return [PerformanceRecord(**{str(name): value for name, value in row.items()}) for row in rows]

    async def update(self, number: int, **values: Any) -> None:  # noqa: ANN401 -- any column
        """Change a performance."""
        mine = update(performances).where(performances.c.id == number)
        await self._database.execute(mine.values(**values))

    async def delete(self, number: int) -> None:
        """Forget a performance that is over."""
        await self._database.execute(delete(performances).where(performances.c.id == number))


@dataclass(frozen=True)
class FaceRecord:
    """A picture, and the message of the bot's that holds it."""

    folded: str  # the character's name, as `fold_name` has it
    channel_id: int
    message_id: int
    address: str


class FaceRepository:
    """The table of faces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, guild_id: int) -> list[FaceRecord]:
        """Return the faces of a server."""
        rows = await self._database.rows(select(faces).where(faces.c.guild_id == guild_id))
        return [
            FaceRecord(row["folded"], row["channel_id"], row["message_id"], row["address"]) for row in rows
        ]

    async def write(self, guild_id: int, face: FaceRecord) -> None:
        """Give a character a face, in place of the one that it had."""

        async def write(connection: AsyncConnection) -> None:
            await _delete_face(connection, guild_id, face.folded)
            values = {"folded": face.folded, "channel_id": face.channel_id}
            values |= {"message_id": face.message_id, "address": face.address}
            await connection.execute(insert(faces).values(guild_id=guild_id, **values))

        await self._database.transact(write)

    async def delete(self, guild_id: int, folded: str) -> bool:
        """Take a character's face away; tell whether it had one."""
        return await self._database.transact(lambda connection: _delete_face(connection, guild_id, folded))


def fold_name(name: str) -> str:
    """Return what a character's name is known by, however it is written: `" Quark"` -> `"quark"`."""
    return " ".join(name.split()).casefold()[:80]


async def _delete_face(connection: AsyncConnection, guild_id: int, folded: str) -> bool:
    same = (faces.c.guild_id == guild_id, faces.c.folded == folded)
    return bool((await connection.execute(delete(faces).where(*same))).rowcount)
