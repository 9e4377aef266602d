"""The open database: transactions, also when its file is damaged meanwhile; knows no table."""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import RowMapping, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql import Select
from sqlalchemy.sql.dml import UpdateBase

from bot.storage.engine import StorageError, explain, is_damage, keep_aside, open_engine, read_url

Result = TypeVar("Result")

PURGE_PAUSES = 4  # times as long as a purge took, before the next one

log = logging.getLogger(__name__)


class Database:
    """A database; every method is one transaction and raises `StorageError` if that fails."""

    def __init__(self, engine: AsyncEngine, url: URL) -> None:
        """Take an engine that is open and up to date; see `Database.open`."""
        self._engine = engine
        self._url = url
        self._repair = asyncio.Lock()
        self._is_closed = False
        self.is_purged = True  # the last purge came to its end
        self._purging = asyncio.Lock()
        self._purge_begun = self._may_purge = 0.0  # by `time.monotonic`
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._file = _identify(url)

    @classmethod
    async def open(cls, database_url: str, *, data: Path) -> "Database":
        """Open the database, creating or migrating its tables.

        Raises:
            ConfigError: The address cannot be used.
            StorageError: The database is locked or out of reach.
        """
        url = read_url(database_url, data=data)
        return cls(await open_engine(url), url)

    async def close(self) -> None:
        """Finish what is running and close the database."""
        self._is_closed = True
        # A connection that is taken away from under a transaction would leave its task waiting for ever.
        await self._idle.wait()
        await self._engine.dispose()

    async def rows(self, query: Select[Any]) -> list[RowMapping]:
        """Return all rows of a query."""

        async def read(connection: AsyncConnection) -> list[RowMapping]:
            return list((await connection.execute(query)).mappings().all())

        return await self.transact(read)

    async def row(self, query: Select[Any]) -> RowMapping | None:
        """Return the first row of a query, or None."""
        return next(iter(await self.rows(query)), None)

    async def execute(self, statement: UpdateBase) -> int:
        """Insert, update or delete; return the number of rows."""

        async def run(connection: AsyncConnection) -> int:
            return int((await connection.execute(statement)).rowcount)

        return await self.transact(run)

    async def transact(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """Do work in a transaction, unless the database is closed."""
        if self._is_closed:
            raise StorageError("The bot is restarting; try again in a moment.")
        self._running += 1
        self._idle.clear()
        try:
            return await self._run_or_repair(work)
        finally:
            self._running -= 1
            if self._running == 0:
                self._idle.set()

    async def purge(self) -> None:
        """Write SQLite's file anew: `secure_delete` leaves a row's bytes in a page that it was moved from before.

        Who asks while it is written shares the next time, and most of the time is others': a large file takes long.
        """
        asked, self.is_purged = time.monotonic(), False
        async with self._purging:
            if self._purge_begun > asked and self.is_purged:
                return
            await asyncio.sleep(self._may_purge - time.monotonic())
            self.is_purged, self._purge_begun = False, time.monotonic()
            try:
                await self.purge_log("VACUUM")
                self.is_purged = True
            finally:
                took = time.monotonic() - self._purge_begun
                self._may_purge = time.monotonic() + PURGE_PAUSES * took

    async def purge_log(self, *before: str) -> None:
        """Empty SQLite's log, which still holds what was deleted; first execute what comes `before`."""
        if self._url.get_backend_name() != "sqlite" or self._is_closed:
            return
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                for statement in before:
                    await connection.exec_driver_sql(statement)
                emptied = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                if emptied.scalar():  # somebody else reads the log
                    raise StorageError("The database is busy; try again in a moment.")
        except (SQLAlchemyError, OSError) as error:
            raise StorageError(explain(error)) from error

    def copies(self) -> list[str]:
        """Return the names of damaged databases that are kept aside beside this one."""
        if self._url.get_backend_name() != "sqlite":
            return []
        database = Path(str(self._url.database))
        return sorted(path.name for path in database.parent.glob(f"{database.name}.damaged-*"))

    async def _run_or_repair(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """Do work in a transaction; if the SQLite file turns out damaged, once more in a new one."""
        if self._file != _identify(self._url):
            await self._follow_file()
        engine = self._engine
        try:
            async with engine.begin() as connection:
                return await work(connection)
        except (SQLAlchemyError, OSError) as error:
            if not is_damage(error):
                raise StorageError(explain(error)) from error
            await self._begin_anew(engine)
        try:
            async with self._engine.begin() as connection:
                return await work(connection)
        except (SQLAlchemyError, OSError) as error:
            raise StorageError(explain(error)) from error

    async def _begin_anew(self, damaged: AsyncEngine) -> None:
        async with self._repair:
            if self._engine is not damaged:  # another request was quicker
                return
            await damaged.dispose()
            await asyncio.to_thread(keep_aside, self._url)
            await self._open_anew(is_successor=True)

    async def _follow_file(self) -> None:
        """Open what is in the place of a SQLite file that somebody deleted or replaced: writes to it would be lost."""
        async with self._repair:
            if self._file == _identify(self._url):  # another request was quicker
                return
            log.error(
                "The database %s was deleted or replaced while the bot ran: what is there now is used.",
                self._url.database,
            )
            await self._engine.dispose()
            # The log of the file that has gone does not belong to the new one.
            await asyncio.to_thread(_drop_log, self._url)
            await self._open_anew(is_successor=True)

    async def _open_anew(self, *, is_successor: bool) -> None:
        self._engine = await open_engine(self._url, is_successor=is_successor)
        self._file = _identify(self._url)


def _drop_log(url: URL) -> None:
    for ending in ("-wal", "-shm"):
        Path(f"{url.database}{ending}").unlink(missing_ok=True)


async def lock_guild(connection: AsyncConnection, guild_id: int) -> None:
    """Let no other transaction about this server run beside this one; SQLite has one at a time anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": guild_id})


def _identify(url: URL) -> tuple[int, int] | None:
    """Return which file SQLite's database is; None where it has gone, or is another kind of database."""
    if url.get_backend_name() != "sqlite":
        return None
    try:
        found = os.stat(str(url.database))  # noqa: PTH116 -- before every transaction
    except OSError:
        return None
    return found.st_dev, found.st_ino
