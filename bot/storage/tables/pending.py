"""Requests that were acknowledged and not answered yet: what this process does not answer, the next one does."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TypeVar

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.engine import StorageError
from bot.storage.schema import leases, pending
from bot.storage.tables.leases import BOT, read_clock
from core.errors import CoreError

SETTLE_SECONDS = 5.0  # between two attempts to forget a request that was answered
PATIENCE_SECONDS = (
    300.0  # that what was promised waits for a database that is away, such as one that is restarted
)
AGAIN_SECONDS = 1.0

Result = TypeVar("Result")

log = logging.getLogger(__name__)


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
        return list(map(_as_request, rows))

    async def take_over(self, *, newer_than_seconds: float) -> list[PendingRequest]:
        """Make the requests of processes that live no longer this one's, and return them, oldest first."""

        async def take(connection: AsyncConnection) -> list[PendingRequest]:
            alive = select(leases.c.owner).where(
                leases.c.kind == BOT, leases.c.ends >= await read_clock(connection)
            )
            left = (pending.c.machine != self._machine, pending.c.machine.not_in(alive))
            oldest = int(time.time() - newer_than_seconds)
            mine = update(pending).where(*left, pending.c.created >= oldest).values(machine=self._machine)
            rows = (await connection.execute(mine.returning(pending))).mappings()
            return sorted(map(_as_request, rows), key=lambda request: request.id)

        return await self._database.transact(take)


def _as_request(row: RowMapping) -> PendingRequest:
    return PendingRequest(**{str(name): value for name, value in row.items()})


class Promises:
    """What this process has promised to answer, or has taken over from an earlier one."""

    def __init__(self, pending: PendingRepository) -> None:
        self._pending = pending
        self._open: set[int] = set()  # requests
        self._settling: set[asyncio.Task[None]] = set()

    def __contains__(self, request_id: int) -> bool:
        """Tell whether a request was promised an answer."""
        return request_id in self._open

    async def make(self, pending: PendingRequest) -> None:
        """Store a promise, before it is given.

        Raises:
            StorageError: It cannot be stored, so none may be given.
        """
        if pending.id in self._open:  # the database went away after it was given
            return
        self._open.add(pending.id)
        try:
            await self._pending.add(pending)
        except StorageError:
            # It may be there all the same, and is refused now: no later process is to answer it once more.
            self._open.discard(pending.id)
            self._keep_settling(pending.id)
            raise

    async def insist(self, request_id: int, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do the work of a request: where it was promised an answer, again until the database is back.

        Raises:
            StorageError: The database is away, and nothing was promised, or it is for too long.
        """
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return await work()
            except StorageError as error:
                if request_id not in self._open or time.monotonic() >= ends:
                    raise
                log.warning("A promised scene waits for the database: %s", error)
            await asyncio.sleep(AGAIN_SECONDS)

    def take_over(self, request_id: int) -> bool:
        """Answer for what an earlier process has promised; tell whether nobody here does already."""
        is_new = request_id not in self._open
        self._open.add(request_id)
        return is_new

    async def note_answer(self, request_id: int, message_id: int) -> None:
        """Store which message answers a request so far, if that goes."""
        try:
            await self._pending.note_answer(request_id, message_id)
        except CoreError as error:
            log.warning("The number of an answer could not be stored: %s", error)

    async def settle(self, request_id: int) -> None:
        """Forget a request that was answered; what fails here is tried again, for the answer stands."""
        if request_id not in self._open:
            return
        self._open.discard(request_id)
        try:
            await self._pending.delete(request_id)
        except CoreError as error:
            log.warning("An answered request could not be forgotten yet: %s", error)
            self._keep_settling(request_id)

    def close(self) -> None:
        """Try nothing again."""
        for task in self._settling:
            task.cancel()

    def _keep_settling(self, request_id: int) -> None:
        task = asyncio.create_task(self._settle_later(request_id))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _settle_later(self, request_id: int) -> None:
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            with suppress(CoreError):
                await self._pending.delete(request_id)
                return
