"""The asynchronous face of `core`: a bounded queue, a few threads that write, and the loaded model."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bot.scenes.queue import FairQueue, Ticket, Work
from core.errors import CoreError
from core.run.store import Run
from core.writing.episode import Episode
from core.writing.writer import Writer

GUESSED_SECONDS = 0.1  # that an episode takes, before one was written
MEMORY = 0.9  # share of the older episodes in the average time
MOST_OF_A_MEMBER = 3  # episodes on their way, an administrator's too

log = logging.getLogger(__name__)


class QueueFullError(CoreError):
    """So many episodes wait that another one is refused."""


class WriterPool:
    """Writes episodes in threads. One event loop owns it; its methods are called there."""

    def __init__(self, writer: Writer, *, threads: int, queue: int) -> None:
        """Take a loaded model; see `WriterPool.open`."""
        self.writer = writer
        self.threads = threads
        self.queue = queue
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="writer")
        self._waiting = FairQueue()
        self._writing: dict[asyncio.Future[Episode], Ticket] = {}
        self._average_seconds = GUESSED_SECONDS
        self._characters = 0
        self._seconds = 0.0

    @classmethod
    async def open(cls, run: Path, *, threads: int, queue: int) -> "WriterPool":
        """Load a run.

        Raises:
            RunError: If it is missing or damaged.
        """
        writer = await asyncio.to_thread(lambda: Writer(Run.read(run)))
        return cls(writer, threads=threads, queue=queue)

    async def close(self) -> None:
        """Drop what waits and let the threads end."""
        for ticket in self._waiting.tickets():
            ticket.cancel()
        await asyncio.to_thread(self._executor.shutdown)

    @property
    def waiting(self) -> int:
        """How many episodes are in the queue."""
        return len(self._waiting)

    @property
    def writing(self) -> int:
        """How many episodes are being written."""
        return len(self._writing)

    @property
    def characters_per_second(self) -> float:
        """The measured speed of one thread since the start; 0 before the first episode."""
        return self._characters / self._seconds if self._seconds else 0.0

    def submit(self, work: Work, *, party: int = 0, member: int = 0) -> Ticket:
        """Put a member's work in the queue, or begin with it at once; parties (servers) take turns.

        Raises:
            QueueFullError: If the queue is at its bound, or the member has their places in it.
        """
        on_their_way = [*self._waiting.tickets(), *self._writing.values()]
        if member and sum(ticket.member == member for ticket in on_their_way) >= MOST_OF_A_MEMBER:
            raise QueueFullError(
                f"You have {MOST_OF_A_MEMBER} scenes on their way; wait until one of them is there."
            )
        if self._waiting.is_full_for(party, most=self.queue):
            raise QueueFullError(
                f"The queue is full ({len(self._waiting)} scenes wait); "
                f"try again in about {max(1, round(self.seconds_for(len(self._waiting))))} s."
            )
        ticket = Ticket(self, work, party=party, member=member)
        self._waiting.push(ticket)
        self._begin()
        return ticket

    def place_of(self, ticket: Ticket) -> int:
        """Return a ticket's place in the queue, 0 when it is no longer there."""
        return self._waiting.place_of(ticket)

    def seconds_for(self, place: int) -> float:
        """Guess how long the episode at a place takes, from what the last ones took."""
        return self._average_seconds * (1 + place / self.threads)

    def drop(self, ticket: Ticket) -> None:
        """Take a ticket out of the queue, if it is still there."""
        self._waiting.remove(ticket)

    def _begin(self) -> None:
        while self._waiting and len(self._writing) < self.threads:
            ticket = self._waiting.pop()
            work = asyncio.get_running_loop().run_in_executor(self._executor, ticket.write)
            self._writing[work] = ticket
            work.add_done_callback(partial(self._finish, ticket))

    def _finish(self, ticket: Ticket, work: asyncio.Future[Episode]) -> None:
        self._writing.pop(work, None)
        self._begin()
        error = work.exception()
        if error is None:
            episode = work.result()
            self._average_seconds += (1 - MEMORY) * (episode.seconds - self._average_seconds)
            self._characters += len(episode.text)
            self._seconds += episode.seconds
        if ticket.episode.done():  # cancelled: nobody waits
            return
        if error is None:
            ticket.episode.set_result(episode)
        else:
            ticket.episode.set_exception(error)
