"""Which pictures servers gave to characters."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, String, Table, Text, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import metadata

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
