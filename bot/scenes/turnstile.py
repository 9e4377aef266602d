"""Lets tasks that come in a crowd through one at a time, so that the event loop sees to others in between."""

import asyncio


class OneAtATime:
    """A gate that lets one task through in each turn of the event loop, in the order of their coming."""

    def __init__(self) -> None:
        """Open the gate."""
        self._lock = asyncio.Lock()

    async def enter(self) -> None:
        """Wait for a turn of the event loop of one's own."""
        async with self._lock:
            await asyncio.sleep(0)
