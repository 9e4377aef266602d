"""What a training is asked to do, and the exception that says it stopped half-way."""

from dataclasses import dataclass, fields
from pathlib import Path

from core.config import RANDOM, TrainConfig
from core.data.sources.source import Source
from core.errors import TrainingError
from core.run.layout import partial_folder

ALL = frozenset(setting.name for setting in fields(TrainConfig))


class TrainingStopped(TrainingError):  # noqa: N818  # nothing went wrong
    """The training was asked to stop; its checkpoint is there to go on from."""


@dataclass(frozen=True)
class TrainingPlan:
    """One training: what from, how, and where to."""

    source: Source
    config: TrainConfig
    path: Path  # where the complete run will be
    start: str | Path = RANDOM  # none for random weights, shipped, auto, or the path of a run to begin with
    given: frozenset[str] = ALL  # settings that stay whatever the training begins with
    resume: bool = False
    overwrite: bool = False

    @property
    def folder(self) -> Path:
        """The directory of the half-done training, beside the run's place."""
        return partial_folder(self.path)
