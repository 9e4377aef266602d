"""Form: a line starts as lines of the corpus do, with a speaker, a direction, a heading or, in prose, a first word."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

import numpy as np

from core.config import END_OF_EPISODE
from core.data.words import Alphabet, Row
from core.writing.constraints.base import Forks, copy_state
from core.writing.constraints.word_lists.lexicon import Lexicon, Node

CLOSING = {"(": ")", "[": "]", "{": "}"}
TAG_CLOSES = 20, 30  # characters after which a tag ("[on viewscreen]") has to come to its end, and has one
LEAD_CLOSES = {"(": (300, 340), "[": (40, 56), "{": (300, 340)}  # the same for a line in brackets


@dataclass(frozen=True)
class Shape:
    """How the lines of a corpus look."""

    openers: str = ""  # brackets with which lines start
    alone: str = ""  # those of them with whose end the line ends
    tags: str = ""  # brackets that stand between a speaker and the colon
    blank_lines: int = 1  # in a row
    speech_follows: bool = True  # "NAME: text", never "NAME:" alone on its line
    turns: bool = False  # nobody has two lines one after the other


class _At(Enum):
    START = auto()  # of a line
    NAME = auto()  # in a speaker's name or a first word
    TAG = auto()  # in brackets after a name
    TAGGED = auto()  # behind them
    COLON = auto()
    SPEECH = auto()  # after the space that follows the colon
    LEAD = auto()  # in brackets that started the line
    LED = auto()  # behind them
    REST = auto()


class FormConstraint:
    """Where in a line the text stands.

    A line that somebody quoted may start otherwise; then the form begins with the next one. With a cast, no colon
    stands but after a name, so that nobody speaks in the middle of another's line.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        shape: Shape,
        *,
        names: Lexicon,
        starts: Lexicon | None = None,
        strict: bool = False,
    ) -> None:
        known = alphabet.vocabulary.characters
        self._alphabet = alphabet
        self._shape = shape
        self._names = names
        self._starts = starts or Lexicon((), alphabet.vocabulary)
        self._letters = alphabet.letters.tolist()
        self._newline = known.find("\n")
        self._space = known.find(" ")
        self._colon = known.find(":")
        self._end = known.find(END_OF_EPISODE)
        self._openers = {known.index(opener): opener for opener in shape.openers if opener in known}
        self._tags = {known.index(opener): opener for opener in shape.tags if opener in known}
        self._everything = np.ones(len(known), dtype=np.bool_)
        self._inside = self._without(self._newline, self._end, *(known.find(opener) for opener in CLOSING))
        self._rest = self._without(self._colon) if strict else self._everything
        self._led = self._only(self._newline, self._end)
        self._first = self._without(self._space, self._newline, self._end)
        self._at = _At.START
        self._blank_lines = shape.blank_lines  # none before an episode's first line
        self._since = 0  # characters in brackets
        self._in_word = False
        self._opener = ""
        self._closer = -1
        self._name: Node | None = None
        self._start: Node | None = None
        self._spaced = False  # after a whole name and a space: a tag may follow
        self._tagged = False  # a tag was there already: of a second one, only "(quietly)" may follow "[OC]"
        self._free = False  # after a whole first word, which may also be the beginning of a name

    @property
    def naming(self) -> bool:
        """Whether the next character belongs to a line's start, so that spelling has no say in it."""
        return self._at is _At.START or (self._at is _At.NAME and not self._free)

    def read(self, character: int) -> None:  # noqa: C901, PLR0912  # one case for each place in a line
        """Take in one id of the text."""
        at = self._at
        if character == self._end:
            self._begin_line(blank_lines=self._shape.blank_lines)
        elif at is _At.REST or at is _At.LED:
            if character == self._newline:
                self._begin_line(blank_lines=0)
        elif character == self._newline:
            self._begin_line(blank_lines=self._blank_lines + 1 if at is _At.START else 0)
        elif at is _At.START:
            self._begin(character)
        elif at is _At.NAME:
            self._read_name(character)
        elif at is _At.TAG or at is _At.LEAD:
            self._since += 1
            self._in_word = self._letters[character]
            if character == self._closer:
                tail = _At.LED if self._opener in self._shape.alone else _At.REST
                self._at = _At.TAGGED if at is _At.TAG else tail
        elif at is _At.TAGGED:
            if character == self._colon:
                self._at = _At.COLON
            elif character == self._space:
                self._at, self._name, self._start, self._spaced = _At.NAME, None, None, True
                self._tagged = True
            else:
                self._at = _At.REST
        elif at is _At.COLON:
            self._at = _At.SPEECH if character == self._space else _At.REST
        else:
            self._at = _At.REST

    def fork(self, forks: Forks) -> Self:  # noqa: ARG002  # it asks no other
        """Return one that goes on from here by itself."""
        return copy_state(self)

    def permits(self, character: int) -> bool:
        """Return whether this id may follow."""
        if self._at is _At.REST:
            return bool(self._rest[character])
        return bool(self.allowed(character)[character])

    def allowed(self, refused: int) -> Row:  # noqa: PLR0911  # one case for each place in a line
        """Return which ids may follow; in place of a speaker's initial, other initials alone."""
        at = self._at
        if at is _At.REST:
            return self._rest
        if at is _At.START:
            return self._starting(refused)
        if at is _At.NAME:
            return self._naming()
        if at is _At.TAG:
            return self._bracketed(*TAG_CLOSES)
        if at is _At.TAGGED:
            return self._only(
                self._colon, self._space if self._opener == "[" and "(" in self._shape.tags else -1
            )
        if at is _At.COLON:
            return self._only(self._space) if self._shape.speech_follows and self._space >= 0 else self._rest
        if at is _At.SPEECH:
            return self._rest & self._first if self._shape.speech_follows else self._rest
        if at is _At.LEAD:
            return self._bracketed(*LEAD_CLOSES[self._opener])
        return self._led

    def _begin_line(self, *, blank_lines: int) -> None:
        self._at = _At.START
        self._blank_lines = blank_lines

    def _begin(self, character: int) -> None:
        if character in self._openers:
            self._at = _At.LEAD
            self._enter(self._openers[character])
            return
        self._name = self._names.step(self._names.root, character)
        self._start = self._starts.step(self._starts.root, character)
        self._spaced = self._tagged = self._free = False
        self._at = _At.REST if self._name is None and self._start is None else _At.NAME

    def _read_name(self, character: int) -> None:
        if self._spaced and character in self._tags:
            self._at = _At.TAG
            self._enter(self._tags[character])
            return
        name, start = self._name, self._start
        if character == self._colon and name is not None and name.ends:
            self._at = _At.COLON
            return
        self._spaced = character == self._space and name is not None and name.ends and bool(self._tags)
        self._name = self._names.step(name, character) if name is not None else None
        if start is not None:
            self._free = self._free or (start.ends and not self._letters[character])
            self._start = self._starts.step(start, character)
        if self._name is None and not self._spaced and (self._free or self._start is None):
            self._at = _At.REST

    def _enter(self, opener: str) -> None:
        self._since = 0
        self._in_word = False
        self._opener = opener
        self._closer = self._alphabet.vocabulary.characters.find(CLOSING[opener])

    def _starting(self, refused: int) -> Row:
        row = self._names.row(self._names.root) | self._starts.row(self._starts.root)
        if self._letters[refused] and row.any():
            return row  # somebody was to speak, only not who may: another name, not a direction instead
        row[list(self._openers)] = True
        if self._newline >= 0:
            row[self._newline] = self._blank_lines < self._shape.blank_lines
        return row

    def _naming(self) -> Row:
        if self._free:
            return self._rest
        row = np.zeros(len(self._letters), dtype=np.bool_)
        if self._spaced:
            row[[tag for tag, opener in self._tags.items() if opener == "(" or not self._tagged]] = True
        if self._name is not None:
            row[list(self._name.children)] = True
            if self._name.ends:
                row[[self._colon, *([self._space] if self._tags and self._space >= 0 else [])]] = True
        if self._start is not None:
            row[list(self._start.children)] = True
            if self._start.ends:
                row |= ~self._alphabet.letters
        return row

    def _bracketed(self, soft: int, hard: int) -> Row:
        """Return what may stand in brackets that have to close: soon, a word at most; then at once."""
        if self._closer < 0:
            return self._inside
        closer = self._only(self._closer)
        if self._since >= hard:
            return closer
        if self._since >= soft:
            return closer | self._alphabet.letters if self._in_word else closer
        return self._inside & ~closer if self._since == 0 else self._inside

    def _only(self, *ids: int) -> Row:
        row = np.zeros(len(self._letters), dtype=np.bool_)
        row[[character for character in ids if character >= 0]] = True
        return row

    def _without(self, *ids: int) -> Row:
        row = np.ones(len(self._letters), dtype=np.bool_)
        row[[character for character in ids if character >= 0]] = False
        return row
