"""The trainings of this machine, one at a time: started, followed, resumed, ended; knows no Discord."""

import asyncio
import contextlib
import logging
import signal
import subprocess
from collections.abc import Callable
from dataclasses import replace

from bot.storage.engine import StorageError
from bot.storage.tables.trainings import UNFINISHED, TrainingRecord, TrainingRepository
from bot.training.completion import TrainingCompletion, TrainingListener
from bot.training.corpora.arguments import training_arguments
from bot.training.corpora.folders import TrainingFolders
from bot.training.process import BusyError, Child, find_training, full_disk, start_training
from core.errors import CoreError
from core.run.events import EventFile
from core.run.layout import FACTS
from core.text import Text

POLL_SECONDS = 1.0
BUSY_SECONDS = 5.0  # between two looks whether another program's training has ended
LOOK_SECONDS = 60.0  # between two looks into the queue where nothing was heard
MOST_DEATHS = 1  # that are followed by another attempt
MOST_DEATHS_AWAY = 5  # where the bot was down too: the machine was, and not the training, at fault
MOST_MISHAPS = 3  # errors of ours in one training, before it is given up
OVERTIME = 1.25  # of the longest training, for one that counts epochs
SAID_STATUS = 2  # train.py's exit status for a problem that it has said

log = logging.getLogger(__name__)


