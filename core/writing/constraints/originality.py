"""Originality kept: no more than so many words in a row as they stand in the corpus."""

from collections import deque
from typing import Self

import numpy as np
import numpy.typing as npt

from core.data.words import Alphabet, Row
from core.writing.constraints.base import Forks, copy_state
from core.writing.constraints.form import FormConstraint
from core.writing.constraints.word_lists.lexicon import Lexicon, Node
from core.writing.constraints.word_lists.run_filter import (
    RunFilter,
    hash_run,
    hash_runs_after,
    hash_token,
    hash_tokens,
)


class WordHashes:
    """The hash of each word of a lexicon, and of each letter that stands alone; made once for many scenes."""

    def __init__(self, lexicon: Lexicon, alphabet: Alphabet) -> None:
        self.words = hash_tokens([_token(alphabet, word) for word in lexicon.words])
        self.signs = hash_tokens([character.casefold() for character in alphabet.vocabulary.characters])


class OriginalityConstraint:
    """How many words up to here stand in the corpus, and which next one would be one too many.

    Once the limit is reached, every word that would go on as the corpus does is closed: its last letter is not
    followed by its end, and a prefix that leads to nothing else is not entered. A new line waits, where it would
    begin with a name that goes on, too.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        lexicon: Lexicon,
        runs: RunFilter,
        hashes: WordHashes,
        *,
        limit: int,
        form: FormConstraint | None = None,
    ) -> None:
        self._alphabet = alphabet
        self._lexicon = lexicon
        self._runs = runs
        self._hashes = hashes
        self._hits_at_limit = max(1, limit - runs.run + 1)
        self._form = form
        self._characters = alphabet.vocabulary.characters
        self._letters = alphabet.letters.tolist()
        self._unspaced = alphabet.unspaced.tolist()
        self._newline = self._characters.find("\n")
        self._everything = np.ones(len(self._letters), dtype=np.bool_)
        self._last: deque[int] = deque(maxlen=runs.run - 1)
        self._hits = 0  # in a row, up to the last word
        self._word: list[int] = []
        self._node: Node | None = None
        self._hyphen = False
        self._closed: npt.NDArray[np.intp] | None = None  # positions of words in the list, at the limit
        self._closed_signs: Row = ~self._everything

    def read(self, character: int) -> None:
        """Take in one id of the text."""
        if self._letters[character]:
            if self._word:
                self._node = self._lexicon.step(self._node, character) if self._node is not None else None
            else:
                self._node = self._lexicon.step(self._lexicon.root, character)
            self._word.append(character)
            self._hyphen = False
            return
        if not self._word and not self._unspaced[character]:
            return
        if character == self._alphabet.hyphen and self._word and not self._hyphen:
            self._node = self._lexicon.step(self._node, character) if self._node is not None else None
            self._word.append(character)
            self._hyphen = True
            return
        if self._word:
            word = "".join(self._characters[index] for index in self._word)
            self._word = []
            self._hyphen = False
            self._end_token(_token(self._alphabet, word))
        if self._unspaced[character]:
            self._end_token(self._characters[character].casefold())

    def fork(self, forks: Forks) -> Self:
        """Return one that goes on from here by itself."""
        return copy_state(self, _form=forks.of(self._form), _last=self._last.copy(), _word=self._word.copy())

    def permits(self, character: int) -> bool:
        """Return whether this id may follow."""
        return self._closed is None or bool(self.allowed(character)[character])

    def allowed(self, refused: int) -> Row:  # noqa: ARG002  # it does not matter here
        """Return which ids may follow."""
        if self._closed is None or (self._form is not None and self._form.naming):
            return self._everything
        row = ~self._closed_signs
        if self._newline >= 0 and self._form is not None:
            row[self._newline] = False
        node = self._node if self._word else self._lexicon.root
        if node is None:
            return row
        if self._word and node.ends and self._is_closed(node.first, node.first + 1):
            row &= self._alphabet.letters
        for character in list(node.children):
            child = node.children[character]
            first, last = (child.first, child.last) if isinstance(child, Node) else child
            if self._is_closed(first, last):
                row[character] = False
        return row

    def _is_closed(self, first: int, last: int) -> bool:
        """Return whether all words from `first` to `last` - 1 are closed."""
        if self._closed is None:
            return False
        low, high = np.searchsorted(self._closed, (first, last))
        return bool(high - low == last - first)

    def _end_token(self, token: str) -> None:
        if not token:
            return
        word = hash_token(token)
        whole = len(self._last) == self._last.maxlen
        self._hits = self._hits + 1 if whole and self._runs.contains_one(hash_run((*self._last, word))) else 0
        self._last.append(word)
        if self._hits < self._hits_at_limit:
            self._closed = None
            return
        words = tuple(self._last)
        self._closed = np.flatnonzero(self._runs.contains(hash_runs_after(words, self._hashes.words)))
        self._closed_signs = self._alphabet.unspaced.copy()
        signs = np.flatnonzero(self._alphabet.unspaced)
        self._closed_signs[signs] = self._runs.contains(hash_runs_after(words, self._hashes.signs[signs]))


def _token(alphabet: Alphabet, word: str) -> str:
    tokens = alphabet.tokens(word)
    return tokens[0] if tokens else ""
