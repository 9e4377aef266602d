"""How a training ends: with its model in use or not, refused by the trial, and over a database that is away."""

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.storage.engine import StorageError
from bot.training.completion import TrainingCompletion
from bot.training.corpora.folders import TrainingFolders
from bot.training.supervisor import TrainingSupervisor
from core.errors import CoreError, RunError
from core.run.layout import FACTS
from tests.bot.storage.runs.test_shared import TRAINING

AWAY = StorageError("The database cannot be reached; try again later.")
LOST = RunError("The new model loses itself when a scene begins.")
TRIED = replace(TRAINING, id=1)
OUTCOME: dict[str, Any] = {"characters_per_second": 0}


async def end_training(folder: Path, *, failing: str, errors: list[CoreError]) -> AsyncMock:
    """Bring a training to its end whose process has left a complete run; a step of it fails so often."""
    folders, ended = TrainingFolders(folder), asyncio.Event()
    folders.run(TRIED).mkdir(parents=True)
    (folders.run(TRIED) / FACTS).touch()
    trainings, completion = AsyncMock(), AsyncMock()
    trainings.read_states.return_value, trainings.read.return_value = [TRIED], TRIED
    completion.evaluate.return_value = "model", OUTCOME

    async def end(*_: object) -> None:
        ended.set()

    completion.succeed.side_effect = completion.fail.side_effect = end
    step = getattr(trainings if failing == "read" else completion, failing)
    usual = step.side_effect or AsyncMock(return_value=step.return_value)

    async def fail_first(*arguments: object) -> object:
        if errors:
            raise errors.pop()
        return await usual(*arguments)

    step.side_effect = fail_first
    listener: Any = SimpleNamespace(show_waiting=lambda *_: None)
    supervisor = TrainingSupervisor(
        trainings=trainings, completion=completion, folders=folders, listener=listener, longest_minutes=1
    )
    working = asyncio.create_task(supervisor.run())
    await asyncio.wait_for(ended.wait(), 10)
    working.cancel()
    return completion


@pytest.mark.parametrize("failing", ["read", "evaluate", "succeed"])
async def test_training_ends_with_its_model_over_a_database_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """Whatever is read or noted at the end of a training is done again, and the finished run is not given up."""
    monkeypatch.setattr("bot.training.supervisor.BUSY_SECONDS", 0.0)
    completion = await end_training(tmp_path, failing=failing, errors=[AWAY, AWAY])
    assert completion.succeed.called
    assert not completion.fail.called


async def test_run_that_the_trial_refuses_becomes_no_model(tmp_path: Path) -> None:
    """The training fails with the trial's reason, and the server's model stays the one that it had."""
    completion = await end_training(tmp_path, failing="evaluate", errors=[LOST])
    completion.fail.assert_called_once_with(TRIED, LOST.text)
    assert not completion.succeed.called


@pytest.mark.parametrize(
    ("comparison", "use"),
    [
        ({"new_bits": 2.17, "old_bits": 1.22}, False),
        ({"new_bits": 1.21, "old_bits": 1.22}, True),
        ({"new_bits": 2.17}, True),
        ({"problem": "The text cannot be read."}, True),
    ],
    ids=["worse", "better", "another alphabet", "without a text"],
)
async def test_worse_model_waits_to_be_used(
    tmp_path: Path, comparison: dict[str, float | str], *, use: bool
) -> None:
    """A model becomes the server's by itself only where it is better, or cannot be compared."""
    listener: Any = SimpleNamespace(show_end=lambda: None)
    storage, runs = AsyncMock(), AsyncMock()
    completion = TrainingCompletion(
        storage=storage, registry=AsyncMock(), folders=TrainingFolders(tmp_path), listener=listener, runs=runs
    )
    model: Any = "model"
    await completion.succeed(TRIED, model, OUTCOME | {"comparison": comparison})
    assert storage.models.add_trained.call_args.kwargs == {"use": use}
