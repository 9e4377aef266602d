"""The requests on their way, each in its task: finished or left as the bot leaves, and given up for who wants that."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.discord.errors import RefusalError
from bot.discord.replies.reply import Reply
from bot.scenes.queue import Ticket
from core.text import Text

log = logging.getLogger(__name__)


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
