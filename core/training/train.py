"""Training: from a source of scripts to a complete run, alone in its place, or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import CoreError, TrainingError
from core.run.events import EventLog, Listener
from core.run.layout import BEST, CHECKPOINT, EVENTS, lock_file
from core.run.store import Run, check_free, publish, restore
from core.runtime.files import disk_errors
from core.training.loop import TrainingLoop
from core.training.plan import TrainingPlan, TrainingStopped

CHECKPOINT_SECONDS = 60.0


def train(
    plan: TrainingPlan,
    *,
    listener: Listener | None = None,
    stopped: Callable[[], bool] = lambda: False,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> Run:
    """Train a network on the plan's scripts and return its complete run.

    Raises:
        TrainingStopped: `stopped` returned true; the checkpoint is written.
        CoreError: the scripts, the place, the checkpoint or the disk do not allow it.
    """
    check_free(plan.path, overwrite=plan.overwrite)
    with _own(plan) as events_path:
        events = EventLog(events_path, listener)
        try:
            session = TrainingLoop(plan, events, stopped, checkpoint_seconds)
            session.run()
            session.finish()
            run = publish(plan.folder, plan.path, overwrite=plan.overwrite)
            _tidy(run.path)
        except TrainingStopped:
            raise
        except CoreError as error:
            events.send("error", message=error.text.to_json())
            raise
        return run


@contextmanager
def _own(plan: TrainingPlan) -> Iterator[Path]:
    """Hold the plan's folder against a second training, and yield the path of its event log.

    Raises:
        TrainingError: another process trains there, or a half-done training would be lost.
    """
    folder = plan.folder
    with disk_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lock_file(folder))
    with disk_errors(folder):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise TrainingError(
                "Another training is writing {path} at this moment; choose another --out.", path=plan.path
            ) from error
    try:
        restore(plan.path)
        check_free(plan.path, overwrite=plan.overwrite)
        if (folder / CHECKPOINT).exists() and not plan.resume and not plan.overwrite:
            raise TrainingError(
                "A training of {path} was stopped half-way; go on with --resume, or drop it with --overwrite.",
                path=plan.path,
            )
        with disk_errors(folder):
            folder.mkdir(exist_ok=True)
        yield folder / EVENTS
    finally:
        # The file stays: unlinked, it would let a third training hold a lock of the same name.
        lock.release()


def _tidy(folder: Path) -> None:
    """Drop what only a half-done training needs; as the last step, so that a kill before it loses nothing."""
    with disk_errors(folder):
        for name in (CHECKPOINT, BEST):
            (folder / name).unlink(missing_ok=True)
