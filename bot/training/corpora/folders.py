"""Where the files of a training are, below the data directory."""

import re
import shutil
from pathlib import Path

from bot.storage.tables.trainings import TrainingRecord
from core.run.layout import CHECKPOINT, partial_folder

KEY = re.compile(r"[0-9a-f]{16}")


class TrainingFolders:
    """The folders `jobs/KEY` (upload and log) and `models/KEY/NAME` (the run) of each training."""

    def __init__(self, data: Path) -> None:
        self.data = data.resolve()

    def work(self, training: TrainingRecord) -> Path:
        """Return the folder of a training's upload and log."""
        return self.data / "jobs" / training.planned().key

    def log(self, training: TrainingRecord) -> Path:
        """Return the file of what a training's process prints."""
        return self.work(training) / "training.log"

    def out(self, training: TrainingRecord) -> str:
        """Return the run directory as train.py is told it, relative to the data directory."""
        plan = training.planned()
        return f"models/{plan.key}/{plan.folder}"

    def run(self, training: TrainingRecord) -> Path:
        """Return the run directory, whose name is the model's."""
        return self.data / self.out(training)

    def has_checkpoint(self, training: TrainingRecord) -> bool:
        """Tell whether a half-done training can be resumed."""
        return (partial_folder(self.run(training)) / CHECKPOINT).is_file()

    def corpus(self, training: TrainingRecord) -> Path:
        """Return the folder of an uploaded text."""
        return self.work(training) / "corpus"

    def delete_work(self, training: TrainingRecord) -> None:
        """Delete the upload and the log."""
        shutil.rmtree(self.work(training), ignore_errors=True)

    def delete_run(self, training: TrainingRecord) -> None:
        """Delete the run, complete or not."""
        shutil.rmtree(self.run(training).parent, ignore_errors=True)

    def delete_key(self, key: str, *, has_model: bool) -> None:
        """Delete what a training made below folders of its own name; the run only where no model needs it.

        Raises:
            ValueError: The key is none of ours.
        """
        if KEY.fullmatch(key) is None:
            raise ValueError(key)
        shutil.rmtree(self.data / "jobs" / key, ignore_errors=True)
        if not has_model:
            shutil.rmtree(self.data / "models" / key, ignore_errors=True)


def folder_size(folder: Path) -> int:
    """Return the size of all files in a folder, in bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
