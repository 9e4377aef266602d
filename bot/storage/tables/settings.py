"""Settings that are made while the bot runs: a text for a name, of the bot or of a server."""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import settings

BOT = "bot"  # the scope of what holds for all servers


class SettingRepository:
    """The table of settings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, scope: str, name: str) -> str | None:
        """Return a setting's value, if it was set."""
        return await self._database.transact(lambda connection: read_setting(connection, scope, name))

    async def write(self, scope: str, name: str, value: str | None) -> None:
        """Set a setting; None removes it."""
        await self._database.transact(lambda connection: write_setting(connection, scope, name, value))


def scope_of(guild_id: int | None) -> str:
    """Return the scope of a server's settings, or of all servers' for None."""
    return BOT if guild_id is None else f"guild {guild_id}"


async def read_setting(connection: AsyncConnection, scope: str, name: str) -> str | None:
    """Return a setting's value inside a transaction, if it was set."""
    query = select(settings.c.value).where(settings.c.scope == scope, settings.c.name == name)
    value: str | None = await connection.scalar(query)
    return value


async def write_setting(connection: AsyncConnection, scope: str, name: str, value: str | None) -> None:
    """Set a setting inside a transaction; None removes it."""
    same = (settings.c.scope == scope, settings.c.name == name)
    if value is None:
        await connection.execute(delete(settings).where(*same))
    elif not (await connection.execute(update(settings).where(*same).values(value=value))).rowcount:
        await connection.execute(insert(settings).values(scope=scope, name=name, value=value))
