"""The trainings of this machine, one at a time: started, followed, resumed, judged, cleared away; no Discord here."""

import asyncio
import contextlib
import json
import logging
import re
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from bot.models.registry import ModelRegistry
from bot.storage.ledger import UNFINISHED, Job, Model, TrainingStore
from bot.training.process import (
    BusyError,
    Child,
    ask_child,
    find_training,
    full_disk,
    read_log_end,
    start_training,
)
from core.errors import CoreError
from core.run.events import EventFile, Progress
from core.run.layout import CHECKPOINT, FACTS, partial_folder
from core.run.store import Run

POLL_SECONDS = 1.0
BUSY_SECONDS = 5.0  # between two looks whether another program's training has ended
SWEEP_SECONDS = 300.0
OFFER_SECONDS = 15 * 60.0  # that a preview's buttons work: as long as its interaction
TRIAL_SECONDS = 600.0
MOST_DEATHS = 1  # that are followed by another attempt
MOST_DEATHS_AWAY = 5  # where the bot was down too: the machine was, and not the training, at fault
OVERTIME = 1.25  # of the longest training, for one that counts epochs
LITTLE_BYTES = 5_000_000  # with less left on the disk, it is why a training died

log = logging.getLogger(__name__)


class Audience(Protocol):
    """Who is told of the trainings."""

    async def show(self, job: Job, progress: Progress, note: str) -> None:
        """Show how far a training is; called every second."""

    async def wait(self, job: Job, place: int) -> None:
        """Show how many trainings are before one that waits."""

    async def end(self, job: Job) -> None:
        """Show what came of a training."""


