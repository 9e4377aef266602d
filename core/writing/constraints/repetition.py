"""No loops: a long run of words does not come again within a page, nor a shorter one at once or again and again."""

from collections import deque
from typing import Self

import numpy as np

from core.data.words import Alphabet, Row
from core.writing.constraints.base import Forks, copy_state

# Words in a row, how often they may stand, and within how many words: a page, or a line or two. People go beyond
# that about once in 6,000 characters.
LIMITS = ((8, 1, 400), (6, 2, 400), (4, 3, 400), (5, 1, 20))
LETTERS_A_WORD = 3  # by which runs are longer where no spaces stand between words
_SAME = 6  # times one sign may stand in a row; for letters and digits that is the spelling's business


class RepetitionConstraint:
    """The last words, and what followed each run of words.

    After seven words that stood there before, the next one begins with another letter than last time; after three
    that stood there three times with words of the same letter behind them, too. A letter is early enough to leave the
    model a choice of words; the first word of a line is let be where it is a speaker's.
    """

    def __init__(self, alphabet: Alphabet, *, named_lines: bool) -> None:
        self._letters = alphabet.letters.tolist()
        self._unspaced = alphabet.unspaced.tolist()
        self._folded = alphabet.folded
        self._fold = np.array(self._folded)
        self._named_lines = named_lines
        factor = LETTERS_A_WORD if alphabet.unspaced.sum() > alphabet.letters.sum() else 1
        self._runs = [_Runs(factor * run, times, factor * within) for run, times, within in LIMITS]
        self._newline = alphabet.vocabulary.characters.find("\n")
        self._everything = np.ones(len(self._letters), dtype=np.bool_)
        self._words = 0
        self._word = 0  # hash of the word so far; 0 outside
        self._banned: set[int] = set()  # folded first letters, before a word
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

    def fork(self, forks: Forks) -> Self:  # noqa: ARG002  # it asks no other
        """Return one that goes on from here by itself."""
        return copy_state(self, _runs=[runs.fork() for runs in self._runs])

    def permits(self, character: int) -> bool:
        """Return whether this id may follow."""
        if self._same >= _SAME and character == self._previous:
            return bool(self._letters[character])
        return not (self._banned and not self._word and self._bans(character))

    def allowed(self, refused: int) -> Row:  # noqa: ARG002  # it does not matter here
        """Return which ids may follow."""
        stuck = self._same >= _SAME and not self._letters[self._previous]
        banned = self._banned and not self._word and not (self._line_start and self._named_lines)
        if not stuck and not banned:
            return self._everything
        row = self._everything.copy()
        if stuck:
            row[self._previous] = False
        if banned:
            row &= ~np.isin(self._fold, list(self._banned))
        return row

    def _bans(self, character: int) -> bool:
        if self._line_start and self._named_lines:
            return False
        return self._folded[character] in self._banned

    def _begin_word(self, folded: int) -> None:
        for runs in self._runs:
            runs.begin_word(folded, self._words)
        self._line_start = False

    def _end_word(self) -> None:
        self._words += 1
        self._banned = set()
        for runs in self._runs:
            self._banned |= runs.end_word(self._word, self._words)
        self._word = 0


_Followers = dict[tuple[int, ...], dict[int, list[int]]]  # run -> first letter -> last times


class _Runs:
    """Which runs of so many words stood there, and when."""

    def __init__(self, run: int, times: int, within: int) -> None:
        self._times = times
        self._within = within
        self._last: deque[int] = deque(maxlen=run - 1)  # hashes of the last words
        self._followers: _Followers = {}
        self._earlier: tuple[
            _Followers, ...
        ] = ()  # in a fork: up to where it began, the last first; not its own

    def fork(self) -> "_Runs":
        """Return one that goes on from here by itself."""
        forked = _Runs((self._last.maxlen or 0) + 1, self._times, self._within)
        forked._last = self._last.copy()
        forked._earlier = (self._followers, *self._earlier)
        return forked

    def begin_word(self, folded: int, now: int) -> None:
        """Take in that the next word begins with this letter, after `now` words."""
        if len(self._last) == self._last.maxlen:
            run = tuple(self._last)
            followers = self._followers.get(run)
            if followers is None:
                followers = {letter: whens.copy() for letter, whens in self._find_earlier(run).items()}
                self._followers[run] = followers
            whens = followers.setdefault(folded, [])
            whens.append(now)
            del whens[: -self._times]

    def end_word(self, word: int, now: int) -> set[int]:
        """Take in a word's hash, and return the letters with which the next one would be once too often."""
        self._last.append(word)
        if len(self._last) < (self._last.maxlen or 0):
            return set()
        run = tuple(self._last)
        followers = self._followers.get(run) or self._find_earlier(run)
        return {
            folded
            for folded, whens in followers.items()
            if len(whens) == self._times and now - whens[0] <= self._within
        }

    def _find_earlier(self, run: tuple[int, ...]) -> dict[int, list[int]]:
        for followers in self._earlier:
            if run in followers:
                return followers[run]
        return {}
