"""Which queue of trainings the settings ask for: this machine's own, or the one that workers take from."""

from bot.models.registry import ModelRegistry
from bot.storage.repositories import Repositories
from bot.storage.runs.shared import SharedRuns
from bot.storage.runs.store import RunStore
from bot.storage.settings import Settings
from bot.storage.tables.training_queue import QueuedTrainings
from bot.training.completion import TrainingCompletion, TrainingListener, TrainingQueue
from bot.training.corpora.folders import TrainingFolders
from bot.training.supervisor import TrainingSupervisor
from bot.worker.objects import TrainingObjects
from bot.worker.queue import SharedTrainings


def build_queue(
    settings: Settings,
    *,
    storage: Repositories,
    runs: RunStore,
    registry: ModelRegistry,
    listener: TrainingListener,
) -> TrainingQueue:
    """Return the queue of trainings that a bot has."""
    folders, trainings = TrainingFolders(settings.data), storage.trainings
    completion = TrainingCompletion(
        storage=storage, registry=registry, folders=folders, listener=listener, runs=runs
    )
    if settings.has_workers and isinstance(runs, SharedRuns):
        return SharedTrainings(
            trainings=trainings,
            queue=QueuedTrainings(storage.database, machine=trainings.machine),
            leases=storage.leases,
            objects=TrainingObjects(runs.objects, folders=folders),
            completion=completion,
            listener=listener,
        )
    return TrainingSupervisor(
        trainings=trainings,
        completion=completion,
        folders=folders,
        listener=listener,
        longest_minutes=settings.training_minutes,
    )
