"""The asynchronous face of `core`: a bounded queue, a few threads that write, and the loaded model."""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from core.errors import CoreError
from core.run.store import Run
from core.writing.episode import Episode
from core.writing.writer import Writer

Work = Callable[[Callable[[], bool]], Episode]

GUESSED_SECONDS = 0.1  # that an episode takes, before one was written
MEMORY = 0.9  # share of the older episodes in the average time
MOST_OF_A_MEMBER = 3  # episodes on their way, an administrator's too
LONGEST_SECONDS = 10.0  # that one request may hold a thread

log = logging.getLogger(__name__)


class QueueFullError(CoreError):
    """So many episodes wait that another one is refused."""


class TooLongError(CoreError):
    """An episode took so long that it was given up."""


class Ticket:
    """A place in the queue, and later the episode."""

    def __init__(self, studio: "WriterPool", job: Work, *, party: int, member: int) -> None:
        """Take a place; only the studio gives them out."""
        self.episode: asyncio.Future[Episode] = asyncio.get_running_loop().create_future()
        self.party = party  # a server, or outside of servers a member: these take turns
        self.member = member
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
        """Do the work; for the studio's threads.

        Raises:
            TooLongError: It held the thread for longer than a request may.
        """
        last = time.monotonic() + LONGEST_SECONDS
        is_late = False

        def cancelled() -> bool:
            nonlocal is_late
            is_late = time.monotonic() > last
            return is_late or self._is_cancelled

        episode = self._job(cancelled)
        if is_late and not self._is_cancelled:
            raise TooLongError(
                f"That takes more than the {LONGEST_SECONDS:g} s that I write at one scene; ask for a shorter one."
            )
        return episode


class FairQueue:
    """Tickets that wait: parties take turns, and each party's own keep their order.

    Example: with A1 A2 A3 waiting, B1 comes in as the second: A1 B1 A2 A3.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._parties: OrderedDict[int, deque[Ticket]] = OrderedDict()  # the next one's turn first

    def __len__(self) -> int:
        """Return how many wait."""
        return sum(map(len, self._parties.values()))

    def __contains__(self, ticket: Ticket) -> bool:
        """Tell whether a ticket waits."""
        return ticket in self._parties.get(ticket.party, ())

    def tickets(self) -> list[Ticket]:
        """Return all that wait, each party's in its order."""
        return [ticket for tickets in self._parties.values() for ticket in tickets]

    def push(self, ticket: Ticket) -> None:
        """Put a ticket behind its party's others."""
        self._parties.setdefault(ticket.party, deque()).append(ticket)

    def pop(self) -> Ticket:
        """Take the ticket whose turn it is; its party comes last then."""
        party, tickets = self._parties.popitem(last=False)
        ticket = tickets.popleft()
        if tickets:
            self._parties[party] = tickets
        return ticket

    def remove(self, ticket: Ticket) -> None:
        """Take a ticket out, if it is still there."""
        if ticket in self:
            self._parties[ticket.party].remove(ticket)
            if not self._parties[ticket.party]:
                del self._parties[ticket.party]

    def place_of(self, ticket: Ticket) -> int:
        """Return a ticket's place, 1 for the next one, and 0 when it does not wait."""
        if ticket not in self:
            return 0
        rounds = self._parties[ticket.party].index(ticket)
        place, is_before = rounds + 1, True
        for party, tickets in self._parties.items():
            if party == ticket.party:
                is_before = False
            else:
                place += min(len(tickets), rounds + is_before)
        return place

    def is_full_for(self, party: int, *, most: int) -> bool:
        """Tell whether a party has to come later: `most` wait, and it has its share of them, or twice as many do."""
        waiting = len(self)
        share = most / len({party, *self._parties})
        own = len(self._parties.get(party, ()))
        return waiting >= most and (own >= share or waiting >= 2 * most)


class WriterPool:
    """Writes episodes in threads. One event loop owns it; its methods are called there."""

    def __init__(self, writer: Writer, *, threads: int, queue: int) -> None:
        """Take a loaded model; see `WriterPool.open`."""
        self.writer = writer
        self.threads = threads
        self.queue = queue
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="studio")
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

    def ask(self, job: Work, *, party: int = 0, member: int = 0) -> Ticket:
        """Put a member's job in the queue, or begin with it at once; parties (servers) take turns.

        Raises:
            QueueFullError: If the queue is at its bound, or the member has their places in it.
        """
        on_their_way = [*self._waiting.tickets(), *self._writing.values()]
        if member and sum(ticket.member == member for ticket in on_their_way) >= MOST_OF_A_MEMBER:
            raise QueueFullError(
                f"You have {MOST_OF_A_MEMBER} scenes on their way; please wait until one of them is there."
            )
        if self._waiting.is_full_for(party, most=self.queue):
            raise QueueFullError(
                f"So many scenes are asked for that {len(self._waiting)} wait already; "
                f"please try again in about {max(1, round(self.seconds_for(len(self._waiting))))} s."
            )
        ticket = Ticket(self, job, party=party, member=member)
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
