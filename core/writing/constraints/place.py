"""Place: the scene opens under a heading, which the model reads before it writes, and changes to known places alone."""

from collections.abc import Sequence
from typing import Self

import numpy as np

from core.config import END_OF_EPISODE
from core.data.cleaning import clean_line
from core.data.vocabulary import Vocabulary
from core.data.words import Row
from core.errors import PromptError
from core.writing.constraints.base import Forks, copy_state
from core.writing.constraints.word_lists.lexicon import Lexicon, Node

LONGEST_PLACE = 60  # characters


class PlaceConstraint:
    """Headings are those of the corpus: a small network invents places that are nowhere.

    A heading that was quoted may be another one.
    """

    def __init__(self, places: Lexicon, vocabulary: Vocabulary) -> None:
        """`places` have the bracket that closes their heading."""
        known = vocabulary.characters
        self._places = places
        self._opener = known.find("[")
        self._line_ends = {known.find("\n"), known.find(END_OF_EPISODE)}
        self._everything = np.ones(len(known), dtype=np.bool_)
        self._at_start = True  # of a line
        self._node: Node | None = None  # in a heading of the list

    def read(self, character: int) -> None:
        """Take in one id of the text."""
        if self._node is not None:
            self._node = self._places.step(self._node, character)
        elif self._at_start and character == self._opener:
            self._node = self._places.root
        if self._node is not None and not self._node.children:
            self._node = None
        self._at_start = character in self._line_ends

    def fork(self, forks: Forks) -> Self:  # noqa: ARG002  # it asks no other
        """Return one that goes on from here by itself."""
        return copy_state(self)

    def permits(self, character: int) -> bool:
        """Return whether this id may follow."""
        return self._node is None or character in self._node.children

    def allowed(self, refused: int) -> Row:  # noqa: ARG002  # it does not matter here
        """Return which ids may follow."""
        return self._everything if self._node is None else self._places.row(self._node)


def open_under(place: str, line: str, *, vocabulary: Vocabulary) -> str:
    r"""Return `line` under the heading `place`: `"Quark's"`, `"ODO: So"` -> `"[Quark's]\n\nODO: So"`.

    A line that stands under it already gets no second one.

    Raises:
        PromptError: no name of a place is left of it, or the line stands under another one.
    """
    name = clean_place(place, vocabulary=vocabulary)
    brackets = "[" in vocabulary.characters and "]" in vocabulary.characters
    heading = f"[{name}]" if brackets else name
    first, newline, rest = line.partition("\n")
    if first.strip() == heading:
        line = rest.lstrip("\n") if newline else ""
        first = ""
    if brackets and first.startswith("["):
        raise PromptError(
            "The line stands under a heading of its own, {heading}; leave out the place or that heading.",
            heading=first[:LONGEST_PLACE],
        )
    break_ = "\n\n" if "\n" in vocabulary.characters else " "
    return heading + break_ + line


def clean_place(place: str, *, vocabulary: Vocabulary, places: Sequence[str] = ()) -> str:
    """Return the name of a place in the model's characters; one of the corpus's `places` is found in any capitals.

    Raises:
        PromptError: it is empty, too long, or in other characters alone.
    """
    plain = " ".join(clean_line(place).replace("\n", " ").split()).strip("[] ")
    if len(plain) > LONGEST_PLACE:
        raise PromptError(
            "The place has {length:,} characters; a heading has at most {most}, such as Quark's.",
            length=len(plain),
            most=LONGEST_PLACE,
        )
    known = {heading.casefold(): heading for heading in reversed(places)}
    plain = known.get(plain.casefold(), plain)
    name = " ".join(vocabulary.spell(plain).text.translate({ord(sign): " " for sign in "[]\n\x03"}).split())
    if not any(character.isalnum() for character in name):
        raise PromptError(
            "No name is left of the place; write one such as Quark's, in letters the model knows."
        )
    return name
