"""The events of a training: what it learns from, how far it is, and how each epoch ended."""

import math
from collections.abc import Mapping
from typing import Any

from core.config import TrainConfig
from core.data.corpus import Corpus
from core.evaluation.validation import Validation
from core.run.events import EventLog
from core.training.checkpoints.checkpoint import Position
from core.training.dataset import Dataset
from core.training.results.artifacts import describe_software


def send_start(
    events: EventLog,
    *,
    config: TrainConfig,
    corpus: Corpus,
    dataset: Dataset,
    position: Position,
    parameters: int,
    device: str,
    resumed: bool,
    start: str,
) -> None:
    """Send the event "start".

    Raises:
        DeviceError: the disk refuses.
    """
    events.send(
        "start",
        source=corpus.source,
        episodes=len(corpus.episodes),
        vocabulary=len(corpus.vocabulary),
        windows=dataset.windows,
        window_length=config.window_length,
        training_characters=dataset.training_characters,
        validation_characters=dataset.validation_characters,
        dropped=corpus.dropped,
        parameters=parameters,
        batch=dataset.batch,
        steps=dataset.steps(position.epoch),
        device=device,
        software=describe_software(),
        resumed=resumed,
        start=start,
        seconds=position.seconds,
        epochs=config.epochs,
        minutes=config.minutes,
    )


def send_progress(
    events: EventLog, *, position: Position, steps: int, loss: float, share: float, seconds_left: float
) -> None:
    """Send the event "progress" with the mean `loss` since the last one, in nats, and note it in the curve.

    Raises:
        DeviceError: the disk refuses.
    """
    position.note_loss(position.epoch + position.step / steps, loss)
    events.send(
        "progress",
        epoch=position.epoch,
        step=position.step,
        steps=steps,
        share=share,
        loss=loss,
        bits_per_character=loss / math.log(2),
        characters_per_second=position.targets / position.seconds,
        seconds=position.seconds,
        seconds_left=seconds_left,
    )


def send_epoch(
    events: EventLog,
    *,
    position: Position,
    epochs: float,
    learning_rate: float,
    loss: float,
    found: Validation,
) -> dict[str, float]:
    """Send the event "epoch", put it into the history, and return it; losses are in nats.

    Raises:
        DeviceError: the disk refuses.
    """
    row = {
        "epoch": round(epochs, 4),
        "seconds": round(position.seconds, 1),
        "targets": position.targets,
        "learning_rate": learning_rate,
        "loss": loss,
        "validation_loss": found.loss,
        "bits_per_character": loss / math.log(2),
        "validation_bits_per_character": found.loss / math.log(2),
    }
    if found.beginnings is not None:
        row["beginnings_bits_per_character"] = found.beginnings.bits
        row["beginnings_over_8"] = found.beginnings.share_over_8
    position.history.append(row)
    events.send("epoch", **row, note=found.parted)
    return row


def send_end(events: EventLog, result: Mapping[str, Any]) -> None:
    """Send the event "end" with the result that the run's facts hold.

    Raises:
        DeviceError: the disk refuses.
    """
    events.send(
        "end",
        validation_loss=result["validation_loss"],
        bits_per_character=result["cached_bits_per_character"] or result["bits_per_character"],
        network_bits_per_character=result["bits_per_character"],
        early=result["early"],
        seconds=result["seconds"],
    )
