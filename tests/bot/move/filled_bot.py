"""A bot on SQLite with something in every table, as tests and the benchmark of moving need it."""

import asyncio
import hashlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, Table, insert

from bot.storage.data_folder import LOCK, read_machine
from bot.storage.repositories import Repositories
from bot.storage.runs.folder import KEPT
from bot.storage.schema import episode_words, episodes, jobs, leases, metadata, model_names, models
from bot.storage.tables.models import ModelRecord
from bot.training.corpora.folders import TrainingFolders, folder_size
from core.run.layout import CHECKPOINT, partial_folder
from tests.bot.storage.test_database import EPISODE
from tests.bot.storage.test_training_queue import WAITING
from tests.bot.test_promises import PLAN
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer

GUILD = 1
ROWS = 3  # of each table that has no rows of its own kind here
OWN = (episodes, episode_words, jobs, leases, model_names, models)
BATCH = 500


async def fill_bot(data: Path, *, scenes: int, runs: int) -> None:
    """Make a data folder with so many scenes and models, a half-done training, and rows in every other table."""
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    machine = read_machine(data)
    storage = await Repositories.open("", data=data, machine=machine)
    try:
        for first in range(1, scenes + 1, BATCH):
            await _add_scenes(storage, range(first, min(first + BATCH, scenes + 1)))
        last = await storage.scenes.add(replace(EPISODE, request_id=10**6))
        await storage.database.execute(episodes.delete().where(episodes.c.id == last.id))
        for table in metadata.sorted_tables:
            if table not in OWN:
                await storage.database.execute(insert(table).values(_build_rows(table, machine)))
        for number in range(1, runs + 1):
            await _add_model(storage, data, number, machine)
        await _add_training(storage, data, machine)
    finally:
        await storage.close()


def list_files(data: Path) -> dict[str, str]:
    """Return what a data folder holds: file -> a digest of its content."""
    files = (path for path in data.rglob("*") if path.is_file() and path.name != LOCK)
    return {str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


async def _add_scenes(storage: Repositories, numbers: range) -> None:
    scenes = [
        {**asdict(replace(EPISODE, request_id=number, text=f"{number} \U0001f596" * 99)), "id": number}
        for number in numbers
    ]
    kept = [{name: value for name, value in scene.items() if name != "words_of"} for scene in scenes]
    words = [{"episode_id": number, "member_id": number % 7} for number in numbers]
    await storage.database.execute(insert(episodes).values(kept))
    await storage.database.execute(insert(episode_words).values(words))


def _build_rows(table: Table, machine: str) -> list[dict[str, Any]]:
    return [
        {column.name: _build_value(column, number, machine) for column in table.columns}
        for number in range(1, ROWS + 1)
    ]


def _build_value(column: Column[Any], number: int, machine: str) -> Any:
    if column.name == "machine":
        return machine
    match column.type:
        case Boolean():
            return number % 2 == 0
        case Integer():
            return number
        case Float():
            return number / 3
        case _:
            return f"{number} {column.name}"[: getattr(column.type, "length", None) or 99]


async def _add_model(storage: Repositories, data: Path, number: int, machine: str) -> None:
    """Train a model, as it were, whose text stays with it."""
    plan = replace(PLAN, key=f"{number:016x}", folder="nor")
    training = await storage.trainings.add(replace(WAITING, machine=machine, plan=plan.to_json()))
    folder = data / "models" / plan.key
    folder.mkdir(parents=True)
    run = build_writer(folder / plan.folder, SCRIPT[:number]).run
    model = ModelRecord(
        id=training.id, machine=machine, guild_id=GUILD, member_id=3, name=f"Nor {number}", created=1,
        folder=f"models/{plan.key}/{plan.folder}", fingerprint=run.fingerprint, bits=2.0, bytes=folder_size(run.path),
    )  # fmt: skip
    await storage.models.add_trained(training, model, {}, use=True)
    (folder / KEPT).mkdir()
    (folder / KEPT / "text.txt").write_text("words", encoding="utf-8")


async def _add_training(storage: Repositories, data: Path, machine: str) -> None:
    """Leave a training half done, on an uploaded text, from the weights of the first model."""
    plan = replace(PLAN, key="f" * 16, upload=True, start=f"models/{1:016x}/nor")
    record = replace(
        WAITING, machine=machine, state="running", plan=plan.to_json(), pid=2**22, pid_started=1.5
    )
    training = await storage.trainings.add(record)
    folders = TrainingFolders(data)
    for folder, name in (
        (folders.corpus(training), "a.txt"),
        (partial_folder(folders.run(training)), CHECKPOINT),
    ):
        folder.mkdir(parents=True)
        (folder / name).write_text("half", encoding="utf-8")
