"""The loop of a training: learn, validate, report, keep the best, save, and stop at any moment."""

import math
import shutil
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy.typing as npt

from core.data.batches.windows import Batch
from core.errors import TrainingError
from core.network.learner import build_learner, give_parts_their_cores
from core.network.model import Model, begin_texts, build_model, reset_state
from core.network.weights import export_weights, take_weights, to_array
from core.run.events import EventLog
from core.runtime.files import disk_errors
from core.runtime.memory import giving_back, keep_large_blocks
from core.text import Text
from core.training.checkpoints.best import BestWeights, note_best, return_in_part
from core.training.checkpoints.checkpoint import Position, identify, load_checkpoint, save_checkpoint
from core.training.dataset import Dataset, build_dataset, plan_tables
from core.training.plan import TrainingPlan, TrainingStopped
from core.training.progress.reports import send_end, send_epoch, send_progress, send_start
from core.training.progress.samples import write_sample
from core.training.results.artifacts import describe_device, write_results
from core.training.schedule import Budget, learning_rate
from core.training.start import begin

_PROGRESS_SECONDS = 1.0
_NO_NUMBER = Text("The loss is no longer a number; train anew with a smaller --learning-rate.")


class TrainingLoop:
    """One training in this process: its network, how far it is, and what it has found."""

    def __init__(
        self, plan: TrainingPlan, events: EventLog, stopped: Callable[[], bool], checkpoint_seconds: float
    ) -> None:
        self._plan = plan
        self._events = events
        self._stopped = stopped
        self._checkpoint_seconds = checkpoint_seconds
        beginning = begin(plan)
        self._config, self._corpus, self._start = beginning.config, beginning.corpus, beginning.start
        config, base = self._config, self._start.run
        self._tables = plan_tables(self._corpus, config)
        self._dataset: Dataset = build_dataset(self._corpus, config, self._tables)
        self._budget = Budget(config.epochs, config.minutes, self._start.most_epochs)
        give_parts_their_cores(self._dataset.batch)
        self._device = describe_device()
        if self._device.startswith("GPU") and config.mixed_precision:
            keras.config.set_dtype_policy("mixed_float16")
        vocabulary, batch = len(self._corpus.vocabulary), self._dataset.batch
        self._model: Model = build_model(config, vocabulary=vocabulary, batch=batch, context=self._tables)
        self._learner = build_learner(self._model)
        self._begun: list[npt.NDArray[Any]] = []  # the weights to return to in part
        if base is not None:
            take_weights(self._model, base, config, self._corpus.vocabulary, self._tables)
            if config.start_share:
                self._begun = [to_array(variable) for variable in self._model.trainable_variables]
        self._best = BestWeights(plan.folder, self._model)
        self._is_compiled = False
        self._position = Position()
        self._identity = identify(config, self._corpus, base)
        if plan.resume:
            self._position = load_checkpoint(plan.folder, self._model, self._identity)
        self._since = time.monotonic() - self._position.seconds

    def run(self) -> None:
        """Train until the budget is used up or the validation loss stops falling."""
        if not self._plan.resume:
            # Not before the scripts are read: a mistyped name must not cost the training that stands here.
            with disk_errors(self._plan.folder):
                shutil.rmtree(self._plan.folder)
                self._plan.folder.mkdir()
        send_start(
            self._events,
            config=self._config,
            corpus=self._corpus,
            dataset=self._dataset,
            position=self._position,
            parameters=self._model.count_params(),
            device=self._device,
            resumed=self._plan.resume,
            start=self._start.why,
        )
        if not self._plan.resume:
            self._checkpoint()
        while not self._is_over():
            self._train_epoch()
            self._end_epoch()
        if not self._position.history:
            raise TrainingError(
                "The budget ended before anything was learnt; give more --minutes or --epochs."
            )

    def finish(self) -> None:
        """Write the complete run beside its place, with the best weights."""
        self._best.restore()
        if self._begun:
            share, validate = self._config.start_share, self._dataset.validate
            return_in_part(self._model, self._begun, share=share, position=self._position, validate=validate)
        self._events.send("finish")
        result = write_results(
            self._plan.folder,
            name=self._plan.path.name,
            config=self._config,
            corpus=self._corpus,
            dataset=self._dataset,
            model=self._model,
            position=self._position,
            device=self._device,
            start=self._start,
            tables=self._tables,
        )
        send_end(self._events, result)

    def _train_epoch(self) -> None:
        """Learn the rest of the current epoch, or until the minutes are over."""
        position, model = self._position, self._model
        steps = self._dataset.steps(position.epoch)
        if position.step == 0:
            self._dataset.start_epoch(model)
        checkpointed = reported = time.monotonic()
        losses: list[float] = []
        for step, batch in enumerate(self._dataset.batches(position.epoch)):
            if step < position.step:
                continue
            model.optimizer.learning_rate.assign(learning_rate(self._config, self._share(steps)))
            loss = self._learn(batch)
            losses.append(loss)
            position.step += 1
            position.targets += batch[1].size
            position.epoch_loss += loss
            now = time.monotonic()
            position.seconds = now - self._since
            if now - reported >= _PROGRESS_SECONDS or position.step == steps:
                self._report_progress(losses, steps)
                losses, reported = [], now
            if now - checkpointed >= self._checkpoint_seconds:
                self._checkpoint()
                checkpointed = now
            if self._stopped():
                self._stop()
            if self._minutes_are_over():
                break

    def _learn(self, batch: Batch) -> float:
        """Learn one batch and return its loss before that, in nats a target."""
        if not self._config.carry_state:
            reset_state(self._model)
        inputs, targets, *begins = batch
        if begins:
            begin_texts(self._model, begins[0])
        batch = inputs, targets
        if self._is_compiled:
            loss = self._learner(batch)
        else:
            with giving_back():
                loss = self._learner(batch)
            keep_large_blocks()
            self._is_compiled = True
        if not math.isfinite(loss):
            raise TrainingError(_NO_NUMBER)
        return loss

    def _end_epoch(self) -> None:
        """Judge the epoch and save everything."""
        self._judge_epoch()
        position = self._position
        position.epoch, position.step, position.epoch_loss = position.epoch + 1, 0, 0.0
        self._checkpoint()
        if self._stopped() and not self._is_over():
            self._stop()

    def _judge_epoch(self) -> None:
        """Validate, keep the weights if they are the best so far or return to those, and write a sample."""
        position, config = self._position, self._config
        steps = self._dataset.steps(position.epoch)
        epochs = position.epoch + position.step / steps
        training_loss = position.epoch_loss / position.step
        found = self._dataset.validate(self._model)
        if not math.isfinite(found.score):
            raise TrainingError(_NO_NUMBER)
        if note_best(position, found):
            position.best_epoch, position.worse_epochs = epochs, 0
            self._best.keep()
        else:
            position.worse_epochs += 1
        position.seconds = time.monotonic() - self._since
        row = send_epoch(
            self._events,
            position=position,
            epochs=epochs,
            learning_rate=float(to_array(self._model.optimizer.learning_rate)),
            loss=training_loss,
            found=found,
        )
        text = write_sample(config, self._corpus, export_weights(self._model), self._tables)
        position.samples.append({"epoch": row["epoch"], "text": text})
        self._events.send("sample", epoch=row["epoch"], text=text)
        if self._best.return_from(found, position, epoch=row["epoch"]):
            self._events.send("returned", epoch=row["epoch"], best_epoch=position.best_epoch)

    def _report_progress(self, losses: list[float], steps: int) -> None:
        position = self._position
        epochs = position.epoch + position.step / steps
        send_progress(
            self._events,
            position=position,
            steps=steps,
            loss=sum(losses) / len(losses),
            share=min(1.0, self._share(steps)),
            seconds_left=self._budget.seconds_left(epochs=epochs, seconds=position.seconds),
        )

    def _share(self, steps: int) -> float:
        position = self._position
        return self._budget.share(
            epochs=position.epoch + position.step / steps, seconds=time.monotonic() - self._since
        )

    def _minutes_are_over(self) -> bool:
        minutes = self._config.minutes
        return minutes is not None and time.monotonic() - self._since >= 60 * minutes

    def _is_over(self) -> bool:
        patience, position = self._config.patience, self._position
        if patience is not None and position.worse_epochs >= patience:
            return True
        return self._budget.share(epochs=position.epoch, seconds=time.monotonic() - self._since) >= 1

    def _stop(self) -> None:
        self._checkpoint()
        self._events.send("stopped", seconds=self._position.seconds)
        raise TrainingStopped(
            f"Stopped; go on with the same command and --resume (kept in {self._plan.folder})."
        )

    def _checkpoint(self) -> None:
        save_checkpoint(self._plan.folder, self._model, self._position, self._identity)
        self._events.send("checkpoint", seconds=self._position.seconds)
