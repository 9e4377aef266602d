"""What of a training lies in the store while it is under way: its text, and its last checkpoints."""

import asyncio
import logging
import shutil

from bot.storage.runs.objects import ObjectStore
from bot.storage.tables.trainings import TrainingRecord
from bot.training.corpora.folders import TrainingFolders
from core.errors import RunError
from core.run.layout import CHECKPOINT, partial_folder

log = logging.getLogger(__name__)


class TrainingObjects:
    """The objects `corpora/KEY.zip` and `checkpoints/NUMBER-ATTEMPT.zip`: an attempt writes its own alone."""

    def __init__(self, objects: ObjectStore, *, folders: TrainingFolders) -> None:
        self._objects = objects
        self._folders = folders

    async def put_text(self, training: TrainingRecord) -> None:
        """Keep the text that was brought for a training; other texts each worker finds by itself.

        Raises:
            RunError: The store refuses or is out of reach.
        """
        if training.planned().upload:
            await self._objects.put_folder(_text(training), self._folders.corpus(training))

    async def fetch(self, training: TrainingRecord, *, is_mine: bool) -> None:
        """Bring a training's text and checkpoint here; `is_mine`: the last attempt was this machine's, too.

        Raises:
            RunError: The text is gone, or the store is out of reach.
        """
        corpus, partial = self._folders.corpus(training), partial_folder(self._folders.run(training))
        if training.planned().upload and not await asyncio.to_thread(corpus.is_dir):
            await self._objects.fetch_folder(_text(training), corpus)
        if is_mine and await asyncio.to_thread((partial / CHECKPOINT).is_file):
            return
        await asyncio.to_thread(shutil.rmtree, partial, ignore_errors=True)
        for attempt in range(training.attempt - 1, 0, -1):
            name = _checkpoint(training, attempt)
            if await self._objects.exists(name):
                try:
                    await self._objects.fetch_folder(name, partial)
                except RunError as error:
                    log.warning("Training %d: %s An earlier one is taken.", training.id, error)
                else:
                    return

    async def put_checkpoint(self, training: TrainingRecord) -> None:
        """Keep what another worker needs to go on with a training.

        Raises:
            RunError: The store refuses or is out of reach.
        """
        partial = partial_folder(self._folders.run(training))
        await self._objects.put_folder(_checkpoint(training, training.attempt), partial, replace=True)

    async def delete(self, training: TrainingRecord) -> None:
        """Delete what was kept of a training that has ended; what cannot be deleted is said.

        The log says so, and the operator deletes it.
        """
        names = [_checkpoint(training, attempt) for attempt in range(1, training.attempt + 1)]
        for name in [*names, *([_text(training)] if training.planned().upload else [])]:
            try:
                await self._objects.delete(name)
            except RunError as error:
                log.error("%s It has to be deleted by hand.", error)  # noqa: TRY400 -- the sentence says it all


def _text(training: TrainingRecord) -> str:
    return f"corpora/{training.planned().key}.zip"


def _checkpoint(training: TrainingRecord, attempt: int) -> str:
    return f"checkpoints/{training.id}-{attempt}.zip"
