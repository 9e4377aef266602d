"""Waiting for something to become true, without polling."""

import asyncio
import contextlib
from collections.abc import Callable


class Changes:
    """A place where waiters sleep until they are told that something changed."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Wake every waiter, who then looks again."""
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, predicate: Callable[[], bool], *, timeout_seconds: float) -> None:
        """Return once `predicate()` is true; raises TimeoutError after `timeout_seconds`."""
        async with asyncio.timeout(timeout_seconds):
            while not predicate():
                waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiters.add(waiter)
                try:
                    await waiter
                finally:
                    with contextlib.suppress(KeyError):
                        self._waiters.remove(waiter)
