"""How the event loop and the connection are: measured all the time, told to `/diagnose` and to a file."""

import asyncio
import json
import logging
import time
from collections import deque
from pathlib import Path

from bot.discord.background import BackgroundTasks

INTERVAL_SECONDS = 0.05
SAMPLES = 12_000  # ten minutes
FILE_SECONDS = 5.0  # between two writings of the health file

log = logging.getLogger(__name__)


class Monitor:
    """The delay of the event loop, which shards have lost the gateway, and which tasks have failed."""

    def __init__(self, health_file: Path, *, tasks: BackgroundTasks) -> None:
        self.tasks = tasks
        self._health_file = health_file
        self._delays: deque[float] = deque(maxlen=SAMPLES)  # seconds
        self._lost_since: dict[int, float] = {}  # shard id to time
        self._has_connected = False
        self._started = time.monotonic()

    def connect(self, shard_id: int) -> None:
        """Note that a shard has the gateway."""
        self._has_connected = True
        self._lost_since.pop(shard_id, None)

    def lose(self, shard_id: int) -> None:
        """Note that a shard has lost the gateway."""
        self._lost_since.setdefault(shard_id, time.monotonic())

    @property
    def lost_since(self) -> float | None:
        """Since when a shard has been without the gateway, in seconds of `time.monotonic`; None if all have it."""
        if not self._has_connected:
            return self._started
        return min(self._lost_since.values(), default=None)

    def delay(self, share: float) -> float:
        """Return the delay, in seconds, that a share of the last samples stays under: 0.99 for nearly all."""
        ordered = sorted(self._delays)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    async def beat(self) -> None:
        """Measure until cancelled: how much later than asked for a sleep ends."""
        loop = asyncio.get_running_loop()
        written = -FILE_SECONDS
        while True:
            due = loop.time() + INTERVAL_SECONDS
            await asyncio.sleep(INTERVAL_SECONDS)
            now = loop.time()
            self._delays.append(max(0.0, now - due))
            if now - written >= FILE_SECONDS:
                written = now
                await asyncio.to_thread(self._write)

    def _write(self) -> None:
        down = [name for name, record in self.tasks.records.items() if record.is_down]
        failures = {name: record.failures for name, record in self.tasks.records.items() if record.failures}
        document = {
            "time": time.monotonic(),
            "lost_since": self.lost_since,
            "tasks_down": down,
            "task_failures": failures,
        }
        beside = self._health_file.with_suffix(".new")
        try:
            beside.write_text(json.dumps(document), encoding="utf-8")
            beside.replace(self._health_file)
        except OSError as error:
            log.warning("The health file cannot be written: %s", error.strerror)
