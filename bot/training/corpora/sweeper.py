"""Deletes the texts of previews that nobody answered and what trainings left behind, also while one runs."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import PurePosixPath

from bot.storage.repositories import Repositories
from bot.storage.tables.readings import READ, READING
from bot.storage.tables.trainings import UNFINISHED, TrainingRecord
from bot.training.corpora.folders import TrainingFolders
from core.errors import CoreError

SWEEP_SECONDS = 60.0
OFFER_SECONDS = 15 * 60.0  # that a preview's buttons work: as long as its interaction

log = logging.getLogger(__name__)


class TrainingSweeper:
    """Deletes folders, but only those that the database says a training of this machine made."""

    def __init__(self, *, storage: Repositories, folders: TrainingFolders) -> None:
        """Look into the database and delete below the data directory."""
        self._trainings = storage.trainings
        self._models = storage.models
        self._readings = storage.readings
        self._keys = storage.folders
        self._folders = folders

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                await self.sweep()
            except (CoreError, OSError):
                log.exception("The clean-up is interrupted for a moment")
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> None:
        """Delete offers that are too old, and the folders that belong to nothing any more."""
        now = time.time()
        for offer in await self._trainings.read_offers():
            if now - offer.created > OFFER_SECONDS:
                await self.drop(offer)
        open_trainings = await self._trainings.read_states("offered", *UNFINISHED)
        used = {training.planned().key for training in open_trainings}
        used |= {reading.key for reading in await self._readings.read_states(READING, READ)}
        with_model = {PurePosixPath(model.folder).parts[1] for model in await self._models.read_all(None)}
        for key, created in (await self._keys.read_all()).items():
            # A text that is being read has no training yet.
            if key in used or now - created <= OFFER_SECONDS:
                continue
            await asyncio.to_thread(self._folders.delete_key, key, has_model=key in with_model)
            if key not in with_model:
                await self._keys.delete(key)

    async def drop(self, training: TrainingRecord) -> None:
        """Delete an offer and its text, unless it was begun meanwhile."""
        if await self._trainings.delete_offer(training.id):
            await asyncio.to_thread(self._folders.delete_work, training)

    async def drop_where(self, is_gone: Callable[[int], bool]) -> None:
        """Delete the offers of the servers that the bot has left, told by the server's id."""
        for offer in await self._trainings.read_offers():
            if is_gone(offer.guild_id):
                await self.drop(offer)
