"""A judge that tells people's script from a model's: how often it is right about pieces that it has not seen.

Pieces of 300 characters, cut at line starts; characters in runs of 1 to 5, hashed, by their logarithmic counts and how
rare they are; logistic regression. Half of each side trains the judge and half tests it: 0.5 means that it cannot tell.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.run.classifier import Buckets, Floats, SparseRows, fit_logistic, hash_runs

PIECE = 300  # characters
_MOST = 1000  # pieces a side
_RUNS = range(1, 6)  # characters
_BUCKETS = 2**19
_STRENGTH = 10.0  # of the data against the penalty on weights
_STEPS = 300
_JUDGES = 5
_FEWEST = 8  # pieces a side; fewer say nothing


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


def judge_accuracy(people: Sequence[str], own: Sequence[str]) -> float | None:
    """Return the share of unseen pieces of both sides that a judge tells rightly; None for too few pieces.

    It is the mean of several judges, each of its own halves: one alone is off by 0.03 with 150 pieces a side.
    """
    count = min(len(people), len(own), _MOST)
    if count < _FEWEST:
        return None
    return float(np.mean([_one_judge(people, own, count=count, seed=seed) for seed in range(_JUDGES)]))


def _one_judge(people: Sequence[str], own: Sequence[str], *, count: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    sides = [[side[index] for index in rng.permutation(len(side))[:count]] for side in (people, own)]
    half = count // 2
    seen, unseen = ([*sides[0][part], *sides[1][part]] for part in (slice(half), slice(half, None)))
    rarity = _rarity(seen)
    weights, bias = fit_logistic(
        _rows(seen, rarity),
        np.repeat((-1.0, 1.0), half),
        buckets=_BUCKETS,
        strength=_STRENGTH,
        steps=_STEPS,
    )
    truth = np.repeat((-1.0, 1.0), count - half)
    return float(((_rows(unseen, rarity).times(weights) + bias) * truth > 0).mean())


def _buckets(piece: str) -> tuple[Buckets, npt.NDArray[np.int64]]:
    """Return the buckets that the runs of `piece` fall into, and how many in each."""
    columns, counts = np.unique(hash_runs(piece, lengths=_RUNS, buckets=_BUCKETS), return_counts=True)
    return columns, counts


def _rarity(pieces: Sequence[str]) -> Floats:
    """Return each bucket's weight by how few of `pieces` have it; 0 for what a single one has."""
    documents = np.zeros(_BUCKETS)
    for piece in pieces:
        documents[_buckets(piece)[0]] += 1
    return np.where(documents > 1, np.log((1 + len(pieces)) / (1 + documents)) + 1, 0.0)


def _rows(pieces: Sequence[str], rarity: Floats) -> SparseRows:
    rows = []
    for piece in pieces:
        own, counts = _buckets(piece)
        weights = (1 + np.log(counts)) * rarity[own]
        rows.append((own, weights / max(1e-12, float(np.linalg.norm(weights)))))
    return SparseRows.of(rows)
