"""A judge that tells people's script from a model's: how often it is right about pieces that it has not seen.

Pieces of 300 characters, cut at line starts; characters in runs of 1 to 5, hashed, by their logarithmic counts and how
rare they are; logistic regression. Half of each side trains the judge and half tests it: 0.5 means that it cannot tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PIECE = 300  # characters
_MOST = 1000  # pieces a side
_LONGEST_RUN = 5
_BUCKETS = 2**19
_STRENGTH = 10.0  # of the data against the penalty on weights
_STEPS = 300
_FEWEST = 8  # pieces a side; fewer say nothing

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Rows:
    """Sparse rows: `values` at `columns`, row after row; row i begins at `starts[i]`."""

    starts: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]
    values: Floats

    def times(self, weights: Floats) -> Floats:
        """Return the product with `weights`, (rows,)."""
        return np.asarray(np.add.reduceat(self.values * weights[self.columns], self.starts), dtype=np.float64)

    def transposed_times(self, rows: Floats) -> Floats:
        """Return the transpose's product with `rows`, (buckets,)."""
        lengths = np.diff([*self.starts.tolist(), len(self.columns)])
        summed = np.bincount(self.columns, self.values * np.repeat(rows, lengths), minlength=_BUCKETS)
        return summed.astype(np.float64)


def cut_pieces(texts: Sequence[str]) -> list[str]:
    """Return pieces of 300 characters of the texts on end, each from a line's start, none with a part of another."""
    text = "\n\n".join(texts)
    pieces: list[str] = []
    start = 0
    while True:
        start = text.find("\n", max(0, start - 1)) + 1
        if not start or start + PIECE >= len(text):
            return pieces
        pieces.append(text[start : start + PIECE])
        start += PIECE


def judge_accuracy(people: Sequence[str], own: Sequence[str], *, seed: int = 0) -> float | None:
    """Return the share of unseen pieces of both sides that a judge tells rightly; None for too few pieces."""
    count = min(len(people), len(own), _MOST)
    if count < _FEWEST:
        return None
    rng = np.random.default_rng(seed)
    sides = [[side[index] for index in rng.permutation(len(side))[:count]] for side in (people, own)]
    half = count // 2
    seen, unseen = ([*sides[0][part], *sides[1][part]] for part in (slice(half), slice(half, None)))
    rarity = _rarity(seen)
    weights, bias = _learn(_rows(seen, rarity), np.repeat((-1.0, 1.0), half))
    truth = np.repeat((-1.0, 1.0), count - half)
    return float(((_rows(unseen, rarity).times(weights) + bias) * truth > 0).mean())


def _buckets(piece: str) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the buckets that the runs of `piece` fall into, and how many in each."""
    codes = np.frombuffer(piece.lower().encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    hashes = np.zeros(len(codes), dtype=np.uint64)
    found = []
    for length in range(1, _LONGEST_RUN + 1):
        # Multiplication and shift spread the code points of a run over all buckets.
        hashes = (hashes[: len(codes) - length + 1] * np.uint64(0x9E3779B97F4A7C15)) ^ (
            codes[length - 1 :] * np.uint64(0xC2B2AE3D27D4EB4F)
        )
        hashes ^= hashes >> np.uint64(29)
        found.append(hashes % np.uint64(_BUCKETS))
    columns, counts = np.unique(np.concatenate(found), return_counts=True)
    return columns.astype(np.intp), counts


def _rarity(pieces: Sequence[str]) -> Floats:
    """Return each bucket's weight by how few of `pieces` have it; 0 for what a single one has."""
    documents = np.zeros(_BUCKETS)
    for piece in pieces:
        documents[_buckets(piece)[0]] += 1
    return np.where(documents > 1, np.log((1 + len(pieces)) / (1 + documents)) + 1, 0.0)


def _rows(pieces: Sequence[str], rarity: Floats) -> _Rows:
    starts, columns, values, position = [], [], [], 0
    for piece in pieces:
        own, counts = _buckets(piece)
        weights = (1 + np.log(counts)) * rarity[own]
        starts.append(position)
        position += len(own)
        columns.append(own)
        values.append(weights / max(1e-12, float(np.linalg.norm(weights))))
    return _Rows(np.array(starts), np.concatenate(columns), np.concatenate(values))


def _learn(rows: _Rows, truth: Floats) -> tuple[Floats, float]:
    """Return weights and bias of a logistic regression with a squared penalty, by Nesterov's accelerated descent."""
    # The curvature is at most this: rows have length 1, the bias adds 1, and a sigmoid's slope is a quarter at most.
    rate = 1 / (1 + _STRENGTH * len(truth) * 2 / 4)
    weights, ahead = np.zeros(_BUCKETS + 1), np.zeros(_BUCKETS + 1)
    for step in range(_STEPS):
        margin = truth * (rows.times(ahead[:-1]) + ahead[-1])
        pull = -_STRENGTH * truth / (1 + np.exp(np.minimum(margin, 500.0)))
        slope = np.append(rows.transposed_times(pull) + ahead[:-1], pull.sum())
        following = ahead - rate * slope
        ahead = following + step / (step + 3) * (following - weights)
        weights = following
    return weights[:-1], float(weights[-1])
