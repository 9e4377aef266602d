"""Requests that were acknowledged and not answered yet: the next process finishes them."""

import asyncio
import time
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import pending


@dataclass(frozen=True, kw_only=True)
class PendingRequest:
    """A request that was acknowledged; `id` and `token` are the interaction's, or `id` a message's."""

    id: int
    application_id: int
    token: str  # empty for a message that mentions the bot
    member_id: int
    created: int  # seconds since 1970
    request: str  # JSON
    machine: str = ""  # of the bot that has promised it; filled in when it is stored
    channel_id: int = 0  # where a new message can be written; 0 for nowhere
    message_id: int = 0  # of the answer so far, where it is known


class _Batch:
    """Requests that are stored in one transaction."""

    def __init__(self) -> None:
        self.requests: list[PendingRequest] = []
        self.is_stored = False


class PendingRepository:
    """The table of requests on their way."""

    def __init__(self, database: Database, *, machine: str) -> None:
        """Store requests in a database; another bot on the same one leaves this machine's alone."""
        self._database = database
        self._machine = machine
        self._writing = asyncio.Lock()
        self._batch = _Batch()

    async def add(self, request: PendingRequest) -> None:
        """Store a request until `delete`.

        Requests that come while others are being stored share the next transaction: a crowd is answered within 3 s.
        """
        batch = self._batch
        batch.requests.append(request)

        async def add(connection: AsyncConnection) -> None:
            await connection.execute(
                insert(pending), [asdict(each) | {"machine": self._machine} for each in batch.requests]
            )

        async with self._writing:
            if not batch.is_stored:
                self._batch = _Batch()
                await self._database.transact(add)
                batch.is_stored = True

    async def delete(self, request_id: int) -> None:
        """Delete a request that was answered or given up."""
        await self._database.execute(delete(pending).where(pending.c.id == request_id))

    async def note_answer(self, request_id: int, message_id: int) -> None:
        """Keep the number of the message that answers a request so far."""
        mine = pending.c.id == request_id
        await self._database.execute(update(pending).where(mine).values(message_id=message_id))

    async def read_unfinished(self, *, newer_than_seconds: float) -> list[PendingRequest]:
        """Return what an earlier process of this machine left unfinished, oldest first; delete what is too old."""
        oldest = int(time.time() - newer_than_seconds)
        mine = pending.c.machine.in_((self._machine, ""))  # "": stored by an older version
        await self._database.execute(delete(pending).where(mine, pending.c.created < oldest))
        rows = await self._database.rows(select(pending).where(mine).order_by(pending.c.id))
        return [PendingRequest(**{str(name): value for name, value in row.items()}) for row in rows]
