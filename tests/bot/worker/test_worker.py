"""A worker with a real child process: a training whose worker is lost goes on elsewhere, and nothing of it is left."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.models.registry import ModelRegistry
from bot.storage.repositories import Repositories
from bot.storage.runs.shared import SharedRuns
from bot.storage.schema import leases
from bot.storage.tables.training_queue import QueuedTrainings
from bot.storage.tables.trainings import TrainingRecord
from bot.training.completion import TrainingCompletion
from bot.training.corpora.folders import TrainingFolders
from bot.worker import worker
from bot.worker.objects import TrainingObjects
from bot.worker.queue import SharedTrainings
from bot.worker.worker import TrainingWorker
from core.run.events import Progress
from core.run.layout import FACTS
from core.writing.writer import Writer
from tests.bot.storage.test_training_queue import WAITING
from tests.bot.test_promises import PLAN
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer

GUILD = 1
# In place of train.py: it saves a checkpoint, and ends in its second attempt, with a run that is there already.
CHILD = """
import shutil, sys, time
from pathlib import Path
from core.run.events import EventLog
from core.run.layout import CHECKPOINT, EVENTS, partial_folder
run = Path(sys.argv[sys.argv.index("--out") + 1])
partial = partial_folder(run)
partial.mkdir(parents=True, exist_ok=True)
is_resumed = "--resume" in sys.argv
EventLog(partial / EVENTS).send("start", device="CPU", parameters=1, resumed=is_resumed)
if not is_resumed:
    (partial / CHECKPOINT).write_text(Path(sys.argv[sys.argv.index("--scripts") + 1]).read_text())
    time.sleep(600)
assert (partial / CHECKPOINT).read_text() == "a text"
while not Path({go!r}).exists():
    time.sleep(0.02)
shutil.copytree({own!r}, run)
shutil.rmtree(partial)
"""


class Shown:
    """What a bot shows of trainings."""

    def __init__(self) -> None:
        self.resumed: list[bool] = []
        self.ends = 0
        self.runs = False

    def show_progress(self, training: TrainingRecord, progress: Progress, note: str) -> None:
        """Note whether a training began from a checkpoint."""
        self.runs = bool(training.pid)
        if progress.start and progress.start["resumed"] not in self.resumed:
            self.resumed.append(progress.start["resumed"])

    def show_waiting(self, training: TrainingRecord, place: int) -> None:
        """Note that nothing runs."""
        self.runs = False

    def show_end(self) -> None:
        """Count."""
        self.ends += 1


class Scenery:
    """A bot and its workers, on one database and one store."""

    def __init__(self, folder: Path, shipped: Writer) -> None:
        self.folder = folder
        self.shipped = shipped
        self.opened: list[Repositories] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.leave = asyncio.Event()
        self.shown = Shown()

    async def open(self, name: str) -> tuple[Repositories, SharedRuns, ModelRegistry]:
        """Open database and store as a machine does."""
        runs = await SharedRuns.open(f"file://{self.folder / 'store'}", data=self.folder / name)
        url = f"sqlite:///{self.folder / 'one.db'}"
        storage = await Repositories.open(url, data=self.folder / name, machine=name, home=runs.home)
        self.opened.append(storage)
        return storage, runs, ModelRegistry(self.shipped, models=storage.models, runs=runs, megabytes=100)

    async def begin_bot(self) -> tuple[Repositories, SharedTrainings, ModelRegistry]:
        """Run what a bot does for trainings."""
        storage, runs, registry = await self.open("bot")
        folders = TrainingFolders(self.folder / "bot")
        queue = SharedTrainings(
            trainings=storage.trainings,
            queue=QueuedTrainings(storage.database, machine="bot"),
            leases=storage.leases,
            objects=TrainingObjects(runs.objects, folders=folders),
            completion=TrainingCompletion(
                storage=storage, registry=registry, folders=folders, listener=self.shown, runs=runs
            ),
            listener=self.shown,
        )
        self.tasks.append(asyncio.create_task(queue.run()))
        return storage, queue, registry

    async def begin_worker(self, name: str) -> TrainingWorker:
        """Run a worker."""
        storage, runs, registry = await self.open(name)
        data = self.folder / name
        work = TrainingWorker(storage, runs=runs, registry=registry, data=data, longest_minutes=1)
        self.tasks.append(asyncio.create_task(work.run(self.leave)))
        return work

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(120):
            while not holds():  # noqa: ASYNC110 -- a file tells nobody that it is there
                await asyncio.sleep(0.02)

    async def close(self) -> None:
        """End everything."""
        self.leave.set()
        for task in self.tasks[:1]:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for storage in self.opened:
            await storage.close()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Writer:
    """Return the model that trainings end with; their children and all pauses are short."""
    made = build_writer(tmp_path / "own", [*SCRIPT, *SCRIPT])
    facts = json.loads((made.run.path / FACTS).read_text(encoding="utf-8"))
    facts["result"] |= {"seconds": 1.0, "epoch": 2}
    facts["software"] = {"device": "CPU"}
    (made.run.path / FACTS).write_text(json.dumps(facts), encoding="utf-8")
    child = tmp_path / "train.py"
    child.write_text(CHILD.format(own=str(made.run.path), go=str(tmp_path / "go")), encoding="utf-8")
    monkeypatch.setattr("bot.training.process.TRAIN", child)
    for name in ("POLL_SECONDS", "REPORT_SECONDS", "KEEP_SECONDS"):
        monkeypatch.setattr(worker, name, 0.05)
    monkeypatch.setattr("bot.worker.queue.POLL_SECONDS", 0.05)
    monkeypatch.setattr("bot.training.supervisor.POLL_SECONDS", 0.05)

    async def judge(*_arguments: Any, **_options: Any) -> dict[str, Any]:
        return {"comparison": {"new_bits": 1.0, "old_bits": 2.0, "characters": 10}}

    monkeypatch.setattr("bot.training.completion.ask_child", judge)
    return made


def rest(folder: Path, name: str) -> list[str]:
    """Return what a machine has of trainings in its folders."""
    return [path.name for part in ("jobs", "models") for path in (folder / name / part).glob("*")]


async def test_training_of_a_lost_worker_goes_on_elsewhere(tmp_path: Path, own: Writer) -> None:
    """It goes on from its checkpoint; a worker that wakes up stops and publishes nothing; the model is every bot's."""
    scenery = Scenery(tmp_path, build_writer(tmp_path / "shipped", SCRIPT))
    storage, queue, registry = await scenery.begin_bot()
    plan = replace(PLAN, upload=True, scripts=f"jobs/{PLAN.key}/corpus/a.txt")
    training = await storage.trainings.add(replace(WAITING, machine="bot", queued=1, plan=plan.to_json()))
    corpus = TrainingFolders(tmp_path / "bot").corpus(training)
    corpus.mkdir(parents=True)
    (corpus / "a.txt").write_text("a text", encoding="utf-8")
    await queue.enqueue(training)
    await scenery.begin_worker("first")
    checkpoint = tmp_path / "store" / "checkpoints" / f"{training.id}-1.zip"
    await scenery.until(lambda: checkpoint.is_file() and bool(scenery.shown.resumed))
    await scenery.begin_worker("second")
    lost = update(leases).where(leases.c.kind == "training", leases.c.owner == "first").values(ends=0.0)
    while await storage.database.execute(lost):  # noqa: ASYNC110 -- the first renews it, until the second is quicker
        await asyncio.sleep(0)
    await scenery.until(lambda: scenery.shown.resumed == [False, True])
    (tmp_path / "go").touch()
    await scenery.until(lambda: scenery.shown.ends == 1)
    ended = await storage.trainings.read(training.id)
    assert ended is not None
    assert (ended.state, ended.attempt, ended.lost, ended.deaths) == ("done", 2, 1, 0), ended.outcome
    assert ended.progress == ""
    assert (await registry.writer_for(GUILD)).run.fingerprint == own.run.fingerprint
    await scenery.until(lambda: rest(tmp_path, "first") == rest(tmp_path, "second") == [])
    await scenery.close()
    left = [
        path.name for name in ("checkpoints", "corpora") for path in (tmp_path / "store" / name).glob("*")
    ]
    assert left == []


