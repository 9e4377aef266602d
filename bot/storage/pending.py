"""Requests that were acknowledged and not answered yet: the next process finishes them."""

import asyncio
import time
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import pending


@dataclass(frozen=True, kw_only=True)
class PendingRequest:
    """A request that was acknowledged; `id` and `token` are the interaction's."""

    id: int
    application_id: int
    token: str
    member_id: int
    created: int  # seconds since 1970
    request: str  # JSON


class _Batch:
    """Requests that are stored in one transaction."""

    def __init__(self) -> None:
        self.requests: list[PendingRequest] = []
        self.is_stored = False


class PendingRepository:
    """The table of requests on their way."""

    def __init__(self, database: Database) -> None:
        """Store requests in a database."""
        self._database = database
        self._writing = asyncio.Lock()
        self._batch = _Batch()

    async def add(self, request: PendingRequest) -> None:
        """Store a request until `delete`.

        Requests that come while others are being stored share the next transaction: a crowd is answered within 3 s.
        """
        batch = self._batch
        batch.requests.append(request)

        async def add(connection: AsyncConnection) -> None:
            await connection.execute(insert(pending), [asdict(each) for each in batch.requests])

        async with self._writing:
            if not batch.is_stored:
                self._batch = _Batch()
                await self._database.transact(add)
                batch.is_stored = True

    async def delete(self, request_id: int) -> None:
        """Delete a request that was answered or given up."""
        await self._database.execute(delete(pending).where(pending.c.id == request_id))

    async def read_unfinished(self, *, newer_than_seconds: float) -> list[PendingRequest]:
        """Return what an earlier process left unfinished, oldest first; delete what is too old."""
        oldest = int(time.time() - newer_than_seconds)
        await self._database.execute(delete(pending).where(pending.c.created < oldest))
        rows = await self._database.rows(select(pending).order_by(pending.c.id))
        return [PendingRequest(**{str(name): value for name, value in row.items()}) for row in rows]
