"""Which words are said about the same thing: a vector for each word, near those of words in the lines beside it.

Counts of words in lines that follow one another, as positive pointwise mutual information with smoothed contexts
(Levy, Goldberg and Dagan 2015), reduced by a randomised singular value decomposition (Halko, Martinsson and Tropp
2011).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.data.screenplay import parse_line
from core.data.words import Alphabet

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

LINES_BACK = 3  # in which a subject is still the same
_WORDS, _DIMENSIONS = 4000, 48
_COMMONEST = 200  # words, which are said about everything
_LEAST_COUNT = 5  # of a word
_LEAST_TOKENS = 50_000  # of a corpus; from fewer nothing can be told
_SMOOTHING = 0.75  # power of the counts of contexts
_WEIGHTLESS = 4.0  # nats; a word that is no rarer than this says nothing of the subject
_SPARE, _POWERS = 10, 3  # directions and iterations of the decomposition beside what is kept
_PAIRS_AT_ONCE = 500_000
_NO_WORDS: Ints = np.empty(0, dtype=np.int32)  # no words


@dataclass(frozen=True)
class WordVectors:
    """Words in lower case, and their vectors, (words, dimensions), longer for rarer words; maybe none."""

    words: tuple[str, ...] = ()
    vectors: Floats = field(default_factory=lambda: np.zeros((0, _DIMENSIONS), np.float32))

    def __post_init__(self) -> None:
        """Make sure that there is a vector for each word.

        Raises:
            ValueError: there is not.
        """
        if self.vectors.ndim != 2 or len(self.words) != len(self.vectors):  # noqa: PLR2004  # rows and columns
            raise ValueError(f"{len(self.words)} words and vectors of the shape {self.vectors.shape}")

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.words)}

    def subject_of(self, tokens: Iterable[str]) -> Floats | None:
        """Return the direction of what is said in `tokens`, (dimensions,) of length 1; None where they say nothing."""
        places = self._places
        found = [places[token] for token in tokens if token in places]
        total = self.vectors[found].sum(axis=0)
        length = float(np.linalg.norm(total))
        return np.asarray(total / length) if length > 0 else None


def build_word_vectors(episodes: Iterable[str], alphabet: Alphabet) -> WordVectors:
    """Return the vectors of a corpus's words; none for a corpus too small to tell."""
    numbers: dict[str, int] = {}
    scenes = [scene for episode in episodes for scene in _scenes(episode, alphabet, numbers)]
    counts = np.bincount(np.concatenate([line for scene in scenes for line in scene] or [_NO_WORDS]))
    chosen = np.argsort(-counts, kind="stable")[_COMMONEST : _COMMONEST + _WORDS]
    chosen = chosen[counts[chosen] >= _LEAST_COUNT]
    if counts.sum() < _LEAST_TOKENS or len(chosen) <= _DIMENSIONS + _SPARE:
        return WordVectors()
    places = np.full(len(counts), -1)
    places[chosen] = np.arange(len(chosen))
    vectors = _decompose(_information(_count_together(scenes, places, size=len(chosen))))
    shares = counts[chosen] / counts.sum()
    vectors -= (shares @ vectors) / shares.sum()
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    vectors *= np.maximum(0, -np.log(shares) - _WEIGHTLESS)[:, None]
    words = list(numbers)
    return WordVectors(
        tuple(words[number] for number in chosen.tolist()), vectors.astype(np.float16).astype(np.float32)
    )


def _scenes(episode: str, alphabet: Alphabet, numbers: dict[str, int]) -> list[list[Ints]]:
    """Return the numbers of the words that are said, an array a line, a list of those a scene; new words get one."""
    scenes: list[list[Ints]] = [[]]
    for each in map(parse_line, episode.split("\n")):
        if each.kind == "heading":
            scenes.append([])
        elif each.kind in ("speech", "text"):
            tokens = alphabet.tokens(each.text)
            scenes[-1].append(
                np.array([numbers.setdefault(token, len(numbers)) for token in tokens], dtype=np.int32)
            )
    return scenes


def _count_together(scenes: Iterable[list[Ints]], places: npt.NDArray[np.int64], *, size: int) -> Floats:
    """Return how often each word stands in a line with each in the lines before it, (words, words), both ways.

    `places` has each word's row by its number, or -1.
    """
    counts = np.zeros(size * size, dtype=np.float32)
    pairs: list[npt.NDArray[np.int64]] = []

    def add() -> None:
        found, times = np.unique(np.concatenate(pairs), return_counts=True)
        counts[found] += times
        pairs.clear()

    for scene in scenes:
        lines = [np.unique(rows[rows >= 0]) for rows in (places[line] for line in scene)]
        for number, line in enumerate(lines):
            before = np.concatenate([_NO_WORDS, *lines[max(0, number - LINES_BACK) : number]])
            pairs.append((line[:, None] * size + before).ravel())
        if sum(map(len, pairs)) > _PAIRS_AT_ONCE:
            add()
    if pairs:
        add()
    square = counts.reshape(size, size)
    return np.asarray(square + square.T)


def _information(together: Floats) -> Floats:
    """Return the positive pointwise mutual information of counts, (words, words), in their place."""
    totals = np.maximum(together.sum(axis=1), 1)
    contexts = totals**_SMOOTHING
    together /= totals[:, None]
    together /= contexts / contexts.sum()
    np.log(together, out=together, where=together > 0)
    return np.asarray(np.maximum(together, 0, out=together))


def _decompose(matrix: Floats) -> Floats:
    """Return the largest singular directions of a matrix, (words, dimensions), each times its value's root."""
    rng = np.random.default_rng(0)
    found = matrix @ rng.standard_normal((len(matrix), _DIMENSIONS + _SPARE)).astype(np.float32)
    for _ in range(_POWERS):
        found = matrix @ (matrix.T @ np.linalg.qr(found)[0])
    basis = np.linalg.qr(found)[0]
    left, values, _ = np.linalg.svd(basis.T @ matrix, full_matrices=False)
    return np.asarray((basis @ left)[:, :_DIMENSIONS] * np.sqrt(values[:_DIMENSIONS]), dtype=np.float32)
