"""What a training visits and in which order: batches by epoch, and the held-out text, for both kinds of targets."""

import math
from collections.abc import Iterator
from typing import Protocol

import numpy as np

from core.config import END_OF_EPISODE, TrainConfig
from core.data.batches.segments import Segment, SegmentStreams, beside
from core.data.batches.windows import Batch, LastWindows, StreamWindows
from core.data.context import rows_of
from core.data.context_tables import ContextTables
from core.data.corpus import Corpus, hold_out, hold_out_labels, validation_texts
from core.errors import CorpusError
from core.evaluation.beginnings import read_beginnings
from core.evaluation.validation import Validation
from core.network.model import Model, reset_state
from core.network.weights import export_weights
from core.writing.generator import Generator

_STRETCHES = 200  # beginnings that are read after each epoch: a second or two


class Dataset(Protocol):
    """The data of a training."""

    batch: int  # windows in a batch
    windows: int  # windows in all, training and validation
    training_characters: int
    validation_characters: int

    def steps(self, epoch: int) -> int:
        """Return the number of batches in `epoch`."""

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches of `epoch`, the same ones in every process."""

    def start_epoch(self, model: Model) -> None:
        """Prepare the network for the first batch of an epoch."""

    def validate(self, model: Model) -> Validation:
        """Return what the held-out text costs; carried states are lost."""


def plan_tables(corpus: Corpus, config: TrainConfig) -> ContextTables | None:
    """Return what the context ids of a training stand for, None without a context: of what it learns from alone."""
    if not config.context or config.targets == "last":
        return None
    tables = ContextTables.of(hold_out(corpus, share=config.validation_share)[0], corpus.labels)
    return tables if tables.rows else None


def build_dataset(corpus: Corpus, config: TrainConfig, tables: ContextTables | None = None) -> Dataset:
    """Return the data of a training, with the context that `tables` are for.

    Raises:
        CorpusError: too little text for one batch of windows.
    """
    if config.targets == "last":
        return WindowDataset(corpus, config)
    return StreamDataset(corpus, config, tables)


class WindowDataset:
    """Windows with one target each, the first ones to train and the rest to validate, shuffled every epoch."""

    def __init__(self, corpus: Corpus, config: TrainConfig) -> None:
        ids = corpus.vocabulary.encode(corpus.text)
        self._windows = LastWindows(ids, config.window_length, config.stride)
        self._seed = config.seed
        self.windows = len(self._windows)
        self._split = int((1 - config.validation_share) * self.windows)
        if self._split < 1 or self._split == self.windows:
            raise CorpusError(
                "The corpus has {characters:,} characters, too few for windows of {window_length}; add text or "
                "choose a smaller --window-length.",
                characters=len(ids),
                window_length=config.window_length,
            )
        self.batch = min(config.batch, self._split)
        self.training_characters = self._split
        self.validation_characters = self.windows - self._split

    def steps(self, epoch: int) -> int:  # noqa: ARG002  # the same every epoch
        """Return the number of batches in an epoch."""
        return -(-self._split // self.batch)

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the training windows in an order that `epoch` fixes."""
        rng = np.random.default_rng((self._seed, epoch))
        return self._windows.batches(self.batch, last=self._split, rng=rng)

    def start_epoch(self, model: Model) -> None:
        """Do nothing: every window starts from a state of zeros."""

    def validate(self, model: Model) -> Validation:
        """Return the mean loss over the held-out windows, each of which begins from nothing."""
        total, count = 0.0, 0
        for inputs, targets in self._windows.batches(1024, first=self._split):
            model.reset_metrics()
            total += float(model.test_on_batch(inputs, targets)) * len(targets)
            count += len(targets)
        return Validation(total / count)


class StreamDataset:
    """Streams with a target at every position, whole episodes held out, cut into other segments every epoch."""

    def __init__(self, corpus: Corpus, config: TrainConfig, tables: ContextTables | None) -> None:
        train = hold_out(corpus, share=config.validation_share)[0]
        labels = hold_out_labels(corpus, share=config.validation_share)[0]
        held_out, held_labels = validation_texts(corpus, share=config.validation_share)
        training_characters = sum(map(len, train)) + len(train) + 1
        validation_ids = corpus.vocabulary.encode(_chain(held_out))
        self._corpus, self._config, self._tables = corpus, config, tables
        self._held_out = held_out, held_labels
        # A short text has fewer windows side by side, so that an epoch still has a few batches.
        shortest = min(training_characters // 4, len(validation_ids)) - 1
        self.batch = min(config.batch, shortest // config.window_length)
        if self.batch < 1:
            raise CorpusError(
                "The corpus has {characters:,} characters, too few for windows of {window_length}; "
                "add text or choose a smaller --window-length.",
                characters=training_characters + len(validation_ids),
                window_length=config.window_length,
            )
        self._training = SegmentStreams(
            train,
            labels,
            vocabulary=corpus.vocabulary,
            tables=tables,
            batch=self.batch,
            window_length=config.window_length,
        )
        validation_inputs = None
        if tables is not None:
            texts = [END_OF_EPISODE + text for text in held_out]
            texts[-1] += END_OF_EPISODE
            rows = rows_of(texts, tables, held_labels)
            validation_inputs = beside(validation_ids, rows, vocabulary=len(corpus.vocabulary))
        self._validation = StreamWindows(
            validation_ids, self.batch, config.window_length, inputs=validation_inputs
        )
        self._seed = config.seed
        self._planned: tuple[int, list[list[Segment]]] = (-1, [])
        self.training_characters = training_characters
        self.validation_characters = len(validation_ids)
        self.windows = (self.steps(0) + self._validation.steps()) * self.batch

    def steps(self, epoch: int) -> int:
        """Return the number of batches in `epoch`."""
        return sum(windows for _, windows in self._plan(epoch)[0])

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches of `epoch`, with which texts begin anew in each."""
        return self._training.batches(self._plan(epoch))

    def start_epoch(self, model: Model) -> None:
        """Begin every stream from a state of zeros."""
        reset_state(model)

    def validate(self, model: Model) -> Validation:
        """Return the mean loss over the held-out episodes, the state carried through them, and that of beginnings."""
        reset_state(model)
        losses = []
        for inputs, targets in self._validation.batches():
            model.reset_metrics()  # whether Keras averages over batches differs between its backends
            losses.append(float(model.test_on_batch(inputs, targets)))
        reset_state(model)
        loss = sum(losses) / len(losses)
        if not math.isfinite(loss):
            return Validation(loss)
        corpus, (texts, labels) = self._corpus, self._held_out
        generator = Generator.of(self._config, export_weights(model), corpus.vocabulary, self._tables)
        return Validation(
            loss, read_beginnings(generator, corpus.vocabulary, texts, most=_STRETCHES, labels=labels)
        )

    def _plan(self, epoch: int) -> list[list[Segment]]:
        if self._planned[0] != epoch:
            self._planned = (epoch, self._training.plan(np.random.default_rng((self._seed, epoch))))
        return self._planned[1]


def _chain(episodes: list[str]) -> str:
    """Return the episodes between end-of-episode characters: each begins after one and ends with one."""
    return END_OF_EPISODE + END_OF_EPISODE.join(episodes) + END_OF_EPISODE
