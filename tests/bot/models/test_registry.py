"""Models in memory: each is loaded once, however many ask for it together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.models.registry import ModelRegistry
from bot.storage.repositories import Repositories
from bot.storage.runs.folder import FolderRuns
from bot.storage.tables.models import ModelRecord
from bot.storage.tables.trainings import TrainingRecord
from core.run.store import Run
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer

GUILD = 5


@asynccontextmanager
async def open_registry(folder: Path, *, models: int) -> AsyncIterator[tuple[ModelRegistry, Repositories]]:
    """Open a registry over a shipped model and the models of so many servers, each of one of them."""
    shipped = build_writer(folder / "shipped", SCRIPT)
    (folder / "data").mkdir()
    storage = await Repositories.open("", data=folder / "data", machine="here")
    for number in range(models):
        place = f"models/{number:016x}/nor"
        (folder / "data" / place).parent.mkdir(parents=True)
        own = build_writer(folder / "data" / place, [*SCRIPT, *SCRIPT * (number + 1)])
        job = TrainingRecord(
            machine="here", guild_id=GUILD + number, channel_id=2, member_id=3, name="Nor", created=1, state="running"
        )  # fmt: skip
        training = await storage.trainings.add(job)
        model = ModelRecord(
            id=training.id, machine="here", guild_id=GUILD + number, member_id=3, name="Nor", created=1,
            folder=place, fingerprint=own.run.fingerprint, bits=2.0, bytes=10,
        )  # fmt: skip
        await storage.models.add_trained(training, model, {}, use=True)
    runs = FolderRuns(folder / "data", home="here")
    yield ModelRegistry(shipped, models=storage.models, runs=runs, megabytes=1), storage
    await storage.close()


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the fingerprints of the runs that are loaded from here on."""
    fingerprints: list[str] = []

    def load(run: Run) -> Writer:
        fingerprints.append(run.fingerprint)
        return Writer(run)

    monkeypatch.setattr("bot.models.registry.Writer", load)
    return fingerprints


async def test_crowd_loads_a_servers_model_once(tmp_path: Path, loaded: list[str]) -> None:
    """Of fifty requests at once one loads the model, and all write with it."""
    async with open_registry(tmp_path, models=1) as (registry, _):
        writers = await asyncio.gather(*(registry.writer_for(GUILD) for _ in range(50)))
        assert loaded == [writers[0].run.fingerprint]
        assert len(set(map(id, writers))) == 1
        assert writers[0] is not registry.shipped


async def test_model_that_was_renamed_is_written_with_at_once(tmp_path: Path) -> None:
    """A new name takes effect with the next request; the shipped model does not stand in meanwhile."""
    async with open_registry(tmp_path, models=1) as (registry, storage):
        await registry.writer_for(GUILD)
        (model,) = await storage.models.read_all(GUILD)
        await registry.rename(model, "Ops")
        assert (await registry.writer_for(GUILD)).run.name == "Ops"


async def test_models_that_were_not_used_for_longest_make_room(tmp_path: Path, loaded: list[str]) -> None:
    """Models in memory are bounded in megabytes; the least recently used goes, and comes back when it is asked for."""
    async with open_registry(tmp_path, models=3) as (registry, _):
        first, second, third = range(GUILD, GUILD + 3)
        for guild in (first, second, first):
            await registry.writer_for(guild)
        both = registry.loaded_bytes
        assert both > 100_000
        registry.most_bytes = both  # a third one has no room
        assert (registry.loaded, len(loaded)) == (2, 2)
        for guild in (third, first):
            await registry.writer_for(guild)
        assert (registry.loaded, len(loaded)) == (2, 3)
        assert registry.loaded_bytes <= both
        await registry.writer_for(second)
        assert len(loaded) == 4
        registry.most_bytes = 1
        assert await registry.writer_for(third) is not registry.shipped
        assert registry.loaded == 1