class TrainingSupervisor:
    """Carries out the trainings that wait in the database."""

    def __init__(
        self,
        *,
        trainings: TrainingRepository,
        completion: TrainingCompletion,
        folders: TrainingFolders,
        listener: TrainingListener,
        longest_minutes: float,
    ) -> None:
        self._trainings = trainings
        self._completion = completion
        self._folders = folders
        self._listener = listener
        self._longest_minutes = longest_minutes
        self._news = asyncio.Event()
        self._cancelled: dict[int, Text | None] = {}  # training to why, where that is to be said
        self._processes: dict[int, subprocess.Popen[bytes]] = {}  # pid to what reaps it
        self._current = 0  # number of the training that runs
        self._mishaps: dict[int, int] = {}  # training to errors of ours while it ran

    async def run(self) -> None:
        """Work until cancelled. What an earlier process of the bot began is gone on with first."""
        while True:
            try:
                # What runs goes before what waits.
                read = self._trainings.read_states
                if queue := await read("running") or await read("waiting"):
                    await self._carry_out(queue[0])
                    continue
            except (CoreError, OSError):
                log.exception("The trainings are interrupted for a moment")
                await asyncio.sleep(BUSY_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK_SECONDS)
            self._news.clear()

    async def enqueue(self, _training: TrainingRecord) -> None:
        """Look for work now."""
        self._news.set()

    async def cancel(self, training: TrainingRecord, why: Text | None = None) -> bool:
        """Stop a training, or take it out of the queue, and say why; tell whether it had not ended yet."""
        if training.id == self._current or training.state == "running":
            self._cancelled.setdefault(training.id, why)
            return True
        is_cancelled = await self._completion.cancel_waiting(training, why)
        if is_cancelled:
            await self._tell_queue()
        return is_cancelled

    async def cancel_where(self, is_gone: Callable[[int], bool]) -> None:
        """Stop the trainings of the servers that the bot has left, told by the server's id."""
        for training in await self._trainings.read_states(*UNFINISHED):
            if is_gone(training.guild_id):
                await self.cancel(training)

    async def place_of(self, training: TrainingRecord) -> int:
        """Return how many trainings are before this one; 0 when it runs."""
        numbers = [waiting.id for waiting in await self._trainings.read_states(*UNFINISHED)]
        return numbers.index(training.id) if training.id in numbers else 0

    async def _carry_out(self, training: TrainingRecord) -> None:
        """Bring one training to its end."""
        self._current = training.id
        try:
            # Read after it is said that it runs: from here on a cancel is heard, and one from before is seen.
            current = await self._trainings.read(training.id)
            if current is not None and current.state in UNFINISHED:
                await self._tell_queue()
                await self._train(current)
            self._cancelled.pop(training.id, None)
        except (CoreError, OSError):
            raise  # the database or the disk, which may be there again in a moment
        except Exception:
            self._mishaps[training.id] = self._mishaps.get(training.id, 0) + 1
            if self._mishaps[training.id] < MOST_MISHAPS:
                raise  # its process goes on, and is found again
            log.exception("Training %d", training.id)
            child = await asyncio.to_thread(_find, training, self._folders)
            if child is not None:
                child.signal(signal.SIGKILL)
            reason = Text("Something went wrong; the bot's owner finds it in the log.")
            await self._completion.fail(training, reason)
            self._cancelled.pop(training.id, None)
        finally:
            self._current = 0

    async def wait_for_processes(self) -> None:
        """Wait until those are gone that somebody has ended."""
        await asyncio.gather(*(asyncio.to_thread(each.wait) for each in self._processes.values()))

    async def train(self, training: TrainingRecord) -> None:
        """Bring a training to its end that a worker has claimed."""
        await self._train(training)
        self._cancelled.pop(training.id, None)

    async def _train(self, training: TrainingRecord) -> None:
        run = self._folders.run(training)
        events = EventFile(run)
        child = await asyncio.to_thread(_find, training, self._folders)
        was_away = began = training.state == "running"
        note, is_late = Text(""), False
        while True:
            status, was_stopped = None, False
            if child is not None:
                was_stopped = await self._follow(training, child, events, note, is_late=is_late)
                is_late |= was_stopped
                process = self._processes.pop(child.pid, None)
                status = None if process is None else process.returncode
                began, was_away = True, False
            progress = await asyncio.to_thread(events.read)
            if training.id in self._cancelled:
                await self._completion.cancel(training, self._cancelled[training.id])
                return
            if (run / FACTS).is_file():
                await self._complete(training, events)
                return
            if began and not was_stopped:
                reason = self._completion.explain(training, progress, status)
                if not progress.is_stopped:
                    training = replace(training, deaths=training.deaths + 1)
                    await self._trainings.update(training.id, deaths=training.deaths)
                most = MOST_DEATHS_AWAY if was_away else MOST_DEATHS
                if progress.error or status == SAID_STATUS or training.deaths > most:
                    await self._completion.fail(training, reason)
                    return
                note = Text("It ended unexpectedly, and goes on from where it was.")
                log.warning("Training %d: %s Going on from its checkpoint.", training.id, reason)
            child = await self._start(training, in_time=is_late)
            if child is None:
                return

    async def _start(self, training: TrainingRecord, *, in_time: bool) -> Child | None:
        """Start the process and note it; None where that ends the training, such as without room on the disk."""
        problem = await asyncio.to_thread(full_disk, self._folders.data)
        while not problem:
            try:
                child, process = await asyncio.to_thread(self._launch, training, in_time)
            except BusyError:
                if training.id in self._cancelled:
                    await self._completion.cancel(training, self._cancelled[training.id])
                    return None
                await asyncio.sleep(BUSY_SECONDS)
            except (CoreError, OSError) as error:
                problem = error.text if isinstance(error, CoreError) else Text("The bot's disk refuses.")
            else:
                self._processes[child.pid] = process
                changes = {"state": "running", "pid": child.pid, "pid_started": child.started}
                if await self._trainings.update(training.id, only_from=UNFINISHED, **changes):
                    return child  # else somebody took it out of the queue meanwhile
                child.signal(signal.SIGKILL)
                await self._completion.clear(training, process)
                return None
        await self._completion.fail(training, problem)
        return None

    def _launch(self, training: TrainingRecord, in_time: bool) -> "tuple[Child, subprocess.Popen[bytes]]":  # noqa: FBT001 -- called by a thread
        self._folders.work(training).mkdir(parents=True, exist_ok=True)
        arguments = training_arguments(
            training.planned(),
            out=self._folders.out(training),
            longest_minutes=self._longest_minutes,
            in_time=in_time,
            resume=self._folders.has_checkpoint(training),
        )
        return start_training(arguments, data=self._folders.data, log=self._folders.log(training))

    async def _follow(
        self, training: TrainingRecord, child: Child, events: EventFile, note: str, *, is_late: bool
    ) -> bool:
        """Show the progress of a process until it has ended; tell whether we stopped it, its time being over."""
        was_stopped, longest = False, 60 * OVERTIME * self._longest_minutes  # seconds
        while await asyncio.to_thread(self._is_alive, child):
            if training.id in self._cancelled:
                child.signal(signal.SIGKILL)
            progress = await asyncio.to_thread(events.read)
            seconds = progress.step["seconds"] if progress.step else 0.0
            if training.planned().epochs and seconds > longest and not is_late and not was_stopped:
                was_stopped = True
                child.signal(signal.SIGTERM)  # it saves what it has, and a last start makes a run of that
            self._listener.show_progress(training, progress, note)
            await asyncio.sleep(POLL_SECONDS)
        return was_stopped

    def _is_alive(self, child: Child) -> bool:
        process = self._processes.get(child.pid)
        return child.is_alive() if process is None else process.poll() is None

    async def _complete(self, training: TrainingRecord, events: EventFile) -> None:
        """Compare the new model with the one in use, and put it to use."""
        try:
            model, outcome = await self._completion.evaluate(training, events.progress)
        except StorageError:
            raise  # the database may be there again in a moment
        except CoreError as error:
            await self._completion.fail(training, error.text)
            return
        if training.id in self._cancelled:
            await self._completion.cancel(training, self._cancelled[training.id])
            return
        await self._completion.succeed(training, model, outcome)

    async def _tell_queue(self) -> None:
        for place, training in enumerate(await self._trainings.read_states(*UNFINISHED)):
            if training.id != self._current:
                self._listener.show_waiting(training, place)


def _find(training: TrainingRecord, folders: TrainingFolders) -> Child | None:
    """Return the process that an earlier process of the bot started for a training, if it lives."""
    child = Child(training.pid, training.pid_started)
    is_known = training.state == "running" and child.is_alive()
    return child if is_known else find_training(folders.out(training), folders.data)
