"""The models that servers use, loaded when they are asked for; the shipped one is always there."""

import asyncio
import logging
import shutil
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.discord.errors import RefusalError
from bot.storage.tables.models import SHIPPED, ModelRecord, ModelRepository
from core.errors import CoreError
from core.run.store import Run
from core.writing.writer import Writer

LOADED = 6  # models in memory beside the shipped one, 10 MB each

log = logging.getLogger(__name__)


class ModelRegistry:
    """Finds the model of a server."""

    def __init__(self, shipped: Writer, *, models: ModelRepository, data: Path) -> None:
        """Offer the shipped model, and the stored ones, whose runs are below `data`."""
        self.shipped = shipped
        self._models = models
        self._data = data
        self._loaded: OrderedDict[int, Writer] = OrderedDict()
        self._loading = asyncio.Lock()

    async def writer_for(self, guild_id: int | None) -> Writer:
        """Return the model that a server uses; outside of servers, the one for everybody."""
        number = await self._models.read_active(guild_id)
        return await self._load(number) or self.shipped

    async def writer_of(self, fingerprint: str, guild_id: int | None) -> Writer | None:
        """Return the model whose fingerprint begins so, if this server may use it; None if it is gone."""
        if self.shipped.run.fingerprint.startswith(fingerprint):
            return self.shipped
        active = await self.writer_for(guild_id)
        if active.run.fingerprint.startswith(fingerprint):
            return active
        for model in await self._models.read_all(guild_id) if guild_id else []:
            if model.fingerprint.startswith(fingerprint):
                return await self._load(model.id)
        return None

    async def shows_of(self, guild_id: int | None) -> Sequence[str]:
        """Return the shows of the model that a server uses."""
        return (await self.writer_for(guild_id)).casts.shows

    def path_of(self, model: ModelRecord) -> Path:
        """Return the run directory of a model."""
        return self._data / model.folder

    async def rename(self, model: ModelRecord, name: str) -> None:
        """Give a model another name."""
        await self._models.rename(model, name)
        self._loaded.pop(model.id, None)

    async def delete(self, model: ModelRecord) -> None:
        """Delete a model and its files; what it is writing at this moment is finished.

        Raises:
            RefusalError: It is the default of all servers.
        """
        if not await self._models.delete(model.id):
            raise RefusalError(
                "That model is the default of all servers; the bot's owner has to choose another first."
            )
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
            if number in self._loaded:  # another request was quicker
                return self._loaded[number]
            model = await self._models.read(number)
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

    def _open(self, model: ModelRecord) -> Writer:
        return Writer(replace(Run.read(self.path_of(model)), name=model.name))
