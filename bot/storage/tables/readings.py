"""The readings of servers' channels, and how far each is."""

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database, lock_guild
from bot.storage.names import LimitError
from bot.storage.schema import metadata, row_number

DRAFT, READING, READ, OVER = "draft", "reading", "read", "over"

# Servers' channels that are read for a training: asked for, being read, read and waiting for a preview, or over.
readings = Table(
    "readings",
    metadata,
    Column("id", row_number, primary_key=True),
    Column("machine", String(64), nullable=False),  # whose data directory has the file
    Column("message_id", BigInteger, nullable=False),  # that shows it; 0 for none yet
    Column("created", BigInteger, nullable=False),  # seconds since 1970
    Column("length", BigInteger, nullable=False),  # bytes of the file that count
    *(Column(name, BigInteger, nullable=False) for name in ("guild_id", "channel_id", "member_id")),
    Column("state", String(16), nullable=False),
    Column("key", String(32), nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("request", Text, nullable=False),  # JSON
    Column("note", Text, nullable=False),
)

reading_channels = Table(
    "reading_channels",
    metadata,
    Column("reading_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("cursor", BigInteger, nullable=False),  # the oldest message that was looked at
    *(Column(name, BigInteger, nullable=False) for name in ("looked", "taken")),
    Column("is_done", Boolean, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class ReadingRecord:
    """A reading as the database holds it; `id` is 0 until it is stored."""

    id: int = 0
    machine: str = ""
    guild_id: int
    channel_id: int  # where it was asked for, and is shown
    message_id: int = 0
    member_id: int
    created: int  # seconds since 1970; when it was asked for, begun or finished
    state: str = DRAFT
    key: str = ""  # of its folder
    hidden: bool = False  # channels that not everybody sees may be read
    length: int = 0  # bytes of its file that count
    request: str = "{}"  # JSON
    note: str = ""  # why it is over; see `dump_text`

    def asked(self) -> dict[str, Any]:
        """Return what the training was asked to be."""
        return dict(json.loads(self.request))


@dataclass(frozen=True, kw_only=True)
class ReadingChannel:
    """A channel of a reading, read from its newest message to its first."""

    channel_id: int
    cursor: int  # the oldest message that was looked at
    looked: int = 0  # messages looked at
    taken: int = 0  # lines taken
    is_done: bool = False


class ReadingRepository:
    """The readings of this machine."""

    def __init__(self, database: Database, *, machine: str) -> None:
        """Store them in a database; `machine` names the data directory that their files are in."""
        self._database = database
        self._machine = machine

    async def add(self, reading: ReadingRecord) -> ReadingRecord:
        """Store a reading and return it with its number."""
        values = {**asdict(reading), "machine": self._machine}
        del values["id"]

        async def add(connection: AsyncConnection) -> int:
            result = await connection.execute(insert(readings).values(values))
            return int(result.inserted_primary_key[0])  # type: ignore[index]  # one row has one key

        number = await self._database.transact(add)
        return replace(reading, id=number, machine=self._machine)

    async def read(self, number: int) -> ReadingRecord | None:
        """Return the reading of that number."""
        row = await self._database.row(select(readings).where(readings.c.id == number))
        return None if row is None else _as_reading(row)

    async def read_states(self, *states: str) -> list[ReadingRecord]:
        """Return this machine's readings in these states, the oldest first."""
        mine = select(readings).where(readings.c.machine == self._machine, readings.c.state.in_(states))
        return [_as_reading(row) for row in await self._database.rows(mine.order_by(readings.c.id))]

    async def update(self, number: int, *, only_from: tuple[str, ...] = (), **changes: Any) -> bool:  # noqa: ANN401 -- any column's value
        """Change a reading, only in one of the states `only_from` where they are given; tell whether it was."""
        query = update(readings).where(readings.c.id == number)
        if only_from:
            query = query.where(readings.c.state.in_(only_from))
        return bool(await self._database.execute(query.values(changes)))

    async def begin(self, reading: ReadingRecord) -> ReadingRecord:
        """Begin with a reading that was asked for: the check and the change are one transaction.

        Raises:
            LimitError: It was begun already, or another one of its server is not over.
        """
        begun = replace(reading, state=READING, created=int(time.time()))

        async def begin(connection: AsyncConnection) -> None:
            await lock_guild(connection, reading.guild_id)
            mine = update(readings).where(readings.c.id == reading.id, readings.c.state == DRAFT)
            changes = {"state": begun.state, "created": begun.created}
            if not (await connection.execute(mine.values(changes))).rowcount:
                raise LimitError("That reading has begun already.")
            others = (readings.c.guild_id == reading.guild_id, readings.c.id != reading.id)
            busy = select(readings.c.id).where(*others, readings.c.state.in_((READING, READ)))
            if (await connection.execute(busy)).first() is not None:
                raise LimitError(
                    "This server's channels are being read already; cancel that, or wait for it."
                )

        await self._database.transact(begin)
        return begun

    async def delete(self, number: int) -> None:
        """Delete a reading, whose file is gone."""

        async def remove(connection: AsyncConnection) -> None:
            await connection.execute(delete(reading_channels).where(reading_channels.c.reading_id == number))
            await connection.execute(delete(readings).where(readings.c.id == number))

        await self._database.transact(remove)

    async def choose_channels(self, number: int, channel_ids: Iterable[int]) -> None:
        """Let a reading be of these channels, from now on backwards."""
        newest = (int(time.time() * 1_000) - 1_420_070_400_000) << 22  # "Reference", Snowflakes
        rows = [
            {"reading_id": number, "channel_id": each, "cursor": newest, "looked": 0, "taken": 0, "is_done": False}
            for each in channel_ids
        ]  # fmt: skip

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(delete(reading_channels).where(reading_channels.c.reading_id == number))
            if rows:
                await connection.execute(insert(reading_channels), rows)

        await self._database.transact(write)

    async def read_channels(self, number: int) -> list[ReadingChannel]:
        """Return the channels of a reading, in the order in which they are read."""
        query = select(reading_channels).where(reading_channels.c.reading_id == number)
        rows = await self._database.rows(query.order_by(reading_channels.c.channel_id))
        return [
            ReadingChannel(**{str(name): value for name, value in row.items() if name != "reading_id"})
            for row in rows
        ]

    async def note_page(self, number: int, channel: ReadingChannel, *, length: int) -> None:
        """Note how far a channel has been read, and how much of the file holds for it."""

        async def note(connection: AsyncConnection) -> None:
            values = asdict(channel)
            where = (
                reading_channels.c.reading_id == number,
                reading_channels.c.channel_id == values.pop("channel_id"),
            )
            await connection.execute(update(reading_channels).where(*where).values(values))
            await connection.execute(update(readings).where(readings.c.id == number).values(length=length))

        await self._database.transact(note)


def _as_reading(row: RowMapping) -> ReadingRecord:
    return ReadingRecord(**{str(name): value for name, value in row.items()})
