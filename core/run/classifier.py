"""Logistic regression over hashed features of texts: what tells one kind of text from another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Buckets = npt.NDArray[np.intp]


def hash_runs(text: str, *, lengths: range, buckets: int) -> Buckets:
    """Return the buckets that the runs of `text` of so many characters fall into, in lower case, one a run."""
    codes = np.frombuffer(text.lower().encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    hashes = np.zeros(len(codes), dtype=np.uint64)
    found = [np.empty(0, dtype=np.uint64)]
    for length in range(1, min(lengths.stop, len(codes) + 1)):
        # Multiplication and shift spread the code points of a run over all buckets.
        hashes = (hashes[: len(codes) - length + 1] * np.uint64(0x9E3779B97F4A7C15)) ^ (
            codes[length - 1 :] * np.uint64(0xC2B2AE3D27D4EB4F)
        )
        hashes ^= hashes >> np.uint64(29)
        if length in lengths:
            found.append(hashes % np.uint64(buckets))
    return np.concatenate(found).astype(np.intp)


@dataclass(frozen=True)
class SparseRows:
    """Rows of features: `values` at `columns`, row after row; row i begins at `starts[i]`, and none is empty."""

    starts: Buckets
    columns: Buckets
    values: Floats

    @classmethod
    def of(cls, rows: Sequence[tuple[Buckets, Floats]]) -> "SparseRows":
        """Return rows of (columns, values), none of them empty."""
        lengths = np.array([len(columns) for columns, _ in rows])
        return cls(
            np.cumsum(lengths) - lengths,
            np.concatenate([columns for columns, _ in rows]),
            np.concatenate([values for _, values in rows]),
        )

    def times(self, weights: npt.NDArray[np.floating[Any]]) -> Floats:
        """Return the product with `weights`, (rows,)."""
        return np.asarray(np.add.reduceat(self.values * weights[self.columns], self.starts), dtype=np.float64)

    def transposed_times(self, rows: Floats) -> Floats:
        """Return the transpose's product with `rows`, up to the last column in use."""
        lengths = np.diff([*self.starts.tolist(), len(self.columns)])
        return np.bincount(self.columns, self.values * np.repeat(rows, lengths)).astype(np.float64)


def fit_logistic(
    rows: SparseRows, truth: Floats, *, buckets: int, strength: float, steps: int
) -> tuple[Floats, float]:
    """Return weights, (buckets,), and bias of a logistic regression with a squared penalty.

    `truth` is 1 or -1 a row, and `strength` what the data count against the penalty. The rows have length 1. By
    Nesterov's accelerated descent (Nesterov 1983).
    """
    # The curvature is at most this: rows have length 1, the bias adds 1, and a sigmoid's slope is a quarter at most.
    rate = 1 / (1 + strength * len(truth) * 2 / 4)
    # The weight of a bucket that no row has stays 0: what they have is a small part of all.
    used, columns = np.unique(rows.columns, return_inverse=True)
    rows = replace(rows, columns=columns)
    weights, ahead = np.zeros(len(used) + 1), np.zeros(len(used) + 1)
    for step in range(steps):
        margin = truth * (rows.times(ahead[:-1]) + ahead[-1])
        pull = -strength * truth / (1 + np.exp(np.minimum(margin, 500.0)))
        slope = np.append(rows.transposed_times(pull) + ahead[:-1], pull.sum())
        following = ahead - rate * slope
        ahead = following + step / (step + 3) * (following - weights)
        weights = following
    found = np.zeros(buckets)
    found[used] = weights[:-1]
    return found, float(weights[-1])
