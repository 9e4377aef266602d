"""The bot's side of trainings that workers carry out: offered, shown while they run, stopped."""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from bot.storage.tables.leases import LeaseRepository
from bot.storage.tables.training_queue import QueuedTrainings
from bot.storage.tables.trainings import UNFINISHED, TrainingRecord, TrainingRepository
from bot.training.completion import TrainingCompletion, TrainingListener
from bot.worker.objects import TrainingObjects
from core.errors import CoreError, RunError
from core.run.events import Progress
from core.text import Text, read_text

POLL_SECONDS = 2.0
PAUSE_SECONDS = 5.0  # where the database or the store is out of reach

log = logging.getLogger(__name__)


class SharedTrainings:
    """Trainings that any worker on the database may take; a `TrainingQueue`."""

    def __init__(
        self,
        *,
        trainings: TrainingRepository,
        queue: QueuedTrainings,
        leases: LeaseRepository,
        objects: TrainingObjects,
        completion: TrainingCompletion,
        listener: TrainingListener,
    ) -> None:
        self._trainings = trainings
        self._queue = queue
        self._leases = leases
        self._objects = objects
        self._completion = completion
        self._listener = listener
        self._unfinished: dict[int, TrainingRecord] = {}

    async def run(self) -> None:
        """Show trainings until cancelled, those too of bots that live no longer."""
        while True:
            try:
                adopted = await self._queue.adopt() if self._leases.is_steady else 0
                if adopted:
                    log.warning("%d trainings of a bot that lives no longer are shown here.", adopted)
                for training in await self._queue.take_abandoned():
                    await self._completion.cancel(training, read_reason(training.cancel))
                    await self._objects.delete(training)
                await self._show(await self._trainings.read_states(*UNFINISHED))
            except (CoreError, OSError):
                log.exception("The trainings are not shown for a moment")
                await asyncio.sleep(PAUSE_SECONDS)
            await asyncio.sleep(POLL_SECONDS)

    async def enqueue(self, training: TrainingRecord) -> None:
        """Bring a training's text to the store, and let workers take it; where that fails, `run` tries again."""
        try:
            await self._objects.put_text(training)
        except RunError as error:
            log.warning("Training %d waits for the store: %s", training.id, error)
            return
        await self._queue.offer(training.id)

    async def cancel(self, training: TrainingRecord, why: Text | None = None) -> bool:
        """Take a training out of the queue, or let its worker stop it; tell whether it had not ended yet."""
        if await self._completion.cancel_waiting(training, why):
            await self._objects.delete(training)
            return True
        return await self._queue.ask_to_stop(training.id, {} if why is None else {"reason": why.to_json()})

    async def cancel_where(self, is_gone: Callable[[int], bool]) -> None:
        """Stop the trainings of the servers that the bot has left, told by the server's id."""
        for training in await self._trainings.read_states(*UNFINISHED):
            if is_gone(training.guild_id):
                await self.cancel(training)

    async def place_of(self, training: TrainingRecord) -> int:
        """Return how many trainings are before this one; 0 when it runs."""
        current = await self._trainings.read(training.id)
        if current is None or current.state != "waiting":
            return 0
        return await self._queue.count_before(current)

    async def _show(self, trainings: list[TrainingRecord]) -> None:
        current = {training.id: training for training in trainings}
        if self._unfinished.keys() - current.keys():
            self._listener.show_end()
        self._unfinished = current
        for training in trainings:
            if training.state == "running":
                progress, note = read_progress(training.progress)
                self._listener.show_progress(training, progress, note)
                continue
            if not training.worker:
                await self.enqueue(training)
            self._listener.show_waiting(training, await self._queue.count_before(training))


def read_reason(asked: str) -> Text | None:
    """Return why a training is to be stopped, from what its worker is told; None where that is its server's wish."""
    reason = json.loads(asked).get("reason")
    why = read_text(reason) if reason is not None else None
    return why if isinstance(why, Text) else None


def write_progress(progress: Progress, note: str) -> str:
    """Return what a worker says of a training that runs."""
    said: Any = note.to_json() if isinstance(note, Text) else note
    return json.dumps({"progress": progress.to_json(), "note": said}, ensure_ascii=False)


def read_progress(document: str) -> tuple[Progress, str]:
    """Read what a worker says of a training that runs, and its note; nothing so far where it has said nothing."""
    if not document:
        return Progress(), ""
    said = json.loads(document)
    return Progress.from_json(said["progress"]), read_text(said["note"])
