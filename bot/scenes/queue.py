"""The queue of scenes: servers take turns, and each server's own keep their order."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Protocol

from core.errors import CoreError
from core.text import Text
from core.writing.episode import Episode

Work = Callable[[Callable[[], bool]], Episode]

# That one request may keep a thread at work, before others have their turns. Where other programs have the processor,
# nothing is counted: on a busy machine a scene takes longer, and is not refused for it.
LONGEST_SECONDS = 10.0


class TicketOwner(Protocol):
    """Who gives tickets out and knows their places."""

    def place_of(self, ticket: "Ticket") -> int:
        """Return a ticket's place in the queue, 0 when it is no longer there."""

    def seconds_until(self, ticket: "Ticket") -> float:
        """Guess when a ticket's episode is there."""

    def drop(self, ticket: "Ticket") -> None:
        """Take a ticket out of the queue, if it is still there."""


class TooLongError(CoreError):
    """An episode took so long that it was given up."""


class UnfinishedError(Exception):
    """An episode is not whole yet, but further than it was before this turn: it is gone on with in another one."""


class Ticket:
    """A place in the queue, and later the episode."""

    def __init__(self, pool: TicketOwner, work: Work, *, party: int, member: int, characters: int) -> None:
        """Take a place; only the pool gives them out."""
        self.characters = characters  # that are asked for
        self.episode: asyncio.Future[Episode] = asyncio.get_running_loop().create_future()
        self.party = party  # a server, or outside of servers a member: these take turns
        self.member = member
        self.begun = time.monotonic()
        self._pool = pool
        self._work = work
        self._is_cancelled = False

    @property
    def place(self) -> int:
        """How many episodes are before this one, itself included; 0 when it is being written."""
        return self._pool.place_of(self)

    @property
    def expected_seconds(self) -> float:
        """How long it will probably take until the episode is there."""
        return self._pool.seconds_until(self)

    def cancel(self) -> None:
        """Give the place up; what is being written stops soon."""
        self._is_cancelled = True
        self._pool.drop(self)
        self.episode.cancel()

    def fail(self, error: Exception) -> None:
        """Give the place up for a reason, which whoever waits for the episode gets."""
        self._is_cancelled = True
        self._pool.drop(self)
        if not self.episode.done():
            self.episode.set_exception(error)

    def write(self) -> Episode:
        """Do the work; for the pool's threads.

        Raises:
            TooLongError: It kept the thread at work for longer than a request may.
            UnfinishedError: It did, but goes on in another turn.
        """
        last = time.thread_time() + LONGEST_SECONDS
        is_late = False

        def cancelled() -> bool:
            nonlocal is_late
            is_late = time.thread_time() > last
            return is_late or self._is_cancelled

        episode = self._work(cancelled)
        if is_late and not self._is_cancelled:
            raise TooLongError(
                "The scene took more than {seconds:g} s; ask for a shorter one.",
                seconds=LONGEST_SECONDS,
            )
        return episode


class FairQueue:
    """Tickets that wait: parties take turns, and each party's own keep their order.

    Example: with A1 A2 A3 waiting, B1 comes in as the second: A1 B1 A2 A3.
    """

    def __init__(self) -> None:
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


def describe_place(place: int) -> Text:
    """Return what somebody reads who waits; 0 where their scene is being written."""
    if place == 0:
        return Text("\N{MEMO} Your scene is being written.")
    return Text("\N{HOURGLASS WITH FLOWING SAND} You are number {place} in the queue.", place=place)
