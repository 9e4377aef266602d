"""Models in memory: each is loaded once, however many ask for it together."""

import asyncio
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


async def test_crowd_loads_a_servers_model_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of fifty requests at once one loads the model, and all write with it."""
    shipped = build_writer(tmp_path / "shipped", SCRIPT)
    (tmp_path / "data" / "models" / "a").mkdir(parents=True)
    own = build_writer(tmp_path / "data" / "models" / "a" / "nor", [*SCRIPT, *SCRIPT])
    storage = await Repositories.open("", data=tmp_path / "data", machine="here")
    training = await storage.trainings.add(
        TrainingRecord(
            machine="here", guild_id=GUILD, channel_id=2, member_id=3, name="Nor", created=1, state="running"
        )
    )
    model = ModelRecord(
        id=training.id, machine="here", guild_id=GUILD, member_id=3, name="Nor", created=1,
        folder="models/a/nor", fingerprint=own.run.fingerprint, bits=2.0, bytes=10,
    )  # fmt: skip
    await storage.models.add_trained(training, model, {}, use=True)
    registry = ModelRegistry(shipped, models=storage.models, runs=FolderRuns(tmp_path / "data", home="here"))
    loaded: list[Run] = []

    def load(run: Run) -> Writer:
        loaded.append(run)
        return Writer(run)

    monkeypatch.setattr("bot.models.registry.Writer", load)
    writers = await asyncio.gather(*(registry.writer_for(GUILD) for _ in range(50)))
    await storage.close()
    assert [run.fingerprint for run in loaded] == [own.run.fingerprint]
    assert len(set(map(id, writers))) == 1
    assert writers[0] is not shipped