class Supervisor:
    """Carries out the trainings that wait in the ledger."""

    def __init__(
        self,
        *,
        ledger: TrainingStore,
        shelf: ModelRegistry,
        data: Path,
        longest_minutes: float,
        audience: Audience,
    ) -> None:
        """Work in a data directory, and tell an audience."""
        self._ledger = ledger
        self._shelf = shelf
        self._data = data.resolve()
        self._longest_seconds = 60 * longest_minutes
        self._audience = audience
        self._news = asyncio.Event()
        self._cancelled: set[int] = set()
        self._processes: dict[int, subprocess.Popen[bytes]] = {}  # pid to what reaps it
        self.current: int = 0  # number of the training that runs

    async def run(self) -> None:
        """Work until cancelled. What an earlier process of the bot began is gone on with first."""
        swept = -SWEEP_SECONDS
        while True:
            try:
                for job in await self._ledger.read_untold():
                    await self._tell(job)
                if time.monotonic() - swept >= SWEEP_SECONDS:
                    swept = time.monotonic()
                    await self._sweep()
                # What runs goes before what waits.
                jobs = await self._ledger.read_jobs("running") or await self._ledger.read_jobs("waiting")
                if jobs:
                    await self._carry_out(jobs[0])
                    continue
            except (CoreError, OSError):
                log.exception("The trainings are interrupted for a moment")
                await asyncio.sleep(BUSY_SECONDS)
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), SWEEP_SECONDS)

    def wake(self) -> None:
        """Look for work now."""
        self._news.set()

    async def cancel(self, job: Job) -> bool:
        """Stop a training, or take it out of the queue; tell whether it had not ended yet."""
        if job.id == self.current or job.state == "running":
            self._cancelled.add(job.id)
            return True
        changes = {"state": "cancelled", "ended": int(time.time())}
        if await self._ledger.change_job(job.id, only_from=("waiting",), **changes):
            await self._finish(replace(job, state="cancelled"))
            await self._tell_queue()
            return True
        return False

    async def cancel_all(self, guild_id: int) -> None:
        """Stop what a server has in the queue: the bot has been removed from it."""
        for job in await self._ledger.read_jobs(*UNFINISHED):
            if job.guild_id == guild_id:
                await self.cancel(job)

    async def place_of(self, job: Job) -> int:
        """Return how many trainings are before this one; 0 when it runs."""
        numbers = [waiting.id for waiting in await self._ledger.read_jobs(*UNFINISHED)]
        return numbers.index(job.id) if job.id in numbers else 0

    def job_folder(self, job: Job) -> Path:
        """Return where a training's upload and log are."""
        return self._data / "jobs" / str(job.planned()["key"])

    async def _carry_out(self, job: Job) -> None:
        """Bring one training to its end."""
        self.current = job.id
        try:
            await self._tell_queue()
            await self._train(job)
        except (CoreError, OSError):
            raise  # the database or the disk, which may be there again in a moment
        except Exception:
            log.exception("Training %d", job.id)
            await self._end(
                job, "failed", {"reason": "Something went wrong; the bot's owner finds it in the log."}
            )
        finally:
            self.current = 0
            self._cancelled.discard(job.id)

    async def _train(self, job: Job) -> None:
        out = _out(job)
        run = self._data / out
        events = EventFile(run)
        child = await asyncio.to_thread(_find, job, out)
        was_away = began = job.state == "running"
        note, is_late = "", False
        while True:
            status, was_stopped = None, False
            if child is not None:
                was_stopped = await self._follow(job, child, events, note, is_late=is_late)
                is_late |= was_stopped
                process = self._processes.pop(child.pid, None)
                status = None if process is None else process.returncode
                began, was_away = True, False
            progress = await asyncio.to_thread(events.read)
            if job.id in self._cancelled:
                await self._end(job, "cancelled", {})
                return
            if (run / FACTS).is_file():
                await self._judge(job, run, progress)
                return
            if began and not was_stopped:
                reason = self._explain(job, progress, status)
                if progress.error or status == 2:  # noqa: PLR2004 -- train.py's status for what it has said
                    await self._end(job, "failed", {"reason": reason})
                    return
                if not progress.is_stopped:
                    job = replace(job, deaths=job.deaths + 1)
                    await self._ledger.change_job(job.id, deaths=job.deaths)
                if job.deaths > (MOST_DEATHS_AWAY if was_away else MOST_DEATHS):
                    await self._end(job, "failed", {"reason": reason})
                    return
                note = "It ended unexpectedly, and goes on from where it was."
                log.warning("Training %d: %s Going on from its checkpoint.", job.id, reason)
            child = await self._start(job, late=is_late)
            if child is None:
                return

    async def _start(self, job: Job, *, late: bool) -> Child | None:
        """Start the process and note it; None where there is no room on the disk, which ends the training."""
        problem = await asyncio.to_thread(full_disk, self._data)
        if problem:
            await self._end(job, "failed", {"reason": problem})
            return None
        folder = self.job_folder(job)
        while True:
            try:
                await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
                child, process = await asyncio.to_thread(
                    start_training,
                    self._arguments(job, late=late),
                    data=self._data,
                    log=folder / "training.log",
                )
            except BusyError:
                if job.id in self._cancelled:
                    await self._end(job, "cancelled", {})
                    return None
                await asyncio.sleep(BUSY_SECONDS)
                continue
            except (CoreError, OSError) as error:
                reason = str(error) if isinstance(error, CoreError) else "The bot's disk refuses."
                await self._end(job, "failed", {"reason": reason})
                return None
            self._processes[child.pid] = process
            await self._ledger.change_job(job.id, state="running", pid=child.pid, pid_started=child.started)
            return child

    def _arguments(self, job: Job, *, late: bool) -> list[str]:
        """Return what train.py is told."""
        plan = job.planned()
        out = _out(job)
        checkpoint = partial_folder(self._data / out) / CHECKPOINT
        arguments = [f"--series={plan['series']}", "--preset", plan["preset"], "--out", out]
        arguments += ["--scripts", plan["scripts"]] if plan["scripts"] else []
        arguments += ["--episodes", plan["episodes"]] if plan["episodes"] else []
        if plan["epochs"] and not late:
            arguments += ["--epochs", str(plan["epochs"])]
        else:
            minutes = plan["minutes"] or self._longest_seconds / 60
            arguments += ["--minutes", f"{minutes:g}"]
        return [*arguments, "--resume"] if checkpoint.is_file() else [*arguments, "--overwrite"]

    async def _follow(self, job: Job, child: Child, events: EventFile, note: str, *, is_late: bool) -> bool:
        """Show the progress of a process until it has ended; tell whether we stopped it, its time being over."""
        was_stopped = False
        while await asyncio.to_thread(self._is_alive, child):
            if job.id in self._cancelled:
                child.signal(signal.SIGKILL)
            progress = await asyncio.to_thread(events.read)
            seconds = progress.step["seconds"] if progress.step else 0.0
            over = job.planned()["epochs"] and seconds > OVERTIME * self._longest_seconds
            if over and not is_late and not was_stopped:
                was_stopped = True
                child.signal(signal.SIGTERM)  # it saves what it has, and a last start makes a run of that
            await self._audience.show(job, progress, note)
            await asyncio.sleep(POLL_SECONDS)
        return was_stopped

    def _is_alive(self, child: Child) -> bool:
        process = self._processes.get(child.pid)
        return child.is_alive() if process is None else process.poll() is None

    async def _judge(self, job: Job, run: Path, progress: Progress) -> None:
        """Put the new model to the test, and to use if it passes."""
        plan = job.planned()
        old = await self._shelf.writer_for(job.guild_id)
        arguments = [_out(job), "--old", str(old.run.path.resolve()), f"--series={plan['series']}"]
        arguments += ["--scripts", plan["scripts"]] if plan["scripts"] else []
        arguments += ["--episodes", plan["episodes"]] if plan["episodes"] else []
        try:
            verdict = await ask_child(
                "core.evaluation.acceptance", arguments, data=self._data, seconds=TRIAL_SECONDS
            )
            made = await asyncio.to_thread(Run.read, run)
            size = await asyncio.to_thread(_size, run)
        except CoreError as error:
            await self._end(job, "failed", {"reason": str(error)})
            return
        model = Model(
            id=job.id,
            machine=job.machine,
            guild_id=job.guild_id,
            member_id=job.member_id,
            name=job.name,
            created=int(time.time()),
            folder=_out(job),
            fingerprint=made.fingerprint,
            bits=made.bits_per_character,
            bytes=size,
        )
        if job.id in self._cancelled:
            await self._end(job, "cancelled", {})
            return
        before = await self._ledger.read_choice(job.guild_id)
        outcome: dict[str, Any] = {
            **verdict,
            "before": before,
            "old_name": old.run.name,
            "seconds": made.facts["result"]["seconds"],
            "epochs": made.facts["result"]["epoch"],
            "device": made.facts["software"]["device"],
            "characters_per_second": progress.step["characters_per_second"] if progress.step else 0,
        }
        if outcome["characters_per_second"]:
            await self._ledger.keep_speed(plan["preset"], outcome["characters_per_second"])
        await self._keep_corpus(job)
        await self._ledger.end_with_model(job, model, outcome, use=True)
        await self._finish(replace(job, state="done", outcome=json.dumps(outcome)))

    async def _keep_corpus(self, job: Job) -> None:
        corpus = self.job_folder(job) / "corpus"
        if job.planned()["keep"]:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(corpus.rename, (self._data / _out(job)).parent / "corpus")

    async def _end(self, job: Job, state: str, outcome: dict[str, Any]) -> None:
        """End a training without a model."""
        ended = replace(job, state=state, ended=int(time.time()), outcome=json.dumps(outcome))
        # First, because a full disk takes no note of anything before there is room.
        await asyncio.to_thread(shutil.rmtree, (self._data / _out(job)).parent, ignore_errors=True)
        await self._ledger.change_job(job.id, state=state, ended=ended.ended, outcome=ended.outcome)
        await self._finish(ended)

    async def _finish(self, job: Job) -> None:
        """Delete the upload's text, and tell."""
        await asyncio.to_thread(shutil.rmtree, self.job_folder(job), ignore_errors=True)
        await self._tell(job)

    async def _tell_queue(self) -> None:
        for place, job in enumerate(await self._ledger.read_jobs(*UNFINISHED)):
            if job.id != self.current:
                await self._audience.wait(job, place)

    async def _tell(self, job: Job) -> None:
        await self._audience.end(job)
        await self._ledger.change_job(job.id, told=True)

    def _explain(self, job: Job, progress: Progress, status: int | None) -> str:
        """Return a sentence about why a training ended without a run."""
        disk = full_disk(self._data, needed=LITTLE_BYTES)
        if disk:
            return disk
        if progress.error:
            return re.sub(r"(?<!\S)--([a-z]+)", r"\1", progress.error)  # options as Discord names them
        if status is not None and status < 0:
            return (
                f"Its process was killed (signal {-status}); this happens when the machine's memory is full."
            )
        said = read_log_end(self.job_folder(job) / "training.log")
        where = str(self._data)
        return (
            f"Its process ended: {said.replace(where, '')[:200]}"
            if said and status
            else ("Its process was killed, or the machine was started anew.")
        )

    async def _sweep(self) -> None:
        """Delete previews that nobody answered, and folders that belong to nothing."""
        for job in await self._ledger.read_jobs("offered"):
            if time.time() - job.created > OFFER_SECONDS:
                await self._ledger.forget_job(job.id)
        keys = {str(job.planned()["key"]) for job in await self._ledger.read_jobs("offered", *UNFINISHED)}
        await asyncio.to_thread(_sweep_folders, self._data, keys)


def _out(job: Job) -> str:
    """Return where the run of a training is made, below the data directory: its folder is the model's name."""
    plan = job.planned()
    return f"models/{plan['key']}/{plan['folder']}"


def _find(job: Job, out: str) -> Child | None:
    """Return the process that an earlier process of the bot started for a training, if it lives."""
    if job.state != "running":
        return find_training(out)
    child = Child(job.pid, job.pid_started)
    return child if child.is_alive() else find_training(out)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _sweep_folders(data: Path, keys: set[str]) -> None:
    """Delete the folders of trainings that are over; a complete run is never deleted here."""
    for folder in (data / "jobs").glob("*"):
        if folder.name not in keys and time.time() - folder.stat().st_mtime > OFFER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
    for folder in (data / "models").glob("*"):
        if folder.name not in keys and not list(folder.glob(f"*/{FACTS}")):
            shutil.rmtree(folder, ignore_errors=True)
