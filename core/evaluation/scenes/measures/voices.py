"""Whether people sound like themselves: a classifier that knows the speakers of a corpus by their words."""

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np

from core.evaluation.scenes.script import Scene, SceneLine, words

_SPEAKERS = 10
_WORDS = 5  # a shorter line could be anybody's
_SMOOTHING = 0.3  # sightings that every word has with every speaker
_FEWEST = 50  # lines that a speaker has to have to be known by


class Voices:
    """Naive Bayes over the words and pairs of words of the most frequent speakers, each as likely as the others."""

    def __init__(self, scenes: Sequence[Scene]) -> None:
        lines = _lines(scenes)
        counts = Counter(line.speaker for line in lines)
        self.speakers = [name for name, count in counts.most_common(_SPEAKERS) if count >= _FEWEST]
        self._features: dict[str, int] = {}
        self._shares = np.zeros((len(self.speakers), 0))
        known = {name: index for index, name in enumerate(self.speakers)}
        pairs = [
            (known[line.speaker], self._features.setdefault(feature, len(self._features)))
            for line in lines
            if line.speaker in known
            for feature in _features(line.said)
        ]
        table = np.full((len(self.speakers), len(self._features)), _SMOOTHING)
        if pairs:
            np.add.at(table, tuple(np.array(pairs).T), 1)
        self._shares = np.log(table) - np.log(table.sum(axis=1, keepdims=True))

    def known(self, scenes: Sequence[Scene]) -> float | None:
        """Return how often a line's speaker is told by its words: the mean over speakers, so that none counts more."""
        right: dict[str, list[bool]] = {}
        for line in _lines(scenes):
            if line.speaker in self.speakers:
                right.setdefault(line.speaker, []).append(self._guess(line.said) == line.speaker)
        return float(np.mean([np.mean(some) for some in right.values()])) if right else None

    def _guess(self, said: str) -> str:
        found = [self._features[feature] for feature in _features(said) if feature in self._features]
        return self.speakers[int(self._shares[:, found].sum(axis=1).argmax())]


def _lines(scenes: Sequence[Scene]) -> list[SceneLine]:
    return [line for scene in scenes for line in scene.spoken if len(words(line.said)) >= _WORDS]


def _features(said: str) -> list[str]:
    own = words(said)
    return [*own, *(f"{first} {second}" for first, second in itertools.pairwise(own))]
