"""The asynchronous face of `core`: a bounded queue, a few threads that write, and the loaded model."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from core.errors import CoreError
from core.run.store import Run
from core.writing.writer import Episode, Writer

Work = Callable[[Callable[[], bool]], Episode]

GUESSED_SECONDS = 0.1  # that an episode takes, before one was written
MEMORY = 0.9  # share of the older episodes in the average time

log = logging.getLogger(__name__)


class QueueFullError(CoreError):
    """So many episodes wait that another one is refused."""


class Ticket:
    """A place in the queue, and later the episode."""

    def __init__(self, studio: "WriterPool", job: Work) -> None:
        """Take a place; only the studio gives them out."""
        self.episode: asyncio.Future[Episode] = asyncio.get_running_loop().create_future()
        self._studio = studio
        self._job = job
        self._is_cancelled = False

    @property
    def place(self) -> int:
        """How many episodes are before this one, itself included; 0 when it is being written."""
        return self._studio.place_of(self)

    @property
    def expected_seconds(self) -> float:
        """How long it will probably take until the episode is there."""
        return self._studio.seconds_for(self.place)

    def cancel(self) -> None:
        """Give the place up; what is being written stops soon."""
        self._is_cancelled = True
        self._studio.drop(self)
        self.episode.cancel()

    def write(self) -> Episode:
        """Do the work; for the studio's threads."""
        return self._job(lambda: self._is_cancelled)


class WriterPool:
    """Writes episodes in threads. One event loop owns it; its methods are called there."""

    def __init__(self, writer: Writer, *, threads: int, queue: int) -> None:
        """Take a loaded model; see `WriterPool.open`."""
        self.writer = writer
        self.threads = threads
        self.queue = queue
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="studio")
        self._waiting: deque[Ticket] = deque()
        self._writing: set[asyncio.Future[Episode]] = set()
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
        for ticket in list(self._waiting):
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

    def ask(self, job: Work) -> Ticket:
        """Put a job in the queue, or begin with it at once.

        Raises:
            QueueFullError: If the queue is at its bound.
        """
        if len(self._waiting) >= self.queue:
            raise QueueFullError(
                f"So many scenes are asked for that {len(self._waiting)} wait already; "
                f"please try again in about {max(1, round(self.seconds_for(len(self._waiting))))} s."
            )
        ticket = Ticket(self, job)
        self._waiting.append(ticket)
        self._begin()
        return ticket

    def place_of(self, ticket: Ticket) -> int:
        """Return a ticket's place in the queue, 0 when it is no longer there."""
        return self._waiting.index(ticket) + 1 if ticket in self._waiting else 0

    def seconds_for(self, place: int) -> float:
        """Guess how long the episode at a place takes, from what the last ones took."""
        return self._average_seconds * (1 + place / self.threads)

    def drop(self, ticket: Ticket) -> None:
        """Take a ticket out of the queue, if it is still there."""
        if ticket in self._waiting:
            self._waiting.remove(ticket)

    def _begin(self) -> None:
        while self._waiting and len(self._writing) < self.threads:
            ticket = self._waiting.popleft()
            work = asyncio.get_running_loop().run_in_executor(self._executor, ticket.write)
            self._writing.add(work)
            work.add_done_callback(partial(self._finish, ticket))

    def _finish(self, ticket: Ticket, work: asyncio.Future[Episode]) -> None:
        self._writing.discard(work)
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
