"""Runs in the data folder, where trainings have written them: nothing is copied."""

import asyncio
import contextlib
import shutil
from pathlib import Path

from bot.storage.tables.models import ModelRecord
from bot.storage.tables.trainings import TrainingRecord

KEPT = "corpus.kept"  # beside a run, whose name has no dot


class FolderRuns:
    """The folders `models/KEY/NAME` below the data folder; a `RunStore`."""

    def __init__(self, data: Path, *, home: str) -> None:
        """Find runs below `data`; `home` is the machine's name."""
        self.home = home
        self._data = data.resolve()

    def place_of(self, training: TrainingRecord, _fingerprint: str) -> str:
        """Return the folder that a training writes its run to, below the data folder."""
        plan = training.planned()
        return f"models/{plan.key}/{plan.folder}"

    async def put(self, model: ModelRecord, run: Path) -> None:
        """Do nothing: the run is where it belongs."""

    async def fetch(self, model: ModelRecord) -> Path:
        """Return the folder of a run."""
        return self._data / model.folder

    async def forget(self, _model: ModelRecord) -> bool:
        """Return false: there is no other copy."""
        return False

    async def delete(self, model: ModelRecord, *, is_shared: bool) -> None:
        """Delete a run and the text beside it."""
        if not is_shared:
            folder = (self._data / model.folder).parent
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def keep_text(self, training: TrainingRecord, text: Path) -> None:
        """Move the uploaded text beside the run."""
        with contextlib.suppress(OSError):
            await asyncio.to_thread(text.rename, self._kept(training))

    async def delete_text(self, training: TrainingRecord) -> None:
        """Delete the text that was kept beside a run."""
        await asyncio.to_thread(shutil.rmtree, self._kept(training), ignore_errors=True)

    def _kept(self, training: TrainingRecord) -> Path:
        return self._data / "models" / training.planned().key / KEPT
