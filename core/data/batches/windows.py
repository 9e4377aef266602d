"""Windows of ids as views, and the order in which an epoch visits them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.vocabulary import Ids

# Inputs (batch, window_length), or (batch, window_length, 1 + features) with a context; targets; and for streams of
# segments which rows begin one, (batch,).
Batch = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True)
class LastWindows:
    """Windows with the one character after each as its target, as the lecture notes cut them.

    Example: the ids of `"abcdefg"` at window_length 3 and stride 2 give `abc -> d` and `cde -> f`.
    """

    ids: Ids
    window_length: int
    stride: int

    def __len__(self) -> int:
        """Return the number of windows."""
        return max(0, -(-(len(self.ids) - self.window_length) // self.stride))

    @property
    def inputs(self) -> Ids:
        """All windows, (windows, window_length), a view of `ids`."""
        return np.lib.stride_tricks.sliding_window_view(self.ids[:-1], self.window_length)[:: self.stride]

    @property
    def targets(self) -> Ids:
        """The id after each window, (windows,), a view of `ids`."""
        return self.ids[self.window_length :: self.stride]

    def batches(
        self, batch: int, *, first: int = 0, last: int | None = None, rng: np.random.Generator | None = None
    ) -> Iterator[Batch]:
        """Yield the windows `first` to `last` in batches, the final one smaller; in random order with `rng`."""
        order = np.arange(first, len(self) if last is None else last)
        if rng is not None:
            rng.shuffle(order)
        inputs, targets = self.inputs, self.targets
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            yield inputs[chosen].astype(np.int32), targets[chosen].astype(np.int32)


@dataclass(frozen=True)
class StreamWindows:
    """Windows with a target at every position, laid out so that a network can carry its state from batch to batch.

    The ids are cut into `batch` streams of equal length; batch number k holds the k-th window of every stream.
    Example: ids 0..8, batch 2, window_length 2: `[[0,1],[4,5]] -> [[1,2],[5,6]]`, `[[2,3],[6,7]] -> [[3,4],[7,8]]`.
    """

    ids: Ids
    batch: int
    window_length: int
    inputs: npt.NDArray[np.int32] | None = (
        None  # the ids with their context's rows, (characters, 1 + features)
    )

    def steps(self) -> int:
        """Return the number of batches in an epoch."""
        return (len(self.ids) - 1) // (self.batch * self.window_length)

    def batches(self) -> Iterator[Batch]:
        """Yield the batches of an epoch in order."""
        steps = self.steps()
        used = steps * self.batch * self.window_length
        shape = (self.batch, steps, self.window_length)
        read = self.ids if self.inputs is None else self.inputs
        inputs = read[:used].reshape(*shape, *read.shape[1:])
        targets = self.ids[1 : 1 + used].reshape(shape)
        for step in range(steps):
            yield inputs[:, step].astype(np.int32), targets[:, step].astype(np.int32)
