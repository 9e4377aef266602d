"""The loop of a training: learn, validate, report, keep the best, save, and stop at any moment."""

import math
import shutil
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from core.config import END_OF_EPISODE, TrainConfig
from core.data.corpus import read_corpus
from core.data.windows import Batch
from core.errors import TrainingError
from core.network.learner import build_learner, give_parts_their_cores
from core.network.model import Model, begin_texts, build_model, reset_state
from core.network.weights import export_weights, mix_weights, take_weights, to_array
from core.run.events import EventLog
from core.run.layout import BEST
from core.run.store import Run
from core.runtime.device import explain_cpu
from core.runtime.files import disk_errors, write_whole
from core.runtime.memory import giving_back, keep_large_blocks
from core.training.artifacts import describe_software, write_outcome
from core.training.checkpoint import Position, load_checkpoint, save_checkpoint
from core.training.dataset import Dataset, build_dataset, plan_tables
from core.training.plan import TrainingPlan, TrainingStopped
from core.training.samples import write_sample
from core.training.schedule import Budget, learning_rate

_PROGRESS_SECONDS = 1.0
_CURVE_POINTS = 4000  # a finer loss curve is thinned to half of it
_NO_NUMBER = "The loss is no longer a number; train anew with a smaller --learning-rate."


class TrainingLoop:
    """One training in this process: its network, how far it is, and what it has found."""

    def __init__(
        self, job: TrainingPlan, events: EventLog, stopped: Callable[[], bool], checkpoint_seconds: float
    ) -> None:
        self._job = job
        self._config = job.config
        self._events = events
        self._stopped = stopped
        self._checkpoint_seconds = checkpoint_seconds
        self._budget = Budget(epochs=job.config.epochs, minutes=job.config.minutes)
        self._base = base = None if job.start is None else Run.read(job.start)
        self._corpus = read_corpus(
            job.source,
            cleaning=job.config.cleaning,
            rare_count=job.config.rare_count,
            vocabulary=base.vocabulary if base else None,
        )
        self._tables = plan_tables(self._corpus, job.config)
        self._course: Dataset = build_dataset(self._corpus, job.config, self._tables)
        give_parts_their_cores(self._course.batch)
        self._device = describe_device()
        if self._device.startswith("GPU") and job.config.mixed_precision:
            keras.config.set_dtype_policy("mixed_float16")
        self._model: Model = build_model(
            job.config,
            vocabulary=len(self._corpus.vocabulary),
            batch=self._course.batch,
            context=self._tables,
        )
        self._learner = build_learner(self._model)
        self._begun: list[npt.NDArray[Any]] = []  # the weights to return to in part
        if base is not None:
            take_weights(self._model, base, job.config, self._tables)
            if job.config.start_share:
                self._begun = [to_array(variable) for variable in self._model.trainable_variables]
        self._is_compiled = False
        self._position = Position()
        self._identity = {"configuration": _identity(job.config), "corpus": self._corpus.fingerprint}
        if job.resume:
            self._position = load_checkpoint(job.folder, self._model, self._identity)
        self._since = time.monotonic() - self._position.seconds

    def run(self) -> None:
        """Train until the budget is used up or the validation loss stops falling."""
        if not self._job.resume:
            # Not before the scripts are read: a mistyped name must not cost the training that stands here.
            with disk_errors(self._job.folder):
                shutil.rmtree(self._job.folder)
                self._job.folder.mkdir()
        self._announce()
        if not self._job.resume:
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
        folder = self._job.folder
        for variable, array in zip(self._model.variables, self._read_best(), strict=True):
            variable.assign(array)
        self._return_in_part()
        self._events.send("finish")
        result = write_outcome(
            folder,
            name=self._job.path.name,
            config=self._config,
            corpus=self._corpus,
            course=self._course,
            model=self._model,
            position=self._position,
            device=self._device,
            base=self._base,
            tables=self._tables,
        )
        self._events.send(
            "end",
            validation_loss=result["validation_loss"],
            bits_per_character=result["cached_bits_per_character"] or result["bits_per_character"],
            network_bits_per_character=result["bits_per_character"],
            seconds=result["seconds"],
        )

    def _return_in_part(self) -> None:
        """Take the configured share of the weights begun with, if held-out text is the better for it.

        Between two sets of weights of one training lies a straight way of low loss, whose middle is often better than
        its ends (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
        """
        if not self._begun:
            return
        share, position = self._config.start_share, self._position
        best = mix_weights(self._model, self._begun, share=share)
        loss = self._course.validate(self._model)
        if loss < position.best_loss:
            position.best_loss, position.start_share = loss, share
        else:
            mix_weights(self._model, best, share=1.0)

    def _announce(self) -> None:
        corpus, course = self._corpus, self._course
        self._events.send(
            "start",
            source=corpus.source,
            episodes=len(corpus.episodes),
            vocabulary=len(corpus.vocabulary),
            windows=course.windows,
            window_length=self._config.window_length,
            training_characters=course.training_characters,
            validation_characters=course.validation_characters,
            dropped=corpus.dropped,
            parameters=self._model.count_params(),
            batch=course.batch,
            steps=course.steps(self._position.epoch),
            device=self._device,
            software=describe_software(),
            resumed=self._job.resume,
            seconds=self._position.seconds,
            epochs=self._config.epochs,
            minutes=self._config.minutes,
        )

    def _train_epoch(self) -> None:
        """Learn the rest of the current epoch, or until the minutes are over."""
        position, model = self._position, self._model
        steps = self._course.steps(position.epoch)
        if position.step == 0:
            self._course.start_epoch(model)
        checkpointed = reported = time.monotonic()
        losses: list[float] = []
        for step, batch in enumerate(self._course.batches(position.epoch)):
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
        """Validate, keep the weights if they are the best so far, write a sample, and save everything."""
        self._judge_epoch()
        position = self._position
        position.epoch, position.step, position.epoch_loss = position.epoch + 1, 0, 0.0
        self._checkpoint()
        if self._stopped() and not self._is_over():
            self._stop()

    def _judge_epoch(self) -> None:
        position, config = self._position, self._config
        steps = self._course.steps(position.epoch)
        epochs = position.epoch + position.step / steps
        training_loss = position.epoch_loss / position.step
        validation_loss = self._course.validate(self._model)
        if not math.isfinite(validation_loss):
            raise TrainingError(_NO_NUMBER)
        if validation_loss < position.best_loss:
            position.best_loss, position.best_epoch, position.worse_epochs = validation_loss, epochs, 0
            self._keep_best()
        else:
            position.worse_epochs += 1
        position.seconds = time.monotonic() - self._since
        row = {
            "epoch": round(epochs, 4),
            "seconds": round(position.seconds, 1),
            "targets": position.targets,
            "learning_rate": float(to_array(self._model.optimizer.learning_rate)),
            "loss": training_loss,
            "validation_loss": validation_loss,
            "bits_per_character": training_loss / math.log(2),
            "validation_bits_per_character": validation_loss / math.log(2),
        }
        position.history.append(row)
        self._events.send("epoch", **row)
        text = write_sample(config, self._corpus, export_weights(self._model), self._tables)
        position.samples.append({"epoch": row["epoch"], "text": text})
        self._events.send("sample", epoch=row["epoch"], text=text)

    def _report_progress(self, losses: list[float], steps: int) -> None:
        position = self._position
        loss = sum(losses) / len(losses)
        epochs = position.epoch + position.step / steps
        position.curve.append((round(epochs, 4), round(loss, 4)))
        if len(position.curve) > _CURVE_POINTS:
            earlier, later = position.curve[0::2], position.curve[1::2]
            position.curve = [
                (second[0], (first[1] + second[1]) / 2) for first, second in zip(earlier, later, strict=False)
            ]
        self._events.send(
            "progress",
            epoch=position.epoch,
            step=position.step,
            steps=steps,
            share=min(1.0, self._share(steps)),
            loss=loss,
            bits_per_character=loss / math.log(2),
            characters_per_second=position.targets / position.seconds,
            seconds=position.seconds,
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
        patience = self._config.patience
        if patience is not None and self._position.worse_epochs >= patience:
            return True
        if self._config.minutes is not None:
            return self._minutes_are_over()
        return self._position.epoch >= self._config.epochs

    def _stop(self) -> None:
        self._checkpoint()
        self._events.send("stopped", seconds=self._position.seconds)
        raise TrainingStopped(
            f"Stopped; go on with the same command and --resume (kept in {self._job.folder})."
        )

    def _checkpoint(self) -> None:
        save_checkpoint(self._job.folder, self._model, self._position, self._identity)
        self._events.send("checkpoint", seconds=self._position.seconds)

    def _keep_best(self) -> None:
        arrays = {f"{index:04d}": to_array(variable) for index, variable in enumerate(self._model.variables)}
        write_whole(self._job.folder / BEST, save_arrays(arrays))

    def _read_best(self) -> list[Any]:
        try:
            arrays = load_arrays((self._job.folder / BEST).read_bytes())
        except (OSError, SafetensorError) as error:
            raise TrainingError(
                f"The best weights in {self._job.folder} are damaged; delete that folder and start anew."
            ) from error
        return [arrays[name] for name in sorted(arrays)]


def describe_device() -> str:
    """Return what computes: "GPU ..." or "CPU ...", and the backend."""
    # Where a new tensor lies: the only question about devices that every backend answers.
    place = str(keras.ops.zeros((1,)).device).lower()
    device = "GPU" if "gpu" in place or "cuda" in place else "CPU"
    why = explain_cpu() if device == "CPU" else ""
    return f"{device} ({keras.backend.backend()}{'; ' * bool(why)}{why})"


def _identity(config: TrainConfig) -> dict[str, Any]:
    """Return the settings that a resumed training must share; a longer budget is no other training."""
    free = ("minutes", "epochs", "patience", "cache_model")
    settings = {name: value for name, value in vars(config).items() if name not in free}
    return {**settings, "end": END_OF_EPISODE}
