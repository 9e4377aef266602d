"""A worker: claims trainings, one at a time, carries them out with a child process, and reports."""

import asyncio
import contextlib
import logging
import signal
from dataclasses import replace
from pathlib import Path

from bot.models.registry import ModelRegistry
from bot.storage.repositories import Repositories
from bot.storage.runs.shared import SharedRuns
from bot.storage.tables.training_queue import MOST_LOST, Claim, FencedTrainings, QueuedTrainings
from bot.storage.tables.trainings import ENDED, TrainingRecord
from bot.training.completion import TrainingCompletion
from bot.training.corpora.folders import TrainingFolders
from bot.training.process import kill_trainings
from bot.training.supervisor import TrainingSupervisor
from bot.worker.objects import TrainingObjects
from bot.worker.queue import read_reason, write_progress
from core.errors import CoreError
from core.run.events import Progress
from core.run.layout import CHECKPOINT, partial_folder
from core.text import Text

POLL_SECONDS = 2.0  # between two looks into the queue
REPORT_SECONDS = 1.0  # between two reports, which hear of a cancel
KEEP_SECONDS = 20.0  # between two checkpoints that are put into the store
PAUSE_SECONDS = 5.0  # where the database or the store is out of reach
LEAVE_SECONDS = 20.0  # that a training may take to save what it has

log = logging.getLogger(__name__)


