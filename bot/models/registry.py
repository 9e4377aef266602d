"""The models that servers use, loaded when they are asked for; the shipped one is always there."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.discord.errors import RefusalError
from bot.storage.runs.store import RunStore
from bot.storage.tables.models import FRESH_SECONDS, SHIPPED, ModelRecord, ModelRepository
from core.errors import CoreError, RunError
from core.run.store import Run
from core.runtime.size import size_of
from core.writing.writer import Writer

MEGABYTE = 1_000_000
MOST_CHECKED = 10_000
RETRY_SECONDS = 60.0  # after which a run that could not be had is asked for again

log = logging.getLogger(__name__)


class ModelRegistry:
    """Finds the model of a server."""

    def __init__(self, shipped: Writer, *, models: ModelRepository, runs: RunStore, megabytes: int) -> None:
        """Offer the shipped model, and the stored ones, of which so many megabytes stay in memory."""
        self.shipped = shipped
        self.most_bytes = megabytes * MEGABYTE
        self._models = models
        self._runs = runs
        self._loaded: OrderedDict[int, Writer] = OrderedDict()  # what was used last at the end
        self._sizes: dict[int, int] = {}  # model to the bytes that it was loaded with
        self._checked: dict[int, float] = {}  # model to when the database was asked for it
        self._loading: dict[int, asyncio.Task[Writer | None]] = {}

    @property
    def loaded(self) -> int:
        """How many models are in memory beside the shipped one."""
        return len(self._loaded)

    @property
    def loaded_bytes(self) -> int:
        """How much memory they take."""
        return sum(self._sizes[number] for number in self._loaded)

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

    async def folder_of(self, model: ModelRecord) -> Path:
        """Return the run directory of a model.

        Raises:
            RunError: It is gone or damaged, or the store is out of reach.
        """
        return await self._runs.fetch(model)

    async def rename(self, model: ModelRecord, name: str) -> None:
        """Give a model another name."""
        await self._models.rename(model, name)
        self._forget(model.id)

    async def delete(self, model: ModelRecord) -> None:
        """Delete a model and its files; what it is writing at this moment is finished.

        Raises:
            RefusalError: It is the default of all servers.
        """
        if not await self._models.delete(model.id):
            raise RefusalError(
                "That model is the default of all servers; the bot's owner has to choose another first."
            )
        self._forget(model.id)
        others = await self._models.read_all(None)
        try:
            await self._runs.delete(model, is_shared=any(each.folder == model.folder for each in others))
        except RunError as error:
            log.warning("The run of model %d stays in the store: %s", model.id, error)

    async def _load(self, number: int) -> Writer | None:
        if number == SHIPPED:
            return self.shipped
        if (
            time.monotonic() - self._checked.get(number, -RETRY_SECONDS) < FRESH_SECONDS
            and number in self._loaded
        ):
            self._loaded.move_to_end(number)
            return self._loaded[number]
        if number not in self._loading:  # else another request was quicker
            task = self._loading[number] = asyncio.create_task(self._read(number))
            task.add_done_callback(lambda _: self._loading.pop(number, None))
        return await asyncio.shield(self._loading[number])

    async def _read(self, number: int) -> Writer | None:
        """Return the model of a number as it is now: it may have been renamed or deleted by a bot elsewhere."""
        since, loaded = time.monotonic() - self._checked.get(number, -RETRY_SECONDS), self._loaded.get(number)
        if loaded is None and since < RETRY_SECONDS and number in self._checked:
            return None  # it could not be had a moment ago
        model = await self._models.read(number)
        if model is None or (loaded is not None and loaded.run.name != model.name):
            self._loaded.pop(number, None)
            loaded = None
        if model is None:
            return None
        if len(self._checked) > MOST_CHECKED:
            self._checked.clear()
        self._checked[number] = time.monotonic()
        if loaded is not None:
            return loaded
        try:
            writer = await self._open(model)
            self._sizes[number] = await asyncio.to_thread(size_of, writer)
        except CoreError as error:
            log.warning("Model %d cannot be used, the shipped one stands in: %s", number, error)
            return None
        self._loaded[number] = writer
        self._loaded.move_to_end(number)
        # A model that is larger than the bound is there alone: its server writes with it.
        while self.loaded_bytes > self.most_bytes and len(self._loaded) > 1:
            self._forget(next(iter(self._loaded)))
        return writer

    def _forget(self, number: int) -> None:
        """Let the next request load the model anew."""
        self._loaded.pop(number, None)
        self._checked.pop(number, None)
        self._sizes.pop(number, None)

    async def _open(self, model: ModelRecord) -> Writer:
        try:
            return await asyncio.to_thread(_open_run, await self._runs.fetch(model), model.name)
        except RunError:
            if not await self._runs.forget(model):
                raise
        return await asyncio.to_thread(_open_run, await self._runs.fetch(model), model.name)


def _open_run(folder: Path, name: str) -> Writer:
    return Writer(replace(Run.read(folder), name=name))
