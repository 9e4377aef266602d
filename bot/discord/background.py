"""Tasks beside the commands: one that must live is logged when it fails, and started again after a pause."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
STEADY_SECONDS = 300.0  # of life after which a failure counts as the first one again

log = logging.getLogger(__name__)


@dataclass
class TaskRecord:
    """How a task that must live has done so far."""

    failures: int = 0
    is_down: bool = False  # it has failed and waits to be started again


class BackgroundTasks:
    """The tasks of a bot, ended together with it."""

    def __init__(self) -> None:
        self.records: dict[str, TaskRecord] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = False

    def keep(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run work, and again whenever it fails; work that returns has done all that there was."""
        self.records[name] = TaskRecord()
        self._begin(self._run(name, work))

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work once; if it fails, the log says so."""
        self._begin(_logged(work))

    async def close(self) -> None:
        """End all tasks."""
        self._is_closing = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if self._is_closing:
            work.close()
            return
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        record, pause = self.records[name], FIRST_PAUSE_SECONDS
        while True:
            began = time.monotonic()
            try:
                record.is_down = False
                await work()
            except Exception:
                record.failures += 1
                record.is_down = True
                if time.monotonic() - began > STEADY_SECONDS:
                    pause = FIRST_PAUSE_SECONDS
                log.exception("The task %s failed; it is started again in %.0f s", name, pause)
            else:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("A task failed")
