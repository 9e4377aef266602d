"""The files that move: the runs of models, texts that stay with them, and what unfinished trainings need."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.move.source import MovingBot
from bot.storage.runs.folder import KEPT
from bot.storage.runs.shared import SharedRuns, check_run, name_run, name_text
from bot.storage.tables.models import ModelRecord
from bot.storage.tables.training_queue import ANY
from bot.storage.tables.trainings import UNFINISHED, TrainingRecord
from bot.training.corpora.folders import TrainingFolders
from bot.worker.objects import TrainingObjects
from core.errors import RunError
from core.run.layout import FACTS


@dataclass
class MovedFiles:
    """What has moved to the store, and what that changes in the rows of the database."""

    home: str  # the name of the store
    models: dict[int, str] = field(default_factory=dict)  # number -> where its run is in the store
    starts: dict[str, str] = field(default_factory=dict)  # folder of a run -> its fingerprint
    jobs: dict[int, dict[str, Any]] = field(default_factory=dict)  # unfinished training -> its new values
    missing: list[str] = field(default_factory=list)  # sentences about runs that are not whole


class FileMover:
    """Puts the files of a bot into a store; what is there already stays, so it can be done again."""

    def __init__(self, source: MovingBot, runs: SharedRuns, *, say: Callable[[str], None]) -> None:
        """Move from a data folder to a store, and say how far it is."""
        self._source = source
        self._runs = runs
        self._say = say
        self._folders = TrainingFolders(source.data)
        self._moved = MovedFiles(runs.home)

    async def move(self) -> MovedFiles:
        """Move everything, and compare each run in the store with its fingerprint.

        Raises:
            RunError: The store is out of reach, or has something else under a run's name.
        """
        storage = self._source.storage
        models = await storage.models.read_all(None)
        for number, model in enumerate(models, 1):
            self._say(f"Run {number} of {len(models)}")
            await self._move_run(model)
        for training in await storage.trainings.read_states(*UNFINISHED):
            await self._move_training(training)
        return self._moved

    async def _move_run(self, model: ModelRecord) -> None:
        folder = (self._source.data / model.folder).resolve()
        place = name_run(model.fingerprint)
        self._moved.models[model.id] = place
        self._moved.starts[str(folder)] = model.fingerprint
        try:
            await asyncio.to_thread(check_run, folder, model.fingerprint)
        except RunError as error:
            self._moved.missing.append(
                f"Model {model.id} ({model.name}) has no whole run in {folder}: {error} "
                "The shipped one stands in for it, as before."
            )
            return
        there = replace(model, machine=self._runs.home, folder=place)
        await self._runs.put(there, folder)
        with _telling_what_to_do(place):
            await self._runs.fetch(there)  # which compares it with its fingerprint
        await self._runs.forget(there)
        kept = folder.parent / KEPT
        if await asyncio.to_thread(kept.is_dir):
            await self._runs.objects.put_folder(name_text(model.id), kept)

    async def _move_training(self, training: TrainingRecord) -> None:
        """Let workers take a training that waits, or go on with a half-done one from its checkpoint.

        Raises:
            RunError: It has ended, and only its bot can publish its run; or the store is out of reach.
        """
        if await asyncio.to_thread((self._folders.run(training) / FACTS).is_file):
            raise RunError(
                f"Training {training.id} has ended while the bot was away; start the bot until its model is there."
            )
        objects = TrainingObjects(self._runs.objects, folders=self._folders)
        await objects.put_text(training)
        changes: dict[str, Any] = {"state": "waiting", "worker": ANY, "pid": 0, "pid_started": 0.0}
        if await asyncio.to_thread(self._folders.has_checkpoint, training):
            changes["attempt"] = max(1, training.attempt)
            await objects.put_checkpoint(replace(training, attempt=changes["attempt"]))
        plan = training.planned()
        known = self._moved.starts.get(str((self._source.data / plan.start).resolve()))
        if known is not None:
            changes["plan"] = replace(plan, start=str(Path("runs") / known)).to_json()
        self._moved.jobs[training.id] = changes


@contextlib.contextmanager
def _telling_what_to_do(place: str) -> Iterator[None]:
    try:
        yield
    except RunError as error:
        raise RunError(f"{error} If it is damaged, delete {place} in the store, and move again.") from error
