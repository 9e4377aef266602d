"""What a training visits and in which order: batches by epoch, and the held-out text, for both kinds of targets."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from core.config import END_OF_EPISODE, TrainConfig
from core.data.corpus import Corpus, hold_out
from core.data.windows import Batch, LastWindows, StreamWindows
from core.errors import CorpusError
from core.network.model import Model, reset_state


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

    def validate(self, model: Model) -> float:
        """Return the loss on the held-out text, in nats a target; carried states are lost."""


def build_dataset(corpus: Corpus, config: TrainConfig) -> Dataset:
    """Return the course of a training.

    Raises:
        CorpusError: too little text for one batch of windows.
    """
    return WindowDataset(corpus, config) if config.targets == "last" else StreamDataset(corpus, config)


class WindowDataset:
    """Windows with one target each, the first ones to train and the rest to validate, shuffled every epoch."""

    def __init__(self, corpus: Corpus, config: TrainConfig) -> None:
        ids = corpus.vocabulary.encode(corpus.text)
        self._windows = LastWindows(ids, config.window_length, config.stride)
        self._seed = config.seed
        self.windows = len(self._windows)
        if config.validation == "episodes":
            train, _ = hold_out(corpus, share=config.validation_share)
            characters = len(corpus.separator.join(train))
            self._split = max(0, characters - config.window_length) // config.stride
        else:
            self._split = int((1 - config.validation_share) * self.windows)
        if self._split < 1 or self._split == self.windows:
            raise CorpusError(
                f"The corpus has {len(ids):,} characters, too few for windows of {config.window_length}; "
                "add text or choose a smaller --window-length."
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

    def validate(self, model: Model) -> float:
        """Return the mean loss over the held-out windows, in nats."""
        total, count = 0.0, 0
        for inputs, targets in self._windows.batches(1024, first=self._split):
            model.reset_metrics()
            total += float(model.test_on_batch(inputs, targets)) * len(targets)
            count += len(targets)
        return total / count


class StreamDataset:
    """Streams with a target at every position, whole episodes held out, an offset that differs every epoch."""

    def __init__(self, corpus: Corpus, config: TrainConfig) -> None:
        train, held_out = hold_out(corpus, share=config.validation_share)
        training_ids = corpus.vocabulary.encode(_chain(train))
        validation_ids = corpus.vocabulary.encode(_chain(held_out))
        self._window_length = config.window_length
        # A short text has fewer windows side by side, so that an epoch still has a few batches.
        shortest = min(len(training_ids) // 4, len(validation_ids)) - 1
        self.batch = min(config.batch, shortest // config.window_length)
        if self.batch < 1:
            raise CorpusError(
                f"The corpus has {len(training_ids) + len(validation_ids):,} characters, too few for windows of "
                f"{config.window_length}; add text or choose a smaller --window-length."
            )
        self._training = StreamWindows(training_ids, self.batch, config.window_length)
        self._validation = StreamWindows(validation_ids, self.batch, config.window_length)
        self._seed = config.seed
        self.training_characters = len(training_ids)
        self.validation_characters = len(validation_ids)
        self.windows = (self._training.steps() + self._validation.steps()) * self.batch

    def steps(self, epoch: int) -> int:
        """Return the number of batches in `epoch`."""
        return self._training.steps(self._offset(epoch))

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches of `epoch` in the order of the text."""
        return self._training.batches(offset=self._offset(epoch))

    def start_epoch(self, model: Model) -> None:
        """Begin every stream from a state of zeros."""
        reset_state(model)

    def validate(self, model: Model) -> float:
        """Return the mean loss over the held-out episodes, in nats, the state carried through them."""
        reset_state(model)
        losses = []
        for inputs, targets in self._validation.batches():
            model.reset_metrics()  # whether Keras averages over batches differs between its backends
            losses.append(float(model.test_on_batch(inputs, targets)))
        reset_state(model)
        return sum(losses) / len(losses)

    def _offset(self, epoch: int) -> int:
        return self._training.offset(np.random.default_rng((self._seed, epoch)))


def _chain(episodes: list[str]) -> str:
    """Return the episodes between end-of-episode characters: each begins after one and ends with one."""
    return END_OF_EPISODE + END_OF_EPISODE.join(episodes) + END_OF_EPISODE
