"""A list of words as a tree of prefixes that is never built whole: a node is a stretch of the sorted list."""

from collections.abc import Iterable, Mapping

import numpy as np

from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet, Row

_ENDINGS = ("", "s", "'s", "s'")  # with which a name is the same
_MOST_NODES = 20_000  # kept ready, about 500 bytes each; common words need far fewer


class Node:
    """The words first to last - 1, which share a prefix of `depth` characters."""

    __slots__ = ("children", "depth", "ends", "first", "last")

    def __init__(self, first: int, last: int, depth: int) -> None:
        self.first = first
        self.last = last
        self.depth = depth
        self.ends = False  # whether the prefix is itself a word
        self.children: dict[int, Node | tuple[int, int]] = {}  # a stretch until somebody goes there


class Lexicon:
    """Distinct words over a vocabulary; holds no text's state, and any number of scenes may read it at once.

    Example: over `go`, `gone` and `no`, `root` leads by g and o to a node that is a word and leads on by n.
    """

    def __init__(self, words: Iterable[str], vocabulary: Vocabulary) -> None:
        self.words = sorted({word for word in words if word})
        self._vocabulary = len(vocabulary)
        # Ids follow code points, so the order of the words is the order of their ids.
        self._ids = vocabulary.encode("".join(self.words))
        self._lengths = np.fromiter(map(len, self.words), dtype=np.intp, count=len(self.words))
        self._starts = np.cumsum(self._lengths) - self._lengths
        self._made = 0
        self.root = self._node(0, len(self.words), 0)

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.words)

    def step(self, node: Node, character: int) -> Node | None:
        """Return the node after one more character, or None where no word goes on so."""
        child = node.children.get(character)
        if child is None or isinstance(child, Node):
            return child
        made = self._node(*child, node.depth + 1)
        node.children[character] = made
        self._made += 1
        if self._made > _MOST_NODES:  # forget all; scenes keep the few nodes that they stand on
            self._made = 0
            self.root = self._node(0, len(self.words), 0)
        return made

    def row(self, node: Node) -> Row:
        """Return which ids lead on from `node`."""
        row = np.zeros(self._vocabulary, dtype=np.bool_)
        row[list(node.children)] = True
        return row

    def _node(self, first: int, last: int, depth: int) -> Node:
        node = Node(first, last, depth)
        # The shorter of two words with one prefix sorts first.
        if first < last and self._lengths[first] == depth:
            node.ends = True
            first += 1
        if first == last:
            return node
        if last - first == 1:
            node.children[int(self._ids[self._starts[first] + depth])] = (first, last)
            return node
        column = self._ids[self._starts[first:last] + depth]
        edges = [0, *(np.flatnonzero(column[1:] != column[:-1]) + 1).tolist(), len(column)]
        characters = column[edges[:-1]].tolist()
        for index, character in enumerate(characters):
            node.children[character] = (first + edges[index], first + edges[index + 1])
        return node


class WordsByShow:
    """Words without the names that a show never says; lists are made once a show."""

    def __init__(self, words: Lexicon, foreign: Mapping[str, frozenset[str]], alphabet: Alphabet) -> None:
        self._words = words
        self._foreign = foreign
        self._alphabet = alphabet
        self._made: dict[str, Lexicon] = {}

    def of(self, show: str, said: str) -> Lexicon:
        """Return the words of a scene of `show`, and names of others that the text `said` has already."""
        foreign = self._foreign.get(show)
        if not foreign:
            return self._words
        words = set(self._alphabet.words(said))
        named = {name for name in foreign if not words.isdisjoint(name + ending for ending in _ENDINGS)}
        if named:
            return self._without(foreign - named)
        if show not in self._made:
            self._made[show] = self._without(foreign)
        return self._made[show]

    def _without(self, foreign: frozenset[str]) -> Lexicon:
        return Lexicon((word for word in self._words.words if word not in foreign), self._alphabet.vocabulary)
