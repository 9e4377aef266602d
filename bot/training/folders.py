"""Where the files of a training are, below the data directory."""

import contextlib
import shutil
import time
from pathlib import Path

from bot.storage.trainings import TrainingRecord
from core.run.layout import CHECKPOINT, FACTS, partial_folder

OFFER_SECONDS = 15 * 60.0  # that a preview's buttons work: as long as its interaction


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

    def keep_corpus(self, training: TrainingRecord) -> None:
        """Move the uploaded text beside the run."""
        with contextlib.suppress(OSError):
            (self.work(training) / "corpus").rename(self.run(training).parent / "corpus")

    def delete_work(self, training: TrainingRecord) -> None:
        """Delete the upload and the log."""
        shutil.rmtree(self.work(training), ignore_errors=True)

    def delete_run(self, training: TrainingRecord) -> None:
        """Delete the run, complete or not."""
        shutil.rmtree(self.run(training).parent, ignore_errors=True)

    def delete_unknown(self, keys: set[str]) -> None:
        """Delete folders whose key is not in use; a complete run is never deleted here."""
        for folder in (self.data / "jobs").glob("*"):
            if folder.name not in keys and time.time() - folder.stat().st_mtime > OFFER_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        for folder in (self.data / "models").glob("*"):
            if folder.name not in keys and not list(folder.glob(f"*/{FACTS}")):
                shutil.rmtree(folder, ignore_errors=True)


def folder_size(folder: Path) -> int:
    """Return the size of all files in a folder, in bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
