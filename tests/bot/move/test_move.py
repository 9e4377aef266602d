"""A bot moves from SQLite to PostgreSQL and a store: whole or not at all, repeatable, and nothing of it changes."""

import asyncio
import fcntl
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.models.registry import ModelRegistry
from bot.move import __main__ as command
from bot.move import rows
from bot.move.move import Moved, move_bot
from bot.storage.data_folder import hold_data_folder, read_machine
from bot.storage.engine import open_engine, read_url
from bot.storage.repositories import Repositories
from bot.storage.runs.shared import SharedRuns, name_run
from bot.storage.schema import metadata
from bot.storage.tables.training_queue import QueuedTrainings
from bot.training.corpora.folders import TrainingFolders
from bot.training.process import LOCK
from bot.worker.objects import TrainingObjects
from core.errors import CoreError
from core.run.layout import CHECKPOINT, FACTS, WEIGHTS, partial_folder
from tests.bot.move.filled_bot import GUILD, ROWS, fill_bot, list_files
from tests.bot.storage.test_database import EPISODE
from tests.children import run_python
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer

SCENES = 3
SECRET = "not-for-anybody"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a bot; a test takes a copy."""
    data = tmp_path_factory.mktemp("filled") / "data"
    asyncio.run(fill_bot(data, scenes=SCENES, runs=2))
    return data


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    """Return a bot's data folder of a test's own."""
    copy = shutil.copytree(filled, tmp_path / "data")
    return Path(copy)


@pytest.fixture
async def target(postgresql: str, tmp_path: Path) -> AsyncIterator[Repositories]:
    """A PostgreSQL that was empty, as a bot opens it that has the same data folder and the store."""
    engine = await open_engine(read_url(postgresql, data=tmp_path))
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await engine.dispose()
    runs = await SharedRuns.open(store_of(tmp_path), data=tmp_path / "other")
    machine = read_machine(tmp_path / "data")
    opened = await Repositories.open(postgresql, data=tmp_path, machine=machine, home=runs.home)
    yield opened
    await opened.close()


def store_of(folder: Path) -> str:
    """Return the address of a store on this disk."""
    return f"file://{folder / 'store'}"


async def move(data: Path, address: str) -> Moved:
    """Move a bot to a PostgreSQL, and to a store beside it."""
    return await move_bot("", data=data, target_url=address, store=store_of(data.parent), say=lambda _: None)


async def refused(data: Path, address: str) -> str:
    """Return why a bot is not moved."""
    with pytest.raises(CoreError) as raised:
        await move(data, address)
    return str(raised.value)


def find_left(data: Path) -> list[Path]:
    """Return what moves of a bot have left in the folder for temporary files."""
    return list(Path(tempfile.gettempdir()).glob(f"holosuite-move-{read_machine(data)}-*"))


async def read_counts(storage: Repositories) -> dict[str, int]:
    """Return how many rows each table has."""
    found = {table.name: await storage.database.rows(select(table)) for table in metadata.sorted_tables}
    return {name: len(them) for name, them in found.items()}


async def test_bot_moves_with_all_that_it_has(data: Path, postgresql: str, target: Repositories) -> None:
    """Every row of every table, every run and text, and a half-done training; the old bot is as it was."""
    before = list_files(data)
    tempfile.mkdtemp(prefix=f"holosuite-move-{read_machine(data)}-")  # as one that was killed has left it
    assert find_left(data)
    settings = {
        "DATABASE_URL": postgresql,
        "HOLOSUITE_STORE": store_of(data.parent),
        "HOLOSUITE_DATA": str(data),
    }
    done = await asyncio.to_thread(run_python, ["-m", "bot.move"], cwd=data.parent, **settings)
    assert done.returncode == 0, done.stderr
    assert "3 scenes, 2 models" in done.stdout
    assert "2 runs are in the store, and fit their fingerprints. The old bot is as it was." in done.stdout
    assert list_files(data) == before
    assert find_left(data) == []
    old = await Repositories.open("", data=data, machine=read_machine(data))
    expected = await read_counts(old)
    marked = {"settings": expected["settings"] + 1}
    assert await read_counts(target) == expected | marked
    assert min(expected[name] for name in expected if name != "leases") >= 1
    assert await target.scenes.read(SCENES) == await old.scenes.read(SCENES)
    assert (await target.scenes.add(EPISODE)).id == SCENES + 2  # a number that was given is never given again
    await old.close()

    runs = await SharedRuns.open(store_of(data.parent), data=data.parent / "elsewhere")
    shipped = build_writer(data.parent / "shipped", SCRIPT)
    registry = ModelRegistry(shipped, models=target.models, runs=runs, megabytes=99)
    newest = (await target.models.read_all(GUILD))[0]
    assert (await registry.writer_for(GUILD)).run.fingerprint == newest.fingerprint
    assert await runs.objects.exists(f"texts/{newest.id}.zip")
    claim = await QueuedTrainings(target.database, machine="worker").claim()
    assert claim is not None
    assert (claim.training.attempt, claim.training.pid, claim.training.lost) == (2, 0, 0)
    folders = TrainingFolders(data.parent / "worker")
    await TrainingObjects(runs.objects, folders=folders).fetch(claim.training, is_mine=False)
    assert (folders.corpus(claim.training) / "a.txt").read_text() == "half"
    assert (partial_folder(folders.run(claim.training)) / CHECKPOINT).read_text() == "half"
    first = (await target.models.read_all(GUILD))[-1]
    assert Path(claim.training.planned().start).name == first.fingerprint


async def test_move_that_is_interrupted_is_made_whole_by_another(
    data: Path, postgresql: str, target: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is there until all is; a repeated move brings what came since, as long as no bot uses the new place."""
    with monkeypatch.context() as patch:

        async def die(*_: object) -> None:
            raise asyncio.CancelledError

        patch.setattr(rows, "_set_numbers", die)
        with pytest.raises(asyncio.CancelledError):
            await move(data, postgresql)
    assert set((await read_counts(target)).values()) == {0}
    assert not (await move(data, postgresql)).rows.was_there
    assert (await move(data, postgresql)).rows.was_there

    old = await Repositories.open("", data=data, machine=read_machine(data))
    await old.scenes.add(replace(EPISODE, request_id=77))
    moved = await move(data, postgresql)
    assert (moved.rows.was_there, moved.rows.counts["episodes"]) == (False, SCENES + 1)
    await target.scenes.add(replace(EPISODE, request_id=88))
    moved = await move(data, postgresql)
    assert (moved.rows.was_there, moved.rows.is_used) == (True, True)
    await old.scenes.add(replace(EPISODE, request_id=99))
    assert "both have gone on since" in await refused(data, postgresql)
    await old.close()


