"""The pace of all requests to Discord together: its limit for a whole bot is kept, and what is urgent goes first."""

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from types import SimpleNamespace

import aiohttp
from discord.http import Route

from bot.discord.limits import REQUESTS_PER_SECOND

# A little longer than the second that Discord counts: what is sent evenly may arrive closer together.
WINDOW_SECONDS = 1.05


class Urgency(IntEnum):
    """Whose turn it is; the smaller, the sooner."""

    FIRST = 0  # a new message: often the first answer that somebody sees
    USUAL = 1
    LAST = 2  # what nobody misses


_urgency: ContextVar[Urgency] = ContextVar("urgency", default=Urgency.USUAL)


@contextmanager
def unhurried() -> Iterator[None]:
    """Let every other request go before those that are sent inside the block."""
    before = _urgency.set(Urgency.LAST)
    try:
        yield
    finally:
        _urgency.reset(before)


class RequestPace:
    """Lets so many requests begin in a second; those that have to wait go by their urgency, then in their order.

    The answers to interactions never wait: they are not bound to the limit ("Receiving and Responding", Endpoints).
    What is edited and sent later with an interaction's token is not either, but has no reason to hurry past the rest.
    """

    def __init__(self, *, requests: int = REQUESTS_PER_SECOND, seconds: float = WINDOW_SECONDS) -> None:
        self.requests = requests
        self.most = 0  # that began within `seconds`, since the start
        self.longest_wait = 0.0  # seconds, since the start
        self._seconds = seconds
        self._recent: deque[float] = deque(maxlen=requests)  # when the last ones began
        self._waiting: list[tuple[Urgency, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    def trace(self) -> aiohttp.TraceConfig:
        """Return what makes a client of discord.py keep the pace, handed over as its `http_trace`."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._begin)
        return config

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return sum(not future.done() for _, _, future in self._waiting)

    @property
    def recent(self) -> int:
        """How many requests began in the last second."""
        since = time.monotonic() - self._seconds
        return sum(begun > since for begun in self._recent)

    async def wait(self, urgency: Urgency) -> None:
        """Wait until another request may begin."""
        asked = time.monotonic()
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._order), future))
        self._let_through()
        await future
        self.longest_wait = max(self.longest_wait, time.monotonic() - asked)

    async def _begin(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        request: aiohttp.TraceRequestStartParams,
    ) -> None:
        address = str(request.url)
        # The gateway and files are no part of the API, and of each answer somebody waits for the first sign.
        if not address.startswith(Route.BASE) or address.startswith(f"{Route.BASE}/interactions/"):
            return
        urgency = _urgency.get()
        is_new = urgency is Urgency.USUAL and request.method == "POST"
        await self.wait(Urgency.FIRST if is_new else urgency)

    def _let_through(self) -> None:
        now = time.monotonic()
        while self._waiting and (len(self._recent) < self.requests or now - self._recent[0] >= self._seconds):
            _, _, future = heapq.heappop(self._waiting)
            if not future.done():  # else nobody waits for it any more
                self._recent.append(now)
                self.most = max(self.most, self.recent)
                future.set_result(None)
        if self._waiting and self._timer is None:
            left = self._recent[0] + self._seconds - now
            self._timer = asyncio.get_running_loop().call_later(left, self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        self._let_through()
