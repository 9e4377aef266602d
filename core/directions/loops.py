"""No loops: a long run of words does not come again within some pages."""

from collections import deque

import numpy as np

from core.words import Alphabet, Row

RUN = 8  # words; one human page of 400 words in thirty has a run of eight twice
RUN_OF_LETTERS = 24  # the same where no spaces stand between words
WITHIN = 400  # words
_SAME = 6  # times one sign may stand in a row; for letters and digits that is the spelling's business


class NoLoops:
    """The last words, and what followed each run of words.

    After seven words that stood there before, the next one begins with another letter than last time. A letter is
    early enough to leave the model a choice of words; the first word of a line is let be where it is a speaker's.
    """

    def __init__(self, alphabet: Alphabet, *, named_lines: bool) -> None:
        self._letters = alphabet.letters.tolist()
        self._unspaced = alphabet.unspaced.tolist()
        self._folded = alphabet.folded
        self._fold = np.array(self._folded)
        self._named_lines = named_lines
        run = RUN_OF_LETTERS if alphabet.unspaced.sum() > alphabet.letters.sum() else RUN
        self._newline = alphabet.vocabulary.characters.find("\n")
        self._everything = np.ones(len(self._letters), dtype=np.bool_)
        self._last: deque[int] = deque(maxlen=run - 1)  # hashes of the last words
        self._follower: dict[tuple[int, ...], dict[int, int]] = {}  # run -> folded first letter -> when
        self._words = 0
        self._word = 0  # hash of the word so far; 0 outside
        self._banned: dict[int, int] | None = None  # first letters, before a word
        self._line_start = True
        self._previous = -1
        self._same = 0

    def read(self, character: int) -> None:
        """Take in one id of the text."""
        self._same = self._same + 1 if character == self._previous else 1
        self._previous = character
        folded = self._folded[character]
        if self._letters[character]:
            if not self._word:
                self._begin_word(folded)
            self._word = (self._word * 1_000_003 + folded + 1) & 0xFFFF_FFFF_FFFF
        else:
            if self._word:
                self._end_word()
            if self._unspaced[character]:
                self._begin_word(folded)
                self._word = folded + 1
                self._end_word()
            elif character == self._newline:
                self._line_start = True

    def permits(self, character: int) -> bool:
        """Return whether this id may follow."""
        if self._same >= _SAME and character == self._previous:
            return bool(self._letters[character])
        return not (self._banned and not self._word and self._bans(character))

    def allowed(self, refused: int) -> Row:  # noqa: ARG002  # it does not matter here
        """Return which ids may follow."""
        stuck = self._same >= _SAME and not self._letters[self._previous]
        if not stuck and (not self._banned or self._word):
            return self._everything
        row = self._everything.copy()
        if stuck:
            row[self._previous] = False
        if self._banned and not self._word and not (self._line_start and self._named_lines):
            recent = [first for first, when in self._banned.items() if self._words - when <= WITHIN]
            row &= ~np.isin(self._fold, recent)
        return row

    def _bans(self, character: int) -> bool:
        if self._line_start and self._named_lines:
            return False
        when = (self._banned or {}).get(self._folded[character])
        return when is not None and self._words - when <= WITHIN

    def _begin_word(self, folded: int) -> None:
        if len(self._last) == self._last.maxlen:
            self._follower.setdefault(tuple(self._last), {})[folded] = self._words
        self._line_start = False

    def _end_word(self) -> None:
        self._last.append(self._word)
        self._words += 1
        self._word = 0
        self._banned = self._follower.get(tuple(self._last)) if len(self._last) == self._last.maxlen else None
