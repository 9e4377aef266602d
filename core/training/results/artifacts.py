"""All that a finished training leaves in its run directory: weights, facts, losses, plot, samples and card."""

import csv
import io
import math
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from core.config import TrainConfig
from core.data.context_tables import ContextTables
from core.data.corpus import Corpus, learnt_episodes, total_characters, validation_texts
from core.evaluation.score import score_texts
from core.evaluation.start import TrainingStart
from core.network.model import Model
from core.network.weights import export_weights
from core.run.card import write_card
from core.run.cast import describe_cast
from core.run.layout import CARD, CONTENTS, HISTORY, MODEL, PLOT, SAMPLES
from core.run.store import CONTEXT, Arrays, Run, write_run
from core.runtime.device import explain_cpu
from core.runtime.files import disk_errors, write_whole
from core.training.checkpoints.checkpoint import Position
from core.training.dataset import Dataset
from core.training.results.discriminator import add_discriminator
from core.training.results.index import index_corpus
from core.wording import describe_epochs
from core.writing.constraints.index_files import write_index
from core.writing.generator import Generator

_STRETCHES = 150  # of the plot's training loss, each a mean
_GROUND, _WORDS, _GRID, _VALIDATION = "#2b2d31", "#dbdee1", "#44474d", "#fb923c"  # colours of a plot


def write_results(
    folder: Path,
    *,
    name: str,
    config: TrainConfig,
    corpus: Corpus,
    dataset: Dataset,
    model: Model,
    position: Position,
    device: str,
    start: TrainingStart,
    tables: ContextTables | None = None,
) -> dict[str, Any]:
    """Write every file of a complete run into `folder`, the facts last, and return those of its result.

    Raises:
        DeviceError: the disk refuses.
    """
    weights = {name: array.astype(np.float32) for name, array in export_weights(model).items()}
    facts: dict[str, Any] = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": {
            "source": corpus.source,
            "fingerprint": corpus.fingerprint,
            "episodes": len(corpus.episodes),
            "characters": total_characters(corpus.episodes),
            "windows": dataset.windows,
            "training_characters": dataset.training_characters,
            "validation_characters": dataset.validation_characters,
            "dropped": corpus.dropped,
        },
        "result": {
            "validation_loss": position.best_loss,
            "bits_per_character": position.best_loss / math.log(2),  # by the network alone
            "cached_bits_per_character": _score_with_cache(config, corpus, weights, tables),
            "beginnings": position.best_beginnings,  # held-out text where lines begin, read from nothing
            "returned": position.returned,
            "early": config.patience is not None and position.worse_epochs >= config.patience,
            "epoch": position.best_epoch,
            "start_share": position.start_share,
            "seconds": round(position.seconds, 1),
            "targets": position.targets,
            "parameters": model.count_params(),
        },
        "start": None if start.run is None else {**_describe_base(start.run), "why": start.why},
        "cast": describe_cast(corpus.episodes, corpus.labels),
        "software": {**describe_software(), "device": device},
    }
    with disk_errors(folder / MODEL):
        model.save(folder / MODEL)
    write_whole(folder / HISTORY, _history(position))
    write_whole(folder / PLOT, draw_losses(position))
    write_whole(folder / SAMPLES, _samples(position))
    write_whole(folder / CARD, write_card(name, config, facts, files=CONTENTS))
    if tables is not None:
        facts[CONTEXT] = tables.to_dict()
    index = index_corpus(corpus, config)
    facts["aids"] = write_index(folder, index)
    write_run(folder, name=name, config=config, vocabulary=corpus.vocabulary, weights=weights, facts=facts)
    add_discriminator(Run.read(folder), index, learnt_episodes(corpus, config))
    return dict(facts["result"])


def _score_with_cache(
    config: TrainConfig, corpus: Corpus, weights: Arrays, tables: ContextTables | None
) -> float | None:
    """Return the bits per character of the held-out text with the cache model; None for a run that has none.

    A run of windows is left out as well: each of its characters takes a whole window's time.
    """
    if config.cache_model == "none" or config.targets != "all":
        return None
    held_out, labels = validation_texts(corpus, share=config.validation_share)
    score = score_texts(
        held_out,
        name=corpus.source,
        generator=Generator.of(config, weights, corpus.vocabulary, tables),
        vocabulary=corpus.vocabulary,
        labels=labels,
    )
    return score.bits_per_character


def _describe_base(base: Run) -> dict[str, Any]:
    """Return what is to be known of the run that a training began with, and of those before it."""
    return {
        "name": base.name,
        "fingerprint": base.fingerprint,
        "source": base.facts["data"]["source"],
        "targets": base.facts["result"]["targets"],
        "bits_per_character": base.bits_per_character,
        "start": base.facts.get("start"),
    }


def describe_software() -> dict[str, str]:
    """Return the versions that a training depends on."""
    backend = keras.backend.backend()
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "backend": f"{backend} {__import__(backend).__version__}",
        "numpy": np.__version__,
    }


def describe_device() -> str:
    """Return what computes: "GPU ..." or "CPU ...", and the backend."""
    # Where a new tensor lies: the only question about devices that every backend answers.
    place = str(keras.ops.zeros((1,)).device).lower()
    device = "GPU" if "gpu" in place or "cuda" in place else "CPU"
    why = explain_cpu() if device == "CPU" else ""
    return f"{device} ({keras.backend.backend()}{'; ' * bool(why)}{why})"


def draw_losses(position: Position) -> bytes:
    """Return a PNG of training and validation loss over the epochs, in bits per character.

    Its dark ground is the one of Discord's dark theme, and is read on a light page, too. It holds numbers and no words,
    as people of all languages look at it; the bot says beside it what it shows.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # slow, and only needed at the end
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(8, 4.5), dpi=120, layout="constrained", facecolor=_GROUND)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor=_GROUND)
    bits = 1 / math.log(2)
    if position.curve:
        epochs, losses = _smooth(position.curve)
        axes.plot(epochs, losses * bits, color="#9aa5b1", linewidth=1.2)
    axes.plot(
        [row["epoch"] for row in position.history],
        [row["validation_loss"] * bits for row in position.history],
        color=_VALIDATION,
        marker="o",
    )
    best = position.best_loss * bits
    axes.axhline(best, color=_VALIDATION, linewidth=0.8, linestyle=":")
    low, high = best, max(row["validation_loss"] for row in position.history) * bits
    axes.set_ylim(0.85 * low, max(1.6 * low, 1.05 * high))
    axes.tick_params(colors=_WORDS)
    axes.grid(color=_GRID)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_WORDS)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _smooth(curve: list[tuple[float, float]]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return (epochs, mean losses) over at most 150 equal stretches of the training."""
    epochs, losses = np.array(curve, dtype=np.float64).T
    stretch = np.minimum((epochs / epochs[-1] * _STRETCHES).astype(np.intp), _STRETCHES - 1)
    used = np.unique(stretch)
    means = [(epochs[stretch == index].mean(), losses[stretch == index].mean()) for index in used]
    x, y = np.array(means).T
    return x, y


def _history(position: Position) -> str:
    table = io.StringIO()
    writer = csv.DictWriter(table, fieldnames=list(position.history[-1]), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(position.history)
    return table.getvalue()


def _samples(position: Position) -> str:
    parts = ["# Samples\n\nWritten after each epoch from the same beginning and seed.\n"]
    parts.extend(
        f"## After {describe_epochs(sample['epoch'])}\n\n```text\n{sample['text']}\n```\n"
        for sample in position.samples
    )
    return "\n".join(parts)
