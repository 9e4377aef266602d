"""The cache of words, over a network's logits: what a text has said so far, and who answered whom.

A network learns how scripts are written; the name of this episode's guest it sees for the first time, and of who
talks to whom in this scene it forgets much. Words and answers come again in the same text (Kuhn and De
Mori 1990, "A cache-based natural language model"). Each context that came before makes what followed it likelier; its
opinion is added to the network's logits (Klakow 1998, "Log-linear interpolation of language models").
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from core.data.words import is_letter, is_unspaced

_HALF = 2**14  # characters; the cache knows one to two of these, so a long text takes no more than some MB
_CHARACTERS = 5  # of the context that knows no words
_LONGEST_HEAD = 40  # characters of a line in which somebody's name is looked for


class _Trust(NamedTuple):
    """How much likelier a context makes what followed it: terms of the logarithm of its odds."""

    once: float  # of what followed
    sightings: float  # for each e-fold of the times that the context was seen
    choices: float  # for each e-fold of the number of ids that followed it
    age: float  # for each e-fold of 1 + characters since that id followed, in 200


# Where the bits of held-out episodes were fewest; other series and a weaker network want the same (docs/training.md).
_TRUST = (
    _Trust(0.3, 0.0, -0.08, -0.03),  # after the last five characters
    _Trust(1.2, 0.3, -0.7, -0.17),  # after the letters of the word that is open
    _Trust(0.68, 0.23, -0.35, -0.12),  # after them and the word before
    _Trust(0.9, 0.6, -1.2, -0.07),  # after them and the two words before
    _Trust(2.4, 0.5, -1.2, -0.3),  # after the beginning of the line and who spoke before
)
# What the network's logits are multiplied by where a context is known: it expects much of the same by itself.
_NETWORK = 0.83

_TOTAL = -1  # beside the ids that followed a context: how often it was seen
_LOGS = [0.0, *(math.log(count) for count in range(1, 2 * _HALF + 2))]
_AGES = [math.log1p(age / 200) for age in range(2 * _HALF + 1)]

# What followed a context, and at which character: once, as `character << 16 | id`; or by id, with the total.
_Seen = int | dict[int, int]
_Table = dict[str | None, _Seen]

_OWN_LINES = 0.5  # what a text that the network writes itself is worth at a temperature of 1


@dataclass(frozen=True)
class Signs:
    """What the ids of a vocabulary are to words and lines."""

    letters: tuple[bool, ...]  # of words
    unspaced: tuple[bool, ...]  # each a word by itself
    newline: int  # -1 where there is none
    colon: int
    openers: frozenset[int]

    @classmethod
    def of(cls, characters: str) -> Self:
        """Return those of the characters that the ids stand for."""
        return cls(
            letters=tuple(map(is_letter, characters)),
            unspaced=tuple(map(is_unspaced, characters)),
            newline=characters.find("\n"),
            colon=characters.find(":"),
            openers=frozenset(index for index, character in enumerate(characters) if character in "[("),
        )


@dataclass(slots=True)
class _Place:
    """Where a text is: after which characters, in which word of which line, after whom."""

    recent: str = ""  # the last characters
    word: str = ""  # letters of the one that is open
    previous: str = ""  # the word before it
    earlier: str = ""  # the word before that
    speaker: str = ""  # who had the last line that names somebody
    head: str | None = ""  # of the line, as long as it may be somebody's name

    def go_on(self, character: int, signs: Signs) -> None:
        """Take in one id."""
        letter = chr(character)
        self.recent = (self.recent + letter)[-_CHARACTERS:]
        if signs.letters[character]:
            self.word += letter
        elif self.word:
            self.earlier, self.previous, self.word = self.previous, self.word, ""
        if signs.unspaced[character]:
            self.earlier, self.previous = self.previous, letter
        if character == signs.newline:
            self.earlier = self.previous = letter
            self.head = ""
        elif self.head is not None:
            if character == signs.colon:
                self.speaker, self.head = self.head, None
            elif len(self.head) == _LONGEST_HEAD or (not self.head and character in signs.openers):
                self.head = None
            else:
                self.head += letter

    def contexts(self) -> tuple[str | None, ...]:
        """Return the contexts of what comes next, in the order of `_TRUST`; None for one that there is not."""
        return (
            self.recent if len(self.recent) == _CHARACTERS else None,
            self.word or None,
            f"{self.previous} {self.word}",
            f"{self.earlier} {self.previous} {self.word}",
            None if self.head is None else f"{self.speaker}:{self.head}",
        )


class WordCache:
    """What one text has said so far: reads id after id, and mends the logits of the next one.

    A cache of what people wrote, without a temperature, has a `weight` of 1. What the network writes itself counts half
    as much, and soon less below a temperature of 1, which makes favourites likelier still: so words come again as often
    as people's (docs/training.md).
    """

    def __init__(self, signs: Signs, *, temperature: float | None = None) -> None:
        self.weight = 1.0 if temperature is None else _OWN_LINES * min(temperature, 1.0) ** 5
        self._signs = signs
        self._below: list[_Table] | None = None  # of the cache that this one is a fork of
        self._begin()

    def _begin(self) -> None:
        self._text: list[int] = []
        self._tables: list[_Table] = [{} for _ in _TRUST]
        self._now = 0  # characters read
        self._place = _Place()
        self._look_up()

    @property
    def size(self) -> int:
        """Number of contexts that are known."""
        return sum(map(len, self._tables))

    def read(self, character: int) -> None:
        """Take in one id."""
        now, is_fork = self._now, self._below is not None
        for table, context, seen in zip(self._tables, self._contexts, self._seen, strict=True):
            if seen is None:
                if context is not None:
                    table[context] = now << 16 | character
            elif isinstance(seen, int):
                table[context] = {seen & 0xFFFF: seen >> 16, _TOTAL: 1} | {character: now, _TOTAL: 2}
            else:
                own = table[context] = seen.copy() if is_fork and context not in table else seen
                own[_TOTAL] += 1
                own[character] = now
        self._now = now + 1
        self._place.go_on(character, self._signs)
        if self._below is None:
            self._text.append(character)
            if len(self._text) == 2 * _HALF:
                self._forget()
        self._look_up()

    def stand_at(self, other: Self) -> None:
        """Go on by itself from where `other`, which is no fork, is."""
        self._text = other._text.copy()
        self._tables = [
            {context: seen.copy() if isinstance(seen, dict) else seen for context, seen in table.items()}
            for table in other._tables
        ]
        self._now, self._place = other._now, replace(other._place)
        self._look_up()

    def fork(self) -> "WordCache":
        """Return a cache that goes on from here by itself, as long as this one reads nothing."""
        fork = WordCache(self._signs)
        fork.weight, fork._below = self.weight, self._tables  # of its own kind
        fork._now, fork._place = self._now, replace(self._place)
        fork._look_up()
        return fork

    def mend(self, logits: npt.NDArray[np.float32]) -> None:
        """Put the cache's share into the network's `logits`, (vocabulary,), in place."""
        shares: dict[int, float] = {}
        now = self._now
        for seen, (once, sightings, choices, age) in zip(self._seen, _TRUST, strict=True):
            if seen is None:
                continue
            if isinstance(seen, int):
                character = seen & 0xFFFF
                shares[character] = shares.get(character, 0.0) + once + age * _AGES[now - (seen >> 16)]
                continue
            common = once + sightings * _LOGS[seen[_TOTAL]] + choices * _LOGS[len(seen) - 1]
            for character, when in seen.items():
                shares[character] = shares.get(character, 0.0) + common + age * _AGES[now - when]
        if not shares:
            return
        shares.pop(_TOTAL, None)
        weight = self.weight
        logits *= np.float32(1 - weight * (1 - _NETWORK))
        for character, share in shares.items():
            logits[character] += weight * share

    def _look_up(self) -> None:
        """Find what followed each context of what comes next."""
        self._contexts = self._place.contexts()
        tables = zip(self._tables, self._contexts, strict=True)
        self._seen = [table.get(context) for table, context in tables]  # no table knows None
        if self._below is not None:
            below = zip(self._below, self._contexts, self._seen, strict=True)
            self._seen = [table.get(context) if seen is None else seen for table, context, seen in below]

    def _forget(self) -> None:
        """Keep what the last half of the text says."""
        half = self._text[_HALF:]
        self._begin()
        for character in half:
            self.read(character)
