"""A list of words as a tree of prefixes that is never built whole: a node is a stretch of the sorted list."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet, Row

_ENDINGS = ("", "s", "'s", "s'")  # with which a name is the same
_FEWEST_PLACES = 10  # a corpus with fewer headings may well have others
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


class ShowLists(NamedTuple):
    """What a scene of a show may have."""

    words: Lexicon
    places: Lexicon | None  # each with the bracket that closes its heading; None where any place may come


class ListsByShow:
    """The words of an index without the names that a show never says, and the show's places; made once a show."""

    def __init__(self, words: Lexicon, foreign: Mapping[str, frozenset[str]], alphabet: Alphabet) -> None:
        self._words = words
        self._foreign = foreign
        self._alphabet = alphabet
        self._made: dict[str, ShowLists] = {}

    def of(self, show: str, *, places: Sequence[str], said: str) -> ShowLists:
        """Return the lists of a scene of `show`, with the names of others that the text `said` has already."""
        foreign = self._foreign.get(show, frozenset())
        if show not in self._made:
            words = self._without(foreign) if foreign else self._words
            self._made[show] = ShowLists(words, self._headings(places))
        lists = self._made[show]
        spoken = set(self._alphabet.words(said)) if foreign else set()
        named = {name for name in foreign if not spoken.isdisjoint(name + ending for ending in _ENDINGS)}
        return lists._replace(words=self._without(foreign - named)) if named else lists

    def _without(self, foreign: frozenset[str]) -> Lexicon:
        forms = {name + ending for name in foreign for ending in _ENDINGS}
        return Lexicon((word for word in self._words.words if word not in forms), self._alphabet.vocabulary)

    def _headings(self, places: Sequence[str]) -> Lexicon | None:
        known = set(self._alphabet.vocabulary.characters)
        headings = [f"{place}]" for place in places if known.issuperset(f"{place}]")]
        return Lexicon(headings, self._alphabet.vocabulary) if len(headings) >= _FEWEST_PLACES else None