class TrainingWorker:
    """Carries out the trainings of a database until it is asked to leave; a `TrainingListener` of its own."""

    def __init__(
        self,
        storage: Repositories,
        *,
        runs: SharedRuns,
        registry: ModelRegistry,
        data: Path,
        longest_minutes: float,
    ) -> None:
        machine = storage.trainings.machine
        self._folders = TrainingFolders(data)
        self._trainings = FencedTrainings(storage.database, machine=machine, home=runs.home)
        self._queue = QueuedTrainings(storage.database, machine=machine)
        self._objects = TrainingObjects(runs.objects, folders=self._folders)
        self._models = storage.models
        self._keys = storage.folders
        self._runs = runs
        self._completion = TrainingCompletion(
            storage=replace(storage, trainings=self._trainings),
            registry=registry,
            folders=self._folders,
            listener=self,
            runs=runs,
        )
        self._supervisor = TrainingSupervisor(
            trainings=self._trainings,
            completion=self._completion,
            folders=self._folders,
            listener=self,
            longest_minutes=longest_minutes,
        )
        self._said = ""
        self._kept: float = 0  # when the checkpoint was made that the store has

    def show_progress(self, _training: TrainingRecord, progress: Progress, note: str) -> None:
        """Take in how far the training is; the next report says so."""
        self._said = write_progress(progress, note)

    def show_waiting(self, training: TrainingRecord, place: int) -> None:
        """Do nothing: bots show what waits."""

    def show_end(self) -> None:
        """Do nothing: bots tell what came of trainings."""

    async def run(self, leave: asyncio.Event) -> None:
        """Work until asked to leave; what runs then is saved and goes on elsewhere."""
        await self._sweep()
        while not leave.is_set():
            claim = None
            try:
                claim = await self._queue.claim()
            except CoreError:
                log.exception("The queue is out of reach for a moment")
            if claim is not None:
                await self._carry_out(claim, leave)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(leave.wait(), POLL_SECONDS)

    async def _sweep(self) -> None:
        """End and delete what this machine's last worker has left, where it died, but for what goes on here."""
        await asyncio.to_thread(kill_trainings, self._folders.data)
        left = await self._queue.read_own()
        kept = {training.planned().key for training in left}
        for key in (await self._keys.read_all()).keys() - kept:
            await self._delete(key)

    async def _delete(self, key: str) -> None:
        await asyncio.to_thread(self._folders.delete_key, key, has_model=False)
        await self._keys.delete(key)

    async def _carry_out(self, claim: Claim, leave: asyncio.Event) -> None:
        training = claim.training
        log.info("Training %d, attempt %d.", training.id, training.attempt)
        self._trainings.hold(training)
        self._said, self._kept = training.progress, 0
        work = asyncio.create_task(self._train(training, is_mine=claim.before == self._trainings.machine))
        reports = asyncio.create_task(self._report(training))
        leaving = asyncio.create_task(leave.wait())
        try:
            await asyncio.wait([work, leaving], return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await self._leave(training, work)
        finally:
            for task in (work, reports, leaving):
                task.cancel()
            await asyncio.gather(work, reports, leaving, return_exceptions=True)
        with contextlib.suppress(CoreError):  # else the next start does
            await self._delete(training.planned().key)

    async def _train(self, training: TrainingRecord, *, is_mine: bool) -> None:
        """Bring a training to its end, however often the database or the store are out of reach meanwhile."""
        try:
            if training.lost > MOST_LOST:
                reason = Text("The machines that it was trained on were lost too often.")
                await self._completion.fail(training, reason)
            else:
                await self._insist(training, is_mine=is_mine)
        except Exception:
            log.exception("Training %d", training.id)
            await self._end_processes(signal.SIGKILL)
            reason = Text("Something went wrong; the bot's owner finds it in the log.")
            await self._completion.fail(training, reason)
        current = await self._trainings.read(training.id)
        if current is None or (current.attempt == training.attempt and current.state in ENDED):
            await self._objects.delete(training)

    async def _insist(self, training: TrainingRecord, *, is_mine: bool) -> None:
        is_here, training = False, replace(training, state="waiting")
        while True:
            try:
                if not is_here:
                    training = await self._bring(training, is_mine=is_mine)
                    is_here = True
                await self._supervisor.train(training)
            except (CoreError, OSError):
                log.exception("Training %d is interrupted for a moment", training.id)
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    async def _bring(self, training: TrainingRecord, *, is_mine: bool) -> TrainingRecord:
        """Bring here what a training needs, and return it with the run that it begins with as this machine has it."""
        plan = training.planned()
        if plan.key not in await self._keys.read_all():
            await self._keys.add(plan.key)
        await self._objects.fetch(training, is_mine=is_mine)
        for model in await self._models.read_all(training.guild_id):
            if model.fingerprint == Path(plan.start).name:
                plan = replace(plan, start=str(await self._runs.fetch(model)))
        return replace(training, plan=plan.to_json())

    async def _report(self, training: TrainingRecord) -> None:
        """Say how far a training is, keep its checkpoints, and stop it where somebody asks or it is another's."""
        loop = asyncio.get_running_loop()
        due = loop.time() + KEEP_SECONDS
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            try:
                asked = await self._queue.report(training, self._said)
                if asked is None:
                    log.warning("Training %d is another worker's now, or has ended.", training.id)
                    await self._supervisor.cancel(replace(training, state="running"))
                elif asked:
                    await self._supervisor.cancel(replace(training, state="running"), read_reason(asked))
                if loop.time() >= due:
                    due = loop.time() + KEEP_SECONDS
                    await self._keep(training)
            except (CoreError, OSError) as error:
                log.warning("Training %d cannot be reported for a moment: %s", training.id, error)

    async def _keep(self, training: TrainingRecord) -> None:
        """Put the newest checkpoint into the store, unless it is there."""
        checkpoint = partial_folder(self._folders.run(training)) / CHECKPOINT
        try:
            made = (await asyncio.to_thread(checkpoint.stat)).st_mtime
        except OSError:
            return
        if made > self._kept:
            await self._objects.put_checkpoint(training)
            self._kept = made

    async def _leave(self, training: TrainingRecord, work: "asyncio.Task[None]") -> None:
        """Let a training save what it has, and another worker go on with it."""
        log.info("Training %d is saved and goes on elsewhere.", training.id)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await self._end_processes(signal.SIGTERM)
        with contextlib.suppress(CoreError, OSError):
            await self._keep(training)
            await self._queue.give_back(training)

    async def _end_processes(self, number: int) -> None:
        await asyncio.to_thread(kill_trainings, self._folders.data, number=number, seconds=LEAVE_SECONDS)
        await self._supervisor.wait_for_processes()
