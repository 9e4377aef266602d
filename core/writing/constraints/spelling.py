"""Spelling: every word is one of a list, whole and in the same capitals."""

from typing import Self

import numpy as np

from core.data.words import Alphabet, Row
from core.writing.constraints.base import Forks, copy_state
from core.writing.constraints.form import FormConstraint
from core.writing.constraints.word_lists.lexicon import Lexicon, Node


class SpellingConstraint:
    """Where in which word of the list the text stands.

    A speaker's name at a line's start is the business of `form`: a cast may have names that the corpus has not. A
    word that is wrong already, in a line that somebody quoted, may only end.
    """

    def __init__(self, lexicon: Lexicon, alphabet: Alphabet, *, form: FormConstraint | None = None) -> None:
        self._lexicon = lexicon
        self._form = form
        self._letters = alphabet.letters.tolist()
        self._hyphen = alphabet.hyphen
        self._others: Row = ~alphabet.letters
        self._everything = np.ones(len(self._letters), dtype=np.bool_)
        self._in_word = False
        self._node: Node | None = None  # in a word: None if it is not in the list
        self._after_hyphen = False  # directly after a hyphen inside a word
        self._whole = False  # then whether the word before the hyphen may stand alone

    def read(self, character: int) -> None:
        """Take in one id of the text."""
        if self._letters[character]:
            if not self._in_word:
                self._node = self._lexicon.step(self._lexicon.root, character)
            elif self._node is not None:
                self._node = self._lexicon.step(self._node, character)
            self._in_word = True
            self._after_hyphen = False
        elif character == self._hyphen and self._in_word and not self._after_hyphen:
            self._whole = self._node is None or self._node.ends
            self._node = self._lexicon.step(self._node, character) if self._node is not None else None
            self._after_hyphen = True
        else:
            self._in_word = self._after_hyphen = False

    def fork(self, forks: Forks) -> Self:
        """Return one that goes on from here by itself."""
        return copy_state(self, _form=forks.of(self._form))

    def permits(self, character: int) -> bool:
        """Return whether this id may follow."""
        if self._form is not None and self._form.naming:
            return True
        if not self._in_word:
            return not self._letters[character] or character in self._lexicon.root.children
        node = self._node
        if node is not None and character in node.children:
            return True
        if self._letters[character]:
            return False
        return self._whole if self._after_hyphen else node is None or node.ends

    def allowed(self, refused: int) -> Row:  # noqa: ARG002  # it does not matter here
        """Return which ids may follow."""
        if self._form is not None and self._form.naming:
            return self._everything
        if not self._in_word:
            return self._others | self._lexicon.row(self._lexicon.root)
        ends = self._whole if self._after_hyphen else self._node is None or self._node.ends
        if self._node is None:
            return self._others
        return self._lexicon.row(self._node) | self._others if ends else self._lexicon.row(self._node)
