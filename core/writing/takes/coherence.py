"""Whether a line keeps to the subject of the lines before it, told from word vectors."""

import numpy as np

from core.data.screenplay import parse_line
from core.data.words import Alphabet
from core.run.word_vectors import LINES_BACK, Floats, WordVectors
from core.writing.takes.subject import last_lines

_LOOKED_AT = 2 * LINES_BACK  # lines, of which some are directions
_USUAL = 0.15  # nearness of a line that says nothing of any subject: no more and no less than is usual


class Coherence:
    """Compares what lines say."""

    def __init__(self, vectors: WordVectors, alphabet: Alphabet) -> None:
        self._vectors = vectors
        self._alphabet = alphabet

    def subject_before(self, before: str) -> Floats | None:
        """Return what the last lines of the scene that `before` ends with are about, (dimensions,), if anything.

        The line that is open is none of them.
        """
        *closed, _ = last_lines(before, _LOOKED_AT + 1) or [""]
        spoken = [line.text for line in map(parse_line, closed) if line.kind in ("speech", "text")]
        return self._vectors.subject_of(self._alphabet.tokens("\n".join(spoken[-LINES_BACK:])))

    def nearness(self, text: str, subject: Floats) -> float:
        """Return the cosine between what `text` says and a subject, -1 to 1."""
        own = self._vectors.subject_of(self._alphabet.tokens(text))
        return _USUAL if own is None else float(np.dot(own, subject))
