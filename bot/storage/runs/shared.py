"""Runs in an object store that several bots share, each under its fingerprint, with a bounded cache here."""

import asyncio
import contextlib
import logging
import os
import secrets
import shutil
import time
from pathlib import Path

from bot.storage.runs.objects import ObjectStore
from bot.storage.tables.models import ModelRecord
from bot.storage.tables.trainings import TrainingRecord
from core.errors import RunError
from core.run.store import Run

CACHE = "runs"  # in the data folder: RUN'S FINGERPRINT/
MOST_CACHED_BYTES = 2_000_000_000
IN_USE_SECONDS = 1_800.0  # that a copy may be read after it was asked for, such as by a training's child
HOME = "name"  # the object that names the store

log = logging.getLogger(__name__)


class SharedRuns:
    """The objects `runs/FINGERPRINT.zip`, immutable, and `texts/NUMBER.zip`; a `RunStore`."""

    def __init__(self, objects: ObjectStore, *, data: Path, home: str) -> None:
        """Keep runs as objects, and copies below `data`; see `SharedRuns.open`."""
        self.home = home
        self.objects = objects
        self._cache = data.resolve() / CACHE
        self._fetching = asyncio.Lock()

    @classmethod
    async def open(cls, address: str, *, data: Path) -> "SharedRuns":
        """Open the store at an address, which gets a name the first time.

        Raises:
            ConfigError: The address cannot be used.
            RunError: The store is out of reach.
        """
        objects = await asyncio.to_thread(ObjectStore.open, address)
        await asyncio.to_thread(_sweep, data / CACHE)
        await objects.create(HOME, f"store-{secrets.token_hex(8)}".encode())
        home = await objects.read(HOME)
        if home is None:
            raise RunError("The store forgets what it is given; check HOLOSUITE_STORE.")
        return cls(objects, data=data, home=home.decode("ascii", "replace"))

    def place_of(self, _training: TrainingRecord, fingerprint: str) -> str:
        """Return the name of the object that a run is."""
        return name_run(fingerprint)

    async def put(self, model: ModelRecord, run: Path) -> None:
        """Keep a run whole under its fingerprint; one that is there stays."""
        await self.objects.put_folder(model.folder, run)

    async def fetch(self, model: ModelRecord) -> Path:
        """Return this machine's copy of a run, checked when it is fetched.

        Raises:
            RunError: It is gone or damaged, or the store is out of reach.
        """
        copy = self._cache / model.fingerprint
        async with self._fetching:
            if not await asyncio.to_thread(copy.is_dir):
                log.info("Fetching the run of model %d.", model.id)
                await self.objects.fetch_folder(model.folder, copy)
                try:
                    await asyncio.to_thread(check_run, copy, model.fingerprint)
                except RunError:
                    await asyncio.to_thread(shutil.rmtree, copy, ignore_errors=True)
                    raise
            await asyncio.to_thread(self._use, copy)
        return copy

    async def forget(self, model: ModelRecord) -> bool:
        """Drop this machine's copy of a run."""
        copy = self._cache / model.fingerprint
        was_there = await asyncio.to_thread(copy.is_dir)
        await asyncio.to_thread(shutil.rmtree, copy, ignore_errors=True)
        return was_there

    async def delete(self, model: ModelRecord, *, is_shared: bool) -> None:
        """Delete a run, and the text that stayed with its model."""
        await self.objects.delete(name_text(model.id))
        if not is_shared:
            await self.objects.delete(model.folder)
            await self.forget(model)

    async def keep_text(self, training: TrainingRecord, text: Path) -> None:
        """Keep an uploaded text with the model; nobody else's eyes need it, so one that cannot be kept is left out."""
        with contextlib.suppress(RunError):
            await self.objects.put_folder(name_text(training.id), text)

    async def delete_text(self, training: TrainingRecord) -> None:
        """Delete the text that stayed with a model."""
        await self.objects.delete(name_text(training.id))

    def _use(self, copy: Path) -> None:
        """Note that a copy is used, and delete those that were not for the longest time, beyond what may be kept."""
        now = time.time()
        os.utime(copy)
        copies = [each for each in self._cache.iterdir() if not each.name.startswith(".")]
        sizes = {each: sum(path.stat().st_size for path in each.iterdir()) for each in copies}
        kept = sum(sizes.values())
        for each in sorted(copies, key=lambda folder: folder.stat().st_mtime):
            if kept <= MOST_CACHED_BYTES:
                return
            if now - each.stat().st_mtime > IN_USE_SECONDS:
                shutil.rmtree(each, ignore_errors=True)
                kept -= sizes[each]


def _sweep(cache: Path) -> None:
    """Delete what a process that was killed has half fetched."""
    for left in cache.glob(".fetched-*"):
        shutil.rmtree(left, ignore_errors=True)


def name_run(fingerprint: str) -> str:
    """Return the name of the object that a run is."""
    return f"runs/{fingerprint}.zip"


def name_text(number: int) -> str:
    """Return the name of the object of a text that stayed with the model of a number."""
    return f"texts/{number}.zip"


def check_run(copy: Path, fingerprint: str) -> None:
    """Make sure that a folder holds the run of a fingerprint.

    Raises:
        RunError: It does not.
    """
    run = Run.read(copy)
    run.weights()  # compares them with the run's own fingerprint
    if run.fingerprint != fingerprint:
        raise RunError("The store has another run under that fingerprint.")