async def test_bot_moves_only_to_an_empty_place_that_nobody_uses(
    data: Path, postgresql: str, target: Repositories
) -> None:
    """Another bot's data stays as it is, and so does a database that a bot serves from."""
    await target.leases.live()
    assert "A bot runs on the database on" in await refused(data, postgresql)
    await target.leases.release_all()
    await target.settings.write("bot", "x", "y")
    assert "is not empty: 1 rows in settings; name a new one" in await refused(data, postgresql)
    assert (await read_counts(target))["episodes"] == 0


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"postgresql://name:{SECRET}@127.0.0.1:1/x", "database 127.0.0.1 cannot be reached"),
        (f"mysql://name:{SECRET}@127.0.0.1/x", "has to be like postgresql://"),
    ],
)
async def test_database_out_of_reach_is_said_without_its_password(
    data: Path, address: str, sentence: str
) -> None:
    """What is wrong with an address is told, and what is secret in it is not."""
    said = await refused(data, address)
    assert sentence in said
    assert SECRET not in said


def take_away(data: Path) -> None:
    """Leave no database."""
    (data / "holosuite.db").unlink()


def damage(data: Path) -> None:
    """Make the database none."""
    (data / "holosuite.db").write_bytes(b"nothing" * 9_999)


def end_training(data: Path) -> None:
    """Let the training that was half done have a run."""
    run = data / "models" / ("f" * 16) / "ops"
    run.mkdir()
    (run / FACTS).write_text("{}", encoding="utf-8")


def break_store(data: Path) -> None:
    """Put a file where the store is to be."""
    (data.parent / "store").write_text("x", encoding="utf-8")


def put_another_run(data: Path) -> None:
    """Let the store hold something else under a run's name."""
    fingerprint = build_writer(data.parent / "same", SCRIPT[:1]).run.fingerprint
    place = data.parent / "store" / name_run(fingerprint)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"half of it")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (take_away, "There is no bot with a SQLite database to move in"),
        (damage, "is damaged; start its bot"),
        (end_training, "has ended while the bot was away; start the bot until its model is there"),
        (break_store, "HOLOSUITE_STORE cannot be used"),
        (put_another_run, r"is damaged in the store. If it is damaged, delete runs/"),
    ],
)
async def test_what_stands_in_the_way_of_a_move_is_said(
    data: Path, tmp_path: Path, spoil: Callable[[Path], None], sentence: str
) -> None:
    """A sentence for each, and a target that stays empty."""
    spoil(data)
    assert sentence in await refused(data, f"sqlite:///{tmp_path / 'target.db'}")


async def test_bot_or_training_that_runs_is_not_moved(data: Path, tmp_path: Path) -> None:
    """Neither a bot that serves from the data folder, nor a training's process that works there without it."""
    address = f"sqlite:///{tmp_path / 'target.db'}"
    lock = hold_data_folder(data)
    assert "Another bot is running with the data folder" in await refused(data, address)
    lock.release()
    with (data / LOCK).open("ab") as training:
        fcntl.flock(training, fcntl.LOCK_EX)
        assert "A training still runs in" in await refused(data, address)


async def test_model_without_a_whole_run_is_told_and_the_rest_moves(data: Path, tmp_path: Path) -> None:
    """What the old bot had lost already keeps nothing else from moving."""
    (data / "models" / f"{2:016x}" / "nor" / WEIGHTS).write_bytes(b"damaged")
    moved = await move(data, f"sqlite:///{tmp_path / 'target.db'}")
    assert moved.runs == 1
    assert "(Nor 2) has no whole run in" in moved.missing[0]
    assert moved.rows.counts["counts"] >= ROWS


def test_command_takes_addresses_off_its_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list of processes shows them only until it has begun anew; without any, it is said where to name them."""
    begun: list[list[str]] = []

    def begin(_: str, arguments: list[str]) -> None:
        begun.append(arguments)
        raise SystemExit

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.execv", begin)
    for name in ("DATABASE_URL", "HOLOSUITE_STORE", "DISCORD_TOKEN"):
        monkeypatch.setenv(name, "")
    assert command.main([]) == 2
    assert "Where to?" in capsys.readouterr().err
    monkeypatch.setenv("DATABASE_URL", "sqlite:///old.db")
    with pytest.raises(SystemExit):
        command.main(["--to", f"postgresql://name:{SECRET}@host/x", "--store", "s3://bucket/x"])
    assert begun == [[sys.executable, "-m", "bot.move", "--source", "sqlite:///old.db"]]
