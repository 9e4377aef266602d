"""Whether lines keep to the subject of those before them, also in other words: told from word vectors."""

from collections.abc import Sequence

import numpy as np

from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.evaluation.scenes.script import Scene, mean
from core.run.word_vectors import LINES_BACK, build_word_vectors

_WORDS = 5  # a shorter line has no room for a subject


class CoherenceMeasure:
    """Compares lines by the word vectors of a corpus."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._alphabet = Alphabet(Vocabulary.of("".join(texts)))
        self._vectors = build_word_vectors(texts, self._alphabet)

    def measure(self, scenes: Sequence[Scene]) -> dict[str, float | None]:
        """Return how much nearer a spoken line is to the three before it than to three of another scene.

        Nearness is the cosine between what both say; the other lines are those before the line that comes half of all
        lines later, so that what every line says counts for nothing.
        """
        pairs = []  # what a line says, and what those before it say
        for scene in scenes:
            said = [self._alphabet.tokens(line.said) for line in scene.spoken]
            for number, tokens in enumerate(said):
                before = [token for line in said[max(0, number - LINES_BACK) : number] for token in line]
                own, subject = self._vectors.subject_of(tokens), self._vectors.subject_of(before)
                if len(tokens) >= _WORDS and own is not None and subject is not None:
                    pairs.append((own, subject))
        apart = pairs[len(pairs) // 2 :] + pairs[: len(pairs) // 2]
        return {
            "subject_kept": mean(
                [
                    float(np.dot(own, subject) - np.dot(own, other))
                    for (own, subject), (_, other) in zip(pairs, apart, strict=True)
                ]
            )
        }
