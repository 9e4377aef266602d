"""What the administrators of servers have set: a value for a name, with the one before it, so that it can be undone."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database, lock_guild
from bot.storage.schema import guild_settings

FRESH_SECONDS = 5.0  # that settings are taken from memory; a machine beside this one may change them
MOST_FRESH = 10_000  # servers


@dataclass(frozen=True)
class SettingChange:
    """A setting that was changed, or changed back; None stands for one that is not set."""

    name: str
    before: str | None
    value: str | None
    version: int  # of the setting: how often it was changed


class GuildSettingRepository:
    """The table of what servers have set."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._fresh: dict[int, tuple[float, Mapping[str, str]]] = {}  # server to when it was read, and what
        self._reading = asyncio.Lock()

    async def read(self, guild_id: int) -> Mapping[str, str]:
        """Return what a server has set, by name."""
        # Each request asks this: a crowd's first one reads it for all, so that none waits for the database.
        async with self._reading:
            read_at, found = self._fresh.get(guild_id, (-FRESH_SECONDS, {}))
            if time.monotonic() - read_at < FRESH_SECONDS:
                return found
            if len(self._fresh) >= MOST_FRESH:
                self._fresh.clear()
            query = select(guild_settings.c.name, guild_settings.c.value).where(
                guild_settings.c.guild_id == guild_id, guild_settings.c.value.is_not(None)
            )
            found = {str(row["name"]): str(row["value"]) for row in await self._database.rows(query)}
            self._fresh[guild_id] = (time.monotonic(), found)
            return found

    async def change(self, guild_id: int, name: str, value: str | None) -> SettingChange:
        """Set a setting of a server; None takes it back."""

        async def change(connection: AsyncConnection) -> SettingChange:
            await lock_guild(connection, guild_id)
            row = await _read_row(connection, guild_id, name)
            before, version = (row["value"], int(row["version"])) if row else (None, 0)
            made = SettingChange(name, before, value, version + 1)
            await _write_row(connection, guild_id, made, is_new=row is None)
            return made

        made = await self._database.transact(change)
        self._fresh.pop(guild_id, None)
        return made

    async def undo(self, guild_id: int, name: str, version: int) -> SettingChange | None:
        """Take a change back; None where the setting was changed again since, or never so."""

        async def undo(connection: AsyncConnection) -> SettingChange | None:
            await lock_guild(connection, guild_id)
            row = await _read_row(connection, guild_id, name)
            if row is None or row["version"] != version:
                return None
            made = SettingChange(name, row["value"], row["before"], version + 1)
            await _write_row(connection, guild_id, made, is_new=False)
            return made

        made = await self._database.transact(undo)
        self._fresh.pop(guild_id, None)
        return made


async def _read_row(connection: AsyncConnection, guild_id: int, name: str) -> RowMapping | None:
    query = select(guild_settings).where(guild_settings.c.guild_id == guild_id, guild_settings.c.name == name)
    return (await connection.execute(query)).mappings().first()


async def _write_row(
    connection: AsyncConnection, guild_id: int, made: SettingChange, *, is_new: bool
) -> None:
    values = {"value": made.value, "before": made.before, "version": made.version}
    if is_new:
        await connection.execute(insert(guild_settings).values(guild_id=guild_id, name=made.name, **values))
        return
    same = (guild_settings.c.guild_id == guild_id, guild_settings.c.name == made.name)
    await connection.execute(update(guild_settings).where(*same).values(values))
