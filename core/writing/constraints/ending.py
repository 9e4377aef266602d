"""Ending: the length is reached where a line or a sentence ends, after a heading at the next one; brackets close."""

from typing import Self

import numpy as np

from core.config import END_OF_EPISODE
from core.data.words import Alphabet, Row
from core.writing.constraints.base import Forks, copy_state
from core.writing.constraints.form import CLOSING, FormConstraint

GRACE = 80  # characters beyond the length in which the model may find an end itself
MOST_BEYOND = 200  # characters beyond the length; no scene is longer
LONGEST_WORD = 40  # characters
_LONGEST_BRACKET = 400  # characters
_DEEPEST = 3  # brackets in brackets
_MARKS = ".!?\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964"
_QUOTES = "\"')]}\u201d\u2019\u00bb\u300d"  # may stand between a sentence's mark and its end


class EndingConstraint:
    """How far the scene is from an end, which it seeks when as many new characters stand there as are asked for.

    Up to then it only keeps a line from ending within brackets. From `GRACE` characters beyond the length it brings
    the end about: the word ends, the bracket closes, a full stop follows.
    """

    def __init__(self, alphabet: Alphabet, *, form: FormConstraint | None = None) -> None:
        known = alphabet.vocabulary.characters
        self._length = 0
        self._form = form
        self._written = 0
        self._spaced = alphabet.letters.tolist()
        self._hyphen = alphabet.hyphen
        self._letters: Row = alphabet.letters | alphabet.unspaced
        self._is_letter = self._letters.tolist()
        self._marks = alphabet.row(_MARKS)
        self._quotes = alphabet.row(_QUOTES)
        self._newline = known.find("\n")
        self._end = known.find(END_OF_EPISODE)
        self._opens_heading = known.find("[")
        self._closers = {
            known.index(opener): known.index(closer)
            for opener, closer in CLOSING.items()
            if opener in known and closer in known
        }
        self._is_closer = {known.index(closer) for closer in CLOSING.values() if closer in known}
        self._everything = np.ones(len(known), dtype=np.bool_)
        self._open: list[int] = []  # the closers still to come
        self._since = 0  # characters since the outermost bracket opened
        self._word = 0  # characters of the word so far
        self._sentence = False  # whether the text is a whole sentence here
        self._closed = False  # whether a bracket has just closed
        self._fresh_line = True  # whether the text ends with a line break
        self._said = False  # whether a line has begun that is no heading

    def begin(self, length: int) -> None:
        """Count `length` characters from here: what was read so far is not the scene's own."""
        self._length = length
        self._written = 0
        self._said = not self._fresh_line

    def read(self, character: int) -> None:
        """Take in one id of the text."""
        self._written += 1
        self._since += 1
        is_break = character in (self._newline, self._end)
        if self._fresh_line and not is_break and character != self._opens_heading:
            self._said = True
        self._fresh_line = is_break
        if character == self._end:
            self._open.clear()
        self._closed = bool(self._open) and character == self._open[-1]
        if self._closed:
            self._open.pop()
        elif character in self._closers and len(self._open) < _DEEPEST:
            if not self._open:
                self._since = 0
            self._open.append(self._closers[character])
        # A hyphen may have to be followed by no letter; then the word is whole with it.
        goes_on = self._is_letter[character] or (self._word and character == self._hyphen)
        self._word = self._word + 1 if goes_on else 0
        if self._marks[character]:
            self._sentence = True
        elif not self._quotes[character]:
            self._sentence = False

    def fork(self, forks: Forks) -> Self:
        """Return one that goes on from here by itself."""
        return copy_state(self, _form=forks.of(self._form), _open=self._open.copy())

    @property
    def done(self) -> bool:
        """Whether the scene ends here, whatever would follow."""
        beyond = self._written - self._length
        if beyond < 0:
            return False
        if beyond >= MOST_BEYOND or (self._fresh_line and self._said):
            return True
        return beyond >= GRACE and not self._open and (self._sentence or self._closed)

    def stops_before(self, character: int) -> bool:
        """Return whether the scene ends here because this id, which is not read, would follow."""
        if self._written < self._length or self._open or not self._said:
            return False
        if character == self._newline:
            return self._form is None or not self._form.naming
        return self._sentence and not (
            self._spaced[character] or self._marks[character] or self._quotes[character]
        )

    def permits(self, character: int) -> bool:
        """Return whether this id may follow."""
        if not self._open and self._written < self._length + GRACE:
            return True
        return bool(self.allowed(character)[character])

    def allowed(self, refused: int) -> Row:  # noqa: ARG002  # it does not matter here
        """Return which ids may follow."""
        if self._written >= self._length + GRACE or (self._open and self._since > _LONGEST_BRACKET):
            return self._closing()
        if not self._open:
            return self._everything
        row = self._everything.copy()
        row[[character for character in (self._newline, self._end) if character >= 0]] = False
        if len(self._open) == _DEEPEST:
            row[list(self._closers)] = False
        return row

    def refuses(self, character: int) -> bool:
        """Return whether this id would close what no bracket has opened."""
        return character in self._is_closer and not (self._open and character == self._open[-1])

    def unrefused(self) -> Row:
        """Return which ids close nothing but the innermost bracket."""
        row = self._everything.copy()
        row[list(self._is_closer)] = False
        if self._open:
            row[self._open[-1]] = True
        return row

    def _closing(self) -> Row:
        """Return what leads to an end: letters to end the word, then the bracket, then a mark or a line's end."""
        row = np.zeros(len(self._letters), dtype=np.bool_)
        if self._open:
            row[self._open[-1]] = True
        elif self._marks.any():
            row |= self._marks
        elif self._newline >= 0:
            row[self._newline] = True
        if self._open and (self._sentence or self._closed):
            return row
        if self._word:
            return row | self._letters if self._word < LONGEST_WORD else row
        return self._letters if self._letters.any() else row
