"""The open database: transactions, also when its file is damaged meanwhile; knows no table."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import RowMapping
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql import Select
from sqlalchemy.sql.dml import UpdateBase

from bot.storage.engine import StorageError, explain, is_damage, keep_aside, open_engine, read_url

Result = TypeVar("Result")


class Database:
    """A database; every method is one transaction and raises `StorageError` if that fails."""

    def __init__(self, engine: AsyncEngine, url: URL) -> None:
        """Take an engine that is open and up to date; see `Database.open`."""
        self._engine = engine
        self._url = url
        self._repair = asyncio.Lock()
        self._is_closed = False
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

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

    async def _run_or_repair(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """Do work in a transaction; if the SQLite file turns out damaged, once more in a new one."""
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
            self._engine = await open_engine(self._url, is_successor=True)
