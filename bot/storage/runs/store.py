"""What the bot asks of the place where runs are, whichever it is."""

from pathlib import Path
from typing import Protocol

from bot.storage.tables.models import ModelRecord
from bot.storage.tables.trainings import TrainingRecord


class RunStore(Protocol):
    """Keeps complete runs, and the texts that stay with them."""

    @property
    def home(self) -> str:
        """The name of the place: bots with the same one have the same models."""

    def place_of(self, training: TrainingRecord, fingerprint: str) -> str:
        """Return where the run of a training will be, as `ModelRecord.folder` says it."""

    async def put(self, model: ModelRecord, run: Path) -> None:
        """Keep a run whole; a run that is there already stays as it is.

        Raises:
            RunError: The store refuses or is out of reach.
        """

    async def fetch(self, model: ModelRecord) -> Path:
        """Return a folder of this machine with the run.

        Raises:
            RunError: It is gone or damaged, or the store is out of reach.
        """

    async def forget(self, model: ModelRecord) -> bool:
        """Drop a copy that turned out damaged; tell whether there was one, so that another can be fetched."""

    async def delete(self, model: ModelRecord, *, is_shared: bool) -> None:
        """Delete a run, unless another model shares it, and the text that stayed with the model."""

    async def keep_text(self, training: TrainingRecord, text: Path) -> None:
        """Keep the folder of an uploaded text with the model."""

    async def delete_text(self, training: TrainingRecord) -> None:
        """Delete the text that stayed with a model."""
