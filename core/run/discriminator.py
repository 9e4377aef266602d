"""Whether a line could be people's: a classifier that tells lines of a corpus from those that the network writes.

Its features are a line's runs of 3 to 5 characters, its words with who says them, and how it answers the line before.
Keeping the lines that it takes for people's brings what is kept nearer to the corpus (Azadi et al. 2019,
"Discriminator rejection sampling").
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import numpy.typing as npt

from core.data.screenplay import parse_line
from core.data.words import Alphabet
from core.run.classifier import Buckets, Floats, SparseRows, fit_logistic, hash_runs

_RUNS = range(3, 6)  # characters; shorter ones tell little
_BUCKETS = 2**18
_STRENGTH, _STEPS = 3.0, 500
_HELD_OUT = 5  # every how many pairs do not teach, but tell what is usual
_LEAST_LENGTH = 8  # characters of a line that teaches
_BINS = 6  # of lengths, for each e-fold
DIRECTION = "("  # the speaker of what people do


@dataclass(frozen=True)
class ScriptLine:
    """A line of a script: who speaks, what is said, and what was said before in the same scene, if anything."""

    speaker: str  # `DIRECTION` of what people do
    text: str
    previous: str = ""


def script_lines(texts: Iterable[str]) -> list[ScriptLine]:
    """Return what is said and done in `texts`, very short lines left out."""
    lines = []
    for text in texts:
        previous = ""
        for line in map(parse_line, text.split("\n")):
            if line.kind == "heading":
                previous = ""
            elif line.kind == "direction":
                lines.append(ScriptLine(DIRECTION, line.text[1:], previous))
            elif line.kind == "speech":
                lines.append(ScriptLine(line.speaker, line.text, previous))
                previous = line.text
    return [line for line in lines if len(line.text) >= _LEAST_LENGTH]


@dataclass(frozen=True)
class Discriminator:
    """The classifier's weights; one without any takes all lines for the same."""

    weights: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))  # (buckets,)
    usual: tuple[float, float] = (0.0, 0.0)  # of its own lines: start, and slope by log length

    def __post_init__(self) -> None:
        """Make sure that the weights are those of this kind of features.

        Raises:
            ValueError: they are not.
        """
        if self.weights.shape not in ((0,), (_BUCKETS,)):
            raise ValueError(f"weights of the shape {self.weights.shape}")

    @property
    def is_known(self) -> bool:
        """Whether there is a classifier at all."""
        return len(self.weights) > 0

    def preference(self, line: ScriptLine, alphabet: Alphabet) -> float:
        """Return how much likelier `line` is people's than the network's own lines of its length are, in nats."""
        if not self.is_known or not line.text:
            return 0.0
        columns, values = _features(line, alphabet)
        start, slope = self.usual
        return float(values @ self.weights[columns]) - start - slope * _log_length(line)


def train_discriminator(
    people: Sequence[ScriptLine], own: Sequence[ScriptLine], alphabet: Alphabet
) -> Discriminator:
    """Return what tells `people` from `own`, compared in pairs of about one length; unknown without such pairs."""
    pairs = _pair(people, own)
    taught = [pair for number, pair in enumerate(pairs) if number % _HELD_OUT]
    held_out = pairs[::_HELD_OUT]
    if not taught:
        return Discriminator()
    rows = SparseRows.of([_features(line, alphabet) for pair in taught for line in pair])
    truth = np.tile((1.0, -1.0), len(taught))
    found, _ = fit_logistic(rows, truth, buckets=_BUCKETS, strength=_STRENGTH, steps=_STEPS)
    weights = found.astype(np.float16).astype(np.float32)  # as it is kept
    margins = SparseRows.of([_features(line, alphabet) for _, line in held_out]).times(weights)
    return Discriminator(weights, _fit_line(np.array([_log_length(line) for _, line in held_out]), margins))


def _pair(people: Sequence[ScriptLine], own: Sequence[ScriptLine]) -> list[tuple[ScriptLine, ScriptLine]]:
    """Return lines of people, each used once, beside own ones of the same kind and about the same length."""
    rng = np.random.default_rng(0)
    bins: dict[tuple[int, bool], list[ScriptLine]] = defaultdict(list)
    for index in rng.permutation(len(people)):
        bins[_bin(people[index])].append(people[index])
    shuffled = (own[index] for index in rng.permutation(len(own)))
    return [(bins[key].pop(), line) for line in shuffled if bins[key := _bin(line)]]


def _fit_line(x: Floats, y: Floats) -> tuple[float, float]:
    """Return start and slope of the straight line nearest to points; level where all stand above one another."""
    away = x - x.mean()
    slope = float(away @ y / max(1e-9, float(away @ away)))
    return float(y.mean() - slope * x.mean()), slope


def _bin(line: ScriptLine) -> tuple[int, bool]:
    return int(_BINS * _log_length(line)), line.speaker == DIRECTION


def _log_length(line: ScriptLine) -> float:
    return float(np.log(max(_LEAST_LENGTH, len(line.text))))


def _features(line: ScriptLine, alphabet: Alphabet) -> tuple[Buckets, Floats]:
    """Return the buckets of a line's features, and how much each counts; together they have length 1."""
    words = alphabet.tokens(line.text)
    named = [f"says\n{line.speaker}\n{word}" for word in words]
    before = alphabet.tokens(line.previous)
    if before and words:
        first, end = before[0], line.previous.rstrip()[-1]
        answers = (f"{end}\n{words[0]}", f"{first}\n{words[0]}", f"{first}{end}\n{words[0]}")
        named += [f"answers\n{answer}" for answer in answers]
        named += [f"repeats\n{word}" for word in sorted({*before} & {*words})]
    hashed = np.array([crc32(name.encode()) % _BUCKETS for name in named], dtype=np.intp)
    runs = hash_runs(line.text, lengths=_RUNS, buckets=_BUCKETS)
    columns, counts = np.unique(np.concatenate((runs, hashed)), return_counts=True)
    values = 1 + np.log(counts)
    return columns, values / np.linalg.norm(values)
