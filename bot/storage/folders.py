"""Which folders trainings made below the data directory: what is not noted here is never deleted."""

import time
from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from bot.storage.database import Database
from bot.storage.schema import folders


class FolderRepository:
    """The table of this machine's folders, each by its random key."""

    def __init__(self, database: Database, *, machine: str) -> None:
        """Store them in a database; `machine` names the data directory."""
        self._database = database
        self._machine = machine

    async def add(self, key: str) -> None:
        """Note a folder before it is made."""
        values = {"machine": self._machine, "key": key, "created": int(time.time())}
        await self._database.execute(insert(folders).values(values))

    async def read_all(self) -> Mapping[str, int]:
        """Return the keys, and when each was noted in seconds since 1970."""
        query = select(folders).where(folders.c.machine == self._machine)
        return {str(row["key"]): int(row["created"]) for row in await self._database.rows(query)}

    async def delete(self, key: str) -> None:
        """Forget a folder that is gone."""
        await self._database.execute(
            delete(folders).where(folders.c.machine == self._machine, folders.c.key == key)
        )
