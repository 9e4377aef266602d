"""How a training ends: with a model that is evaluated and put to use, cancelled, or failed for a reason."""

import asyncio
import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from bot.models.registry import ModelRegistry
from bot.storage.repositories import Repositories
from bot.storage.runs.store import RunStore
from bot.storage.tables.models import ModelRecord
from bot.storage.tables.trainings import UNFINISHED, TrainingRecord
from bot.training.corpora.arguments import corpus_arguments
from bot.training.corpora.folders import TrainingFolders, folder_size
from bot.training.process import ask_child, full_disk, read_log_end
from bot.training.progress import is_better
from core.run.events import Progress
from core.run.store import Run
from core.text import Text

EVALUATION_SECONDS = 600.0
LITTLE_BYTES = 5_000_000  # with less left on the disk, it is why a training died


class TrainingListener(Protocol):
    """Shows trainings to their servers."""

    def show_progress(self, training: TrainingRecord, progress: Progress, note: str) -> None:
        """Show how far a training is; called every second."""

    def show_waiting(self, training: TrainingRecord, place: int) -> None:
        """Show how many trainings are before one that waits."""

    def show_end(self) -> None:
        """Show what came of the trainings that have ended, as long as it takes."""


class TrainingQueue(Protocol):
    """Carries trainings out, in this process's children or by workers."""

    async def run(self) -> None:
        """Work until cancelled."""

    async def enqueue(self, training: TrainingRecord) -> None:
        """Let a training that waits have its turn.

        Raises:
            CoreError: Its text cannot be brought to where it is trained on.
        """

    async def cancel(self, training: TrainingRecord, why: Text | None = None) -> bool:
        """Stop a training, or take it out of the queue, and say why; tell whether it had not ended yet."""

    async def cancel_where(self, is_gone: Callable[[int], bool]) -> None:
        """Stop the trainings of the servers that the bot has left, told by the server's id."""

    async def place_of(self, training: TrainingRecord) -> int:
        """Return how many trainings are before this one; 0 when it runs."""


class TrainingCompletion:
    """Ends trainings, and tells."""

    def __init__(
        self,
        *,
        storage: Repositories,
        registry: ModelRegistry,
        folders: TrainingFolders,
        listener: TrainingListener,
        runs: RunStore,
    ) -> None:
        self._models = storage.models
        self._trainings = storage.trainings
        self._registry = registry
        self._folders = folders
        self._listener = listener
        self._runs = runs

    async def evaluate(
        self, training: TrainingRecord, progress: Progress
    ) -> tuple[ModelRecord, dict[str, Any]]:
        """Compare a new run with the server's model; return the model and what is known of it.

        Raises:
            CoreError: The run cannot be used.
        """
        run = self._folders.run(training)
        old = await self._registry.writer_for(training.guild_id)
        verdict = await ask_child(
            "core.evaluation.acceptance",
            [
                self._folders.out(training),
                "--old",
                str(old.run.path.resolve()),
                *corpus_arguments(training.planned()),
            ],
            data=self._folders.data,
            seconds=EVALUATION_SECONDS,
        )
        made = await asyncio.to_thread(Run.read, run)
        model = ModelRecord(
            id=training.id,
            machine=self._models.machine,
            guild_id=training.guild_id,
            member_id=training.member_id,
            name=training.name,
            created=int(time.time()),
            folder=self._runs.place_of(training, made.fingerprint),
            fingerprint=made.fingerprint,
            bits=made.bits_per_character,
            bytes=await asyncio.to_thread(folder_size, run),
            people=training.planned().people,
        )
        return model, {
            **verdict,
            "before": await self._models.read_choice(training.guild_id),
            "old_name": old.run.name,
            "seconds": made.facts["result"]["seconds"],
            "epochs": made.facts["result"]["epoch"],
            "early": bool(made.facts["result"].get("early")),
            "device": made.facts["software"]["device"],
            "characters_per_second": progress.step["characters_per_second"] if progress.step else 0,
        }

    async def succeed(self, training: TrainingRecord, model: ModelRecord, outcome: dict[str, Any]) -> None:
        """End a training with a model, which is used at once unless the one in use is better."""
        plan = training.planned()
        if outcome["characters_per_second"]:
            await self._trainings.write_speed(plan.speed or plan.preset, outcome["characters_per_second"])
        if plan.keep:
            await self._runs.keep_text(training, self._folders.corpus(training))
        await self._runs.put(model, self._folders.run(training))
        use = is_better(outcome) is not False
        if not await self._models.add_trained(training, model, outcome, use=use):
            await self.cancel(training)
            return
        await self._finish(replace(training, state="done", outcome=json.dumps(outcome)))

    async def fail(self, training: TrainingRecord, reason: str) -> None:
        """End a training without a model, for a reason that its server reads."""
        await self._end(
            training, "failed", {"reason": reason.to_json() if isinstance(reason, Text) else reason}
        )

    async def cancel(self, training: TrainingRecord, why: Text | None = None) -> None:
        """End a training that somebody stopped, and say why where it was not its server's own wish."""
        await self._end(training, "cancelled", _reason(why))

    async def cancel_waiting(self, training: TrainingRecord, why: Text | None = None) -> bool:
        """Take a training out of the queue; tell whether it waited there."""
        outcome = json.dumps(_reason(why))
        changes = {"state": "cancelled", "ended": int(time.time()), "outcome": outcome}
        if not await self._trainings.update(training.id, only_from=("waiting",), **changes):
            return False
        await self._finish(replace(training, state="cancelled", outcome=outcome))
        return True

    def explain(self, training: TrainingRecord, progress: Progress, status: int | None) -> str:
        """Return a sentence about why a training's process ended without a run."""
        disk = full_disk(self._folders.data, needed=LITTLE_BYTES)
        if disk:
            return disk
        if progress.error:
            return progress.error
        if status is not None and status < 0:
            return Text(
                "Its process was killed (signal {signal}); this happens when the machine's memory is full.",
                signal=-status,
            )
        said = read_log_end(self._folders.log(training))
        if said and status:
            last_words = said.replace(str(self._folders.data), "")[:200]
            return Text("Its process ended: {last_words}", last_words=last_words)
        return Text("Its process was killed, or the machine was restarted.")

    async def _end(self, training: TrainingRecord, state: str, outcome: dict[str, Any]) -> None:
        ended = replace(training, state=state, ended=int(time.time()), outcome=json.dumps(outcome))
        # First, because a full disk takes no note of anything before there is room.
        await asyncio.to_thread(self._folders.delete_run, training)
        changes = {"state": state, "ended": ended.ended, "outcome": ended.outcome}
        # What has ended keeps its end: a cancel and a death may come at once.
        await self._trainings.update(training.id, only_from=UNFINISHED, **changes)
        await self._finish(ended)

    async def clear(self, training: TrainingRecord, process: "subprocess.Popen[bytes]") -> None:
        """Delete what a training has made that ended before it began, once its killed process is gone."""
        await asyncio.to_thread(process.wait)
        await asyncio.to_thread(self._folders.delete_run, training)
        await asyncio.to_thread(self._folders.delete_work, training)

    async def _finish(self, training: TrainingRecord) -> None:
        """Delete the upload's text, and tell."""
        await asyncio.to_thread(self._folders.delete_work, training)
        self._listener.show_end()


def _reason(why: Text | None) -> dict[str, Any]:
    return {} if why is None else {"reason": why.to_json()}
