"""The models that servers use, loaded when they are asked for; the shipped one is always there."""

import asyncio
import logging
import shutil
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

from bot.storage.ledger import SHIPPED, Model, TrainingStore
from core.errors import CoreError
from core.run.store import Run
from core.writing.writer import Writer

LOADED = 6  # models in memory beside the shipped one, 10 MB each

log = logging.getLogger(__name__)


class ModelRegistry:
    """Finds the model of a server."""

    def __init__(self, shipped: Writer, *, ledger: TrainingStore, data: Path) -> None:
        """Offer the shipped model, and those that the ledger knows, whose runs are below `data`."""
        self.shipped = shipped
        self._ledger = ledger
        self._data = data
        self._loaded: OrderedDict[int, Writer] = OrderedDict()
        self._loading = asyncio.Lock()

    async def writer_for(self, guild_id: int | None) -> Writer:
        """Return the model that a server uses; outside of servers, the one for everybody."""
        number = await self._ledger.read_active(guild_id)
        return await self._load(number) or self.shipped

    async def writer_of(self, fingerprint: str, guild_id: int | None) -> Writer | None:
        """Return the model whose fingerprint begins so, if this server may use it; None if it is gone."""
        if self.shipped.run.fingerprint.startswith(fingerprint):
            return self.shipped
        active = await self.writer_for(guild_id)
        if active.run.fingerprint.startswith(fingerprint):
            return active
        for model in await self._ledger.read_models(guild_id) if guild_id else []:
            if model.fingerprint.startswith(fingerprint):
                return await self._load(model.id)
        return None

    async def run_of(self, guild_id: int | None) -> Path:
        """Return the run directory of the model that a server uses."""
        return (await self.writer_for(guild_id)).run.path

    def path_of(self, model: Model) -> Path:
        """Return the run directory of a model."""
        return self._data / model.folder

    async def rename(self, model: Model, name: str) -> None:
        """Give a model another name."""
        await self._ledger.rename_model(model.id, name)
        self._loaded.pop(model.id, None)

    async def delete(self, model: Model) -> None:
        """Delete a model and its files; what it is writing at this moment is finished.

        Raises:
            TrainingStoreError: It is the default of all servers.
        """
        await self._ledger.delete_model(model)
        self._loaded.pop(model.id, None)
        # The folder above holds this run alone, and the text that somebody chose to keep.
        await asyncio.to_thread(shutil.rmtree, self.path_of(model).parent, ignore_errors=True)

    async def _load(self, number: int) -> Writer | None:
        if number == SHIPPED:
            return self.shipped
        if number in self._loaded:
            self._loaded.move_to_end(number)
            return self._loaded[number]
        async with self._loading:
            model = await self._ledger.read_model(number)
            if model is None:
                return None
            try:
                writer = await asyncio.to_thread(self._open, model)
            except CoreError as error:
                log.warning("Model %d cannot be used, the shipped one stands in: %s", number, error)
                return None
            self._loaded[number] = writer
            while len(self._loaded) > LOADED:
                self._loaded.popitem(last=False)
        return writer

    def _open(self, model: Model) -> Writer:
        return Writer(replace(Run.read(self.path_of(model)), name=model.name))
