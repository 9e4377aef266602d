"""What a word is, in any alphabet: a run of letters, marks, digits and apostrophes, with single hyphens inside.

Scripts that put no spaces between words (Chinese, Thai, ...) have no words here: each of their letters stands alone.
"""

import re
import unicodedata
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.data.vocabulary import Vocabulary

HYPHEN = "-"
_IN_WORDS = "'\u2019\u200c\u200d"  # apostrophes, and the joiners of Persian and Hindi
_UNSPACED = (
    "CJK",
    "HIRAGANA",
    "KATAKANA",
    "BOPOMOFO",
    "YI SYLLABLE",
    "THAI",
    "LAO",
    "KHMER",
    "MYANMAR",
    "TIBETAN",
    "JAVANESE",
    "BALINESE",
)

Row = npt.NDArray[np.bool_]  # (vocabulary,)


def is_letter(character: str) -> bool:
    """Return whether words consist of such characters: letters, marks, digits, apostrophes."""
    return (unicodedata.category(character)[0] in "LMN" or character in _IN_WORDS) and not is_unspaced(
        character
    )


def is_unspaced(character: str) -> bool:
    """Return whether the character belongs to a script that puts no spaces between words."""
    return unicodedata.category(character)[0] in "LMN" and unicodedata.name(character, "").startswith(
        _UNSPACED
    )


class Alphabet:
    """A vocabulary's characters by what they are to a word: rows of booleans by id, and words found in a text."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.letters: Row = np.array([is_letter(character) for character in vocabulary.characters])
        self.unspaced: Row = np.array([is_unspaced(character) for character in vocabulary.characters])
        self.hyphen = vocabulary.characters.find(HYPHEN)  # -1 where there is none

    @cached_property
    def folded(self) -> list[int]:
        """The id of each character in lower case, where the vocabulary has that."""
        characters = self.vocabulary.characters
        known = {character: index for index, character in enumerate(characters)}
        return [known.get(character.lower(), index) for index, character in enumerate(characters)]

    def row(self, characters: str) -> Row:
        """Return which ids are among `characters`."""
        return np.array([character in characters for character in self.vocabulary.characters])

    def words(self, text: str) -> list[str]:
        """Return the words of `text` as they stand. Example: `"I'm late -- so-so."` has I'm, late, so-so."""
        return self._word.findall(text)

    def tokens(self, text: str) -> list[str]:
        """Return the words, and letters of unspaced scripts, in lower case and without quotes around them."""
        found = (word.casefold().strip(_IN_WORDS + HYPHEN) for word in self._token.findall(text))
        return [token for token in found if token]

    @cached_property
    def _word(self) -> re.Pattern[str]:
        letters = self._set(self.letters)
        return re.compile(f"{letters}+(?:{HYPHEN}{letters}+)*")

    @cached_property
    def _token(self) -> re.Pattern[str]:
        return re.compile(f"{self._word.pattern}|{self._set(self.unspaced)}")

    def _set(self, row: Row) -> str:
        members = "".join(
            character for character, member in zip(self.vocabulary.characters, row, strict=True) if member
        )
        return f"[{re.escape(members)}]" if members else "(?!)"
