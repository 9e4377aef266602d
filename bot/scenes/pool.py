"""The asynchronous face of `core`: a bounded queue, a few threads that write, and the loaded model."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bot.scenes.queue import FairQueue, Ticket, UnfinishedError, Work
from core.errors import CoreError
from core.run.store import Run
from core.writing.episode import Episode
from core.writing.request import SceneRequest
from core.writing.writer import Writer

USUAL_CHARACTERS = 500
GUESSED_SPEED = 5_000.0  # characters a second, before one was written
TRIED_CHARACTERS = 60  # written at the start, to know the speed of this machine
MEMORY = 0.9  # share of the older episodes in the average speed
MOST_OF_A_MEMBER = 5  # episodes on their way: a scene's four buttons at once, and one more

log = logging.getLogger(__name__)


class QueueFullError(CoreError):
    """So many episodes wait that another one is refused."""


class PlacesTakenError(CoreError):
    """A member has as many episodes on their way as one may have."""


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
        self._is_closed = False
        self._speed = GUESSED_SPEED  # characters a second, of one thread
        self._characters = 0
        self._seconds = 0.0
        self.note_scene: Callable[[float], None] | None = None  # told the seconds from admission to text

    @classmethod
    async def open(cls, run: Path, *, threads: int, queue: int) -> "WriterPool":
        """Load a run, and see how fast it writes here.

        Raises:
            RunError: If it is missing or damaged.
        """
        writer = await asyncio.to_thread(lambda: Writer(Run.read(run)))
        request = SceneRequest(length=TRIED_CHARACTERS, seed=0, directions=writer.usual)
        tried = await asyncio.to_thread(writer.write, request)
        pool = cls(writer, threads=threads, queue=queue)
        pool.learn_speed(tried, share=1.0)
        return pool

    async def close(self) -> None:
        """Drop what waits and let the threads end."""
        self._is_closed = True
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

    def submit(
        self,
        work: Work,
        *,
        party: int = 0,
        member: int = 0,
        characters: int = USUAL_CHARACTERS,
        is_promised: bool = False,
    ) -> Ticket:
        """Put a member's work in the queue, or begin with it at once; parties (servers) take turns.

        What is promised already, by a process before this one, takes its place like any other, but is never refused.

        Raises:
            PlacesTakenError: If the member has their places.
            QueueFullError: If the queue is at its bound.
        """
        on_their_way = [*self._waiting.tickets(), *self._writing.values()]
        own = sum(ticket.member == member for ticket in on_their_way) if member else 0
        if own >= MOST_OF_A_MEMBER and not is_promised:
            raise PlacesTakenError(
                "{places} of your scenes are on their way; ask for this one once one of them is there.",
                places=MOST_OF_A_MEMBER,
            )
        if self._waiting.is_full_for(party, most=self.queue) and not is_promised:
            raise QueueFullError(
                "The queue is full ({waiting} scenes wait); try again in about {seconds} s.",
                waiting=len(self._waiting),
                seconds=max(1, round(self.seconds_until(None))),
            )
        ticket = Ticket(self, work, party=party, member=member, characters=characters)
        self._waiting.push(ticket)
        self._begin()
        return ticket

    def place_of(self, ticket: Ticket) -> int:
        """Return a ticket's place in the queue, 0 when it is no longer there."""
        return self._waiting.place_of(ticket)

    def seconds_until(self, ticket: Ticket | None) -> float:
        """Guess when a ticket's episode is there, or for None the queue empty, from how fast the last ones were."""
        writing = sum(each.characters for each in self._writing.values())
        place = len(self._waiting) if ticket is None else self.place_of(ticket) - 1
        waiting = self._waiting.tickets()
        average = sum(each.characters for each in waiting) / max(1, len(waiting))
        if ticket is None:
            return (writing + place * average) / self.threads / self._speed
        if place < 0:
            return ticket.characters / self._speed
        return ((writing + place * average) / self.threads + ticket.characters) / self._speed

    def learn_speed(self, episode: Episode, *, share: float = 1 - MEMORY) -> None:
        """Take an episode into the average speed, with a share."""
        if episode.seconds > 0 and episode.text:
            self._speed += share * (len(episode.text) / episode.seconds - self._speed)

    def drop(self, ticket: Ticket) -> None:
        """Take a ticket out of the queue, if it is still there."""
        self._waiting.remove(ticket)

    def _begin(self) -> None:
        while self._waiting and len(self._writing) < self.threads and not self._is_closed:
            ticket = self._waiting.pop()
            work = asyncio.get_running_loop().run_in_executor(self._executor, ticket.write)
            self._writing[work] = ticket
            work.add_done_callback(partial(self._finish, ticket))

    def _finish(self, ticket: Ticket, work: asyncio.Future[Episode]) -> None:
        self._writing.pop(work, None)
        error = work.exception()
        goes_on = isinstance(error, UnfinishedError) and not ticket.episode.done()
        if goes_on:
            self._waiting.push(ticket)  # behind those who came meanwhile
        self._begin()
        if goes_on:
            return
        if error is None:
            episode = work.result()
            self.learn_speed(episode)
            self._characters += len(episode.text)
            self._seconds += episode.seconds
            if self.note_scene is not None:
                self.note_scene(time.monotonic() - ticket.begun)
        if ticket.episode.done():  # cancelled: nobody waits
            return
        if error is None:
            ticket.episode.set_result(episode)
        else:
            ticket.episode.set_exception(error)
