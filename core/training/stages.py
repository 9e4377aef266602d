"""A training in two stages: first on more series, then on those asked for, from the weights of the first."""

import shutil
from collections.abc import Callable
from dataclasses import replace

from core.errors import TrainingError
from core.run.events import Listener
from core.run.layout import CHECKPOINT, FACTS
from core.run.store import Run, check_free
from core.runtime.files import disk_errors
from core.training.plan import TrainingPlan
from core.training.train import train

_FIRST_SHARE = 0.75  # of the minutes, where the budget is in minutes


def train_in_stages(
    plan: TrainingPlan, *, listener: Listener | None = None, stopped: Callable[[], bool] = lambda: False
) -> Run:
    """Train as `core.training.train` does, after a first stage where the configuration names one.

    The first stage's run stands beside the plan's place until the second is complete.

    Raises:
        TrainingStopped: `stopped` returned true; the checkpoint is written.
        CoreError: as `core.training.train`, or a half-done first stage would be lost.
    """
    config = plan.config
    if config.first_series is None or plan.start is not None:
        return train(plan, listener=listener, stopped=stopped)
    first = _first_stage(plan)
    check_free(plan.path, overwrite=plan.overwrite)
    is_done = (first.path / FACTS).is_file()
    if is_done and not plan.resume and not plan.overwrite:
        raise TrainingError(
            f"A training of {plan.path} was stopped half-way; go on with --resume, or drop it with --overwrite."
        )
    if not is_done or not plan.resume:
        train(first, listener=listener, stopped=stopped)
    resume = plan.resume and (plan.folder / CHECKPOINT).exists()
    minutes = None if config.minutes is None else config.minutes * (1 - _FIRST_SHARE)
    second = replace(
        plan,
        start=first.path,
        resume=resume,
        overwrite=plan.overwrite or not resume,
        config=config.with_changes(minutes=minutes),
    )
    run = train(second, listener=listener, stopped=stopped)
    with disk_errors(first.path):
        shutil.rmtree(first.path)
    return run


def _first_stage(plan: TrainingPlan) -> TrainingPlan:
    """Return the plan of the first stage, which goes on where it was stopped if the whole one does."""
    config = plan.config
    changed = config.with_changes(
        first_series=None,
        carry_state=True,  # whole episodes; whether scenes may start empty is for the stage after it
        dropout=config.first_dropout,
        epochs=config.first_epochs,
        learning_rate=config.first_learning_rate,
        minutes=None if config.minutes is None else config.minutes * _FIRST_SHARE,
    )
    source = replace(plan.source, series=config.first_series or plan.source.series, episodes=None)
    first = replace(plan, source=source, config=changed, path=plan.first_path, resume=False)
    return replace(first, resume=plan.resume and (first.folder / CHECKPOINT).exists())
