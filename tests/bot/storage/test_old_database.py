"""A database of an earlier version: it opens, its scenes go on, its codes replay, its trainings are there.

`old_database.sql` is the dump of a database that the code of 4b4e103 made, with scenes of `old_runs/script`.
"""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.scenes.build import build_work
from bot.scenes.request import Request, change_heat, go_on, take_again
from bot.storage.repositories import Repositories
from bot.storage.tables.models import SHIPPED
from bot.storage.tables.scenes import SceneRecord
from core.run.store import Run
from core.writing.writer import Writer
from tests.children import ROOT

DUMP = Path(__file__).with_name("old_database.sql")
OLD_RUN = ROOT / "tests" / "core" / "writing" / "old_runs" / "script"
FIRST, DIRECTED, CONTINUED, ANOTHER_TAKE, HOTTER, THIRD_PART = range(1, 7)


@asynccontextmanager
async def open_old_database(folder: Path) -> AsyncIterator[Repositories]:
    """Open the old database by the code of today."""
    database = sqlite3.connect(folder / "holosuite.db")
    database.executescript(DUMP.read_text(encoding="utf-8"))
    database.close()
    opened = await Repositories.open("", data=folder, machine="old")
    yield opened
    await opened.close()


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Repositories]:
    """The old database, opened by the code of today."""
    async with open_old_database(tmp_path) as opened:
        yield opened


async def read(storage: Repositories, number: int) -> SceneRecord:
    """Return a scene that is there."""
    scene = await storage.scenes.read(number)
    assert scene is not None
    return scene


async def test_buttons_of_an_old_scene_write_what_they_wrote(storage: Repositories) -> None:
    """Continue, Another take and Hotter give the text that the earlier version stored."""
    writer = Writer(Run.read(OLD_RUN))
    directed, continued = await read(storage, DIRECTED), await read(storage, CONTINUED)
    for request, source, number in (
        (go_on(directed), directed, CONTINUED),
        (take_again(continued), continued, ANOTHER_TAKE),
        (change_heat(continued, hotter=True), continued, HOTTER),
        (go_on(continued), continued, THIRD_PART),
    ):
        expected = await read(storage, number)
        episode = build_work(replace(request, seed=expected.seed), source, writer=writer)(lambda: False)
        assert (episode.script, episode.text) == (expected.script, expected.text)


@pytest.mark.parametrize("number", [FIRST, DIRECTED, CONTINUED, ANOTHER_TAKE, HOTTER, THIRD_PART])
async def test_code_of_an_old_scene_replays_it(storage: Repositories, number: int) -> None:
    """The code under each old scene gives its text."""
    scene = await read(storage, number)
    work = build_work(Request.of_code(scene.code), None, writer=Writer(Run.read(OLD_RUN)))
    assert work(lambda: False).script == scene.script


async def test_old_request_on_its_way_is_finished(storage: Repositories) -> None:
    """A request that the earlier version acknowledged is carried out by the code of today."""
    (pending,) = await storage.pending.read_unfinished(newer_than_seconds=900)
    request = Request.from_json(pending.request)
    assert (request.line, request.cast, request.length, request.seed) == ("ODO: ", "Odo", 60, 16)
    episode = build_work(request, None, writer=Writer(Run.read(OLD_RUN)))(lambda: False)
    assert episode.script.startswith("ODO: ")


async def test_old_trainings_and_models_are_there(storage: Repositories) -> None:
    """What waits has its plan, whatever a newer version adds to it; what ended its outcome; the server its model."""
    assert await storage.models.read_active(1) == 1
    assert await storage.models.read_active(2) == SHIPPED
    assert [model.name for model in await storage.models.read_all(1)] == ["Terok"]
    (waiting,) = await storage.trainings.read_states("waiting")
    assert (waiting.name, waiting.planned().epochs, waiting.planned().minutes) == ("Waiting", 4, None)
    newer = replace(waiting, plan=json.dumps(json.loads(waiting.plan) | {"mood": "dark"}))
    assert newer.planned() == waiting.planned()
    (done,) = await storage.trainings.read_states("done")
    assert done.ending()["comparison"] == {"new_bits": 2.5, "old_bits": 2.0, "characters": 5_000}
    assert await storage.trainings.read_speed("default") == 5_000
    assert (await storage.scenes.read_counts())["episodes"] == 6
