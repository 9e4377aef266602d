"""Requests on their way: shown their place in the queue while they wait, and finished or left when the bot leaves."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.discord.errors import RefusalError
from bot.discord.limits import DIRECT_ANSWER_SECONDS, SECONDS_BETWEEN_EDITS
from bot.discord.replies.reply import Reply
from bot.scenes.queue import Ticket, describe_place
from bot.scenes.request import Asker, Request
from bot.storage.tables.pending import Promises
from core.text import Text

DIRECT_PLACES = 8  # in the queue that are waited for before anything is said; a crowd is told at once
NOTE_SECONDS = 60.0  # after which the answer's number is kept: it may outlive the interaction's token
EDIT_SPREAD_SECONDS = 0.02  # 50 a second, which is what Discord takes of one bot

log = logging.getLogger(__name__)


async def wait_for_scene(
    ticket: Ticket, reply: Reply, request: Request, *, asker: Asker, promises: Promises
) -> None:
    """Wait for the scene; where that takes long, acknowledge and show the place in the queue."""
    if ticket.expected_seconds < DIRECT_ANSWER_SECONDS and ticket.place <= DIRECT_PLACES:
        await asyncio.wait([ticket.episode], timeout=DIRECT_ANSWER_SECONDS)
    place = ticket.place
    if ticket.episode.done():
        return
    pending = reply.pending(member_id=asker.member_id, created=int(time.time()), request=request.to_json())
    if pending is not None:
        # Kept before it is promised: a process that dies in between has promised nothing.
        await promises.make(pending)
    await reply.wait(describe_place(ticket.place))
    due = time.monotonic() + (NOTE_SECONDS if pending and pending.token else 0.0)
    while True:
        if pending is not None and reply.message_id and time.monotonic() >= due:
            await promises.note_answer(pending.id, reply.message_id)
            pending = None
        if ticket.episode.done():
            return
        # Those who came together would all be told at once: the further back, the later.
        await asyncio.wait([ticket.episode], timeout=SECONDS_BETWEEN_EDITS + place * EDIT_SPREAD_SECONDS)
        if not ticket.episode.done() and ticket.place != place:
            place = ticket.place
            await reply.progress(describe_place(place))


@dataclass
class _RunningRequest:
    """A request on its way."""

    reply: Reply
    members: frozenset[int] = frozenset()  # who asked, and whose words are in it
    ticket: Ticket | None = None  # once it has a place in the queue


class RunningRequests:
    """All requests that are carried out, by their tasks."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[None], _RunningRequest] = {}

    @contextmanager
    def hold(self, reply: Reply) -> Iterator[None]:
        """Know of the request that the current task carries out."""
        task = _current_task()
        self._running[task] = _RunningRequest(reply)
        try:
            yield
        finally:
            del self._running[task]

    def note(self, ticket: Ticket, members: frozenset[int]) -> None:
        """Note the place in the queue of the current task's request, and whose words it is about."""
        running = self._running[_current_task()]
        running.ticket, running.members = ticket, members

    def drop_member(self, member_id: int) -> None:
        """Give up what is being written for a member, or from their words."""
        for running in self._running.values():
            if running.ticket is not None and member_id in running.members:
                running.ticket.fail(RefusalError("/forget-me was used, so this scene was given up."))

    async def finish(self, *, seconds: float) -> None:
        """Finish what was begun; what takes longer is left to the next process."""
        if self._running:
            log.info("Finishing %d scenes before leaving.", len(self._running))
            await asyncio.wait(list(self._running), timeout=seconds)
        for task in (left := dict(self._running)):
            task.cancel()
        if left:
            log.warning("%d scenes are left to the next start.", len(left))
            said = Text("The bot is restarting; your scene follows in a moment.")
            farewells = [asyncio.create_task(running.reply.progress(said)) for running in left.values()]
            await asyncio.wait([*left, *farewells], timeout=2)


def _current_task() -> "asyncio.Task[None]":
    task = asyncio.current_task()
    if task is None:
        raise ValueError("a request is carried out in a task")
    return task
