"""What a scene is about: its rare words, which come back in people's scenes and are made likelier here."""

from collections.abc import Iterable, Sequence

from core.data.screenplay import speaker_of
from core.data.words import Alphabet
from core.writing.inference.cells import Floats

LEAST_LETTERS = 4  # of a rare word
LINES = 4  # back, in which a subject is still the scene's
# Added to the logit of a character that leads on in such a word, after none, one, and more of its letters: little where
# many words are possible, so that only a word that fits anyway is helped.
_BOOSTS = (0.5, 1.0, 1.2)
_TIMES = 2  # within the lines; a word that stands there more often is not helped on
_LOOK_BACK = 1500  # characters


class RareWords:
    """Which words of a text are rare: none of the corpus's commonest, no speaker's name, of some letters."""

    def __init__(self, alphabet: Alphabet, *, common: frozenset[str], names: Sequence[str]) -> None:
        self._alphabet = alphabet
        self._others = common | {part.casefold() for name in names for part in name.split()}
        self.is_known = bool(common)  # whether the run can tell at all

    def of(self, text: str) -> list[str]:
        """Return the rare words of `text` as they stand there, in their order."""
        if not self.is_known:
            return []
        return [
            word
            for word in self._alphabet.words(text)
            if len(word) >= LEAST_LETTERS and word.casefold() not in self._others
        ]

    def said(self, line: str) -> list[str]:
        """Return the rare words of what is said in `line`, without who says it."""
        speaker = speaker_of(line)
        return self.of(line if speaker is None else line[line.index(":", len(speaker)) :])


def last_lines(before: str, count: int = LINES) -> list[str]:
    """Return the last lines of the scene that `before` ends with, at most `count`, the line that is open among them."""
    lines: list[str] = []
    for line in reversed(before[-_LOOK_BACK:].split("\n")):
        if line.startswith("[") and line.endswith("]"):
            break
        if line:
            lines.append(line)
        if len(lines) == count:
            break
    return lines[::-1]


class SubjectWords:
    """Words that may come back, as a tree: what has been written of a word -> the ids that lead on."""

    def __init__(self, words: frozenset[str], alphabet: Alphabet) -> None:
        self.words = words
        self._alphabet = alphabet
        characters = alphabet.vocabulary.characters
        leads: dict[str, set[int]] = {}
        for word in words:
            for length, letter in enumerate(word):
                leads.setdefault(word[:length], set()).add(characters.index(letter))
        self._leads = {prefix: sorted(ids) for prefix, ids in leads.items()}

    @classmethod
    def of(
        cls, before: str, rare: RareWords, alphabet: Alphabet, *, names: Iterable[str] = ()
    ) -> "SubjectWords":
        """Return the words that the last lines of `before` have once or twice, and names that may be said."""
        said = [word for line in last_lines(before) for word in rare.said(line)]
        folded = [word.casefold() for word in said]
        words = (word for word in said if folded.count(word.casefold()) <= _TIMES)
        spelt = (name for name in names if alphabet.words(name) == [name])
        return cls(frozenset((*words, *spelt)), alphabet)

    def without(self, word: str) -> "SubjectWords":
        """Return the others."""
        return SubjectWords(self.words - {word}, self._alphabet) if word in self.words else self

    def boost(self, logits: Floats, prefix: str) -> None:
        """Make what leads on after `prefix`, the letters of a word so far, likelier in `logits`, (vocabulary,)."""
        ids = self._leads.get(prefix)
        if ids is not None:
            logits[ids] += _BOOSTS[min(len(prefix), len(_BOOSTS) - 1)]