async def test_cancel_acts_where_no_worker_lives(tmp_path: Path, own: Writer) -> None:
    """The bot ends what a dead worker has left, and deletes its text; a worker that wakes up has no say in it."""
    scenery = Scenery(tmp_path, own)
    storage, queue, _ = await scenery.begin_bot()
    plan = replace(PLAN, upload=True).to_json()
    running = replace(WAITING, machine="bot", state="running", worker="gone", attempt=1, plan=plan)
    training = await storage.trainings.add(running)
    corpus = TrainingFolders(tmp_path / "bot").corpus(training)
    corpus.mkdir(parents=True)
    (corpus / "a.txt").write_text("a text", encoding="utf-8")
    await queue.enqueue(training)
    texts = tmp_path / "store" / "corpora"
    assert len(list(texts.glob("*.zip"))) == 1
    assert await queue.cancel(training)
    await scenery.until(lambda: scenery.shown.ends > 0 and not list(texts.glob("*.zip")))
    ended = await storage.trainings.read(training.id)
    assert ended is not None
    assert ended.state == "cancelled"
    assert await QueuedTrainings(storage.database, machine="gone").report(training, "woken up") is None
    await scenery.close()


async def test_worker_stops_what_is_cancelled_and_saves_what_it_leaves(tmp_path: Path, own: Writer) -> None:
    """A worker that leaves gives its training back with a checkpoint; a cancel ends it, and says why."""
    scenery = Scenery(tmp_path, build_writer(tmp_path / "shipped", SCRIPT))
    storage, queue, _ = await scenery.begin_bot()
    plan = replace(PLAN, upload=True, scripts=f"jobs/{PLAN.key}/corpus/a.txt")
    training = await storage.trainings.add(replace(WAITING, machine="bot", queued=1, plan=plan.to_json()))
    corpus = TrainingFolders(tmp_path / "bot").corpus(training)
    corpus.mkdir(parents=True)
    (corpus / "a.txt").write_text("a text", encoding="utf-8")
    await queue.enqueue(training)
    await scenery.begin_worker("first")
    await scenery.until(lambda: bool(scenery.shown.resumed))
    scenery.leave.set()
    await scenery.tasks[-1]
    left = await storage.trainings.read(training.id)
    assert left is not None
    assert (left.state, left.lost) == ("waiting", 0)
    assert rest(tmp_path, "first") == []
    await scenery.until(lambda: not scenery.shown.runs)
    scenery.leave.clear()
    await storage.trainings.update(training.id, plan=replace(plan, scripts="gone").to_json())
    for checkpoint in (tmp_path / "store" / "checkpoints").glob("*"):
        checkpoint.unlink()
    (tmp_path / "train.py").write_text("import time; time.sleep(600)", encoding="utf-8")
    await scenery.begin_worker("second")
    await scenery.until(lambda: scenery.shown.runs)
    assert await queue.cancel(training)
    await scenery.until(lambda: scenery.shown.ends == 1)
    ended = await storage.trainings.read(training.id)
    assert ended is not None
    assert (ended.state, json.loads(ended.outcome)) == ("cancelled", {})
    assert ended.progress == ""
    assert not await queue.cancel(training)
    await scenery.until(lambda: rest(tmp_path, "second") == [])
    await scenery.close()
