"""The cache of characters, over a network's probabilities, with which runs from before the cache of words go on.

A network learns how scripts are written; the name of this episode's guest it sees for the first time. Contexts that
came before in the same text say what followed them there, and count with the network's own opinion as the prior
(Kuhn and De Mori 1990, "A cache-based natural language model"; the smoothing is the hierarchical Pitman-Yor one of
Teh 2006, with one table a character).
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

_HALF = 2**14  # characters; the cache knows one to two of these, so a long text takes no more than a few MB


@dataclass(frozen=True)
class _Order:
    """How much is believed of what followed the last `length` characters where they stood before."""

    length: int  # characters
    strength: float  # how many sightings the shorter context's opinion counts for
    discount: float  # of every sighting's first, given to the shorter context's opinion


# Where the bits of held-out episodes were fewest; a weaker network on the same text wants the same (docs/training.md).
_SHORT, _LONG = _Order(5, 15.0, 0.65), _Order(12, 0.1, 0.8)

_SAFE = 80.0  # the exponential of a logit up to this is a number in single precision, and not zero

_Seen = int | dict[int, int]  # what followed a context: the one id that did, once; or how often each did
_Table = dict[str, _Seen]


class CharacterCache:
    """What one text has said so far: reads id after id, and mends the logits of the next one.

    A cache of what people wrote, without a temperature, has a `weight` of 1, which the logarithm of its correction is
    multiplied by; that of what the network writes itself below a temperature of 1 less: it would soon hear nothing but
    its own phrases.
    """

    def __init__(self, *, temperature: float | None = None) -> None:
        self.weight = 1.0 if temperature is None else min(temperature, 1.0) ** 2
        self._begin()

    def _begin(self) -> None:
        self._text: list[str] = []
        self._recent = ""  # the last characters, as many as the longest context has
        self._short: _Table = {}
        self._long: _Table = {}
        self._short_seen: _Seen | None = None  # after the context that `recent` ends with
        self._long_seen: _Seen | None = None

    def read(self, character: int) -> None:
        """Take in one id."""
        letter, recent = chr(character), self._recent
        if len(recent) >= _SHORT.length:
            _count(self._short, recent[-_SHORT.length :], self._short_seen, character)
            if len(recent) == _LONG.length:
                _count(self._long, recent, self._long_seen, character)
        self._text.append(letter)
        self._recent = recent = (recent + letter)[-_LONG.length :]
        self._short_seen = seen = self._short.get(recent[-_SHORT.length :])
        self._long_seen = None if seen is None else self._long.get(recent)
        if len(self._text) == 2 * _HALF:
            self._forget()

    def stand_at(self, other: Self) -> None:
        """Go on by itself from where `other`, which is no fork, is."""
        self._text, self._recent = other._text.copy(), other._recent
        self._short, self._long = _copy(other._short), _copy(other._long)
        self._short_seen = self._short.get(self._recent[-_SHORT.length :])
        self._long_seen = None if self._short_seen is None else self._long.get(self._recent)

    def fork(self) -> "CharacterCache":
        """Return a cache that goes on from here by itself, as long as this one reads nothing."""
        return _Fork(self)

    def mend(self, logits: npt.NDArray[np.float32]) -> None:
        """Put the cache's share into the network's `logits`, (vocabulary,), in place.

        Only those of ids that followed the context change, and they only grow; the softmax does the rest.
        """
        if self._short_seen is None:
            return
        kept, shares = self._shares(self._short_seen, self._long_seen)
        total = _log_total(logits)
        for character, share in shares.items():
            alone = float(logits[character]) - total
            logits[character] += self.weight * (math.log(math.exp(alone) + share / kept) - alone)

    @staticmethod
    def _shares(short: _Seen, long: _Seen | None) -> tuple[float, dict[int, float]]:
        """Return the share left to the network, and what each id gets of the rest."""
        kept, shares = _split(short, _SHORT)
        if long is not None:
            left, others = _split(long, _LONG)
            kept *= left
            shares = {character: left * share for character, share in shares.items()}
            for character, share in others.items():  # whatever followed a long context followed its end, too
                shares[character] += share
        return kept, shares

    def _forget(self) -> None:
        """Keep what the last half of the text says."""
        half = self._text[_HALF:]
        self._begin()
        for letter in half:
            self.read(ord(letter))


class _Fork(CharacterCache):
    """A cache that goes on from another one's text, whose tables it leaves as they are."""

    def __init__(self, cache: CharacterCache) -> None:
        super().__init__()
        self.weight = cache.weight
        self._recent = cache._recent  # noqa: SLF001
        self._old_short, self._old_long = cache._short, cache._long  # noqa: SLF001
        self._short_seen, self._long_seen = cache._short_seen, cache._long_seen  # noqa: SLF001

    def read(self, character: int) -> None:
        """Take in one id."""
        recent = self._recent
        if len(recent) >= _SHORT.length:
            self._short[recent[-_SHORT.length :]] = _counted(self._short_seen, character)
            if len(recent) == _LONG.length:
                self._long[recent] = _counted(self._long_seen, character)
        self._recent = recent = (recent + chr(character))[-_LONG.length :]
        short = recent[-_SHORT.length :]
        self._short_seen = seen = self._short.get(short, self._old_short.get(short))
        self._long_seen = None if seen is None else self._long.get(recent, self._old_long.get(recent))


def _log_total(logits: npt.NDArray[np.float32]) -> float:
    """Return the logarithm of the sum of the logits' exponentials."""
    if not abs(logits.item(logits.argmax())) < _SAFE:
        return float(np.logaddexp.reduce(logits))
    return math.log(float(np.add.reduce(np.exp(logits))))  # in half the time


def _count(table: _Table, context: str, seen: _Seen | None, character: int) -> None:
    """Count `character` after `context`, of which the table has `seen`."""
    if seen is None:
        table[context] = character
    elif isinstance(seen, dict):
        seen[character] = seen.get(character, 0) + 1
    else:
        counts = table[context] = {seen: 1}
        counts[character] = counts.get(character, 0) + 1


def _copy(table: _Table) -> _Table:
    """Return a table that counts by itself."""
    return {context: seen.copy() if isinstance(seen, dict) else seen for context, seen in table.items()}


def _counted(seen: _Seen | None, character: int) -> _Seen:
    """Return `seen` with `character` counted; it stays as it is itself."""
    if seen is None:
        return character
    counts = dict(seen) if isinstance(seen, dict) else {seen: 1}
    counts[character] = counts.get(character, 0) + 1
    return counts


def _split(seen: _Seen, order: _Order) -> tuple[float, dict[int, float]]:
    """Return the share that a context of `order` leaves to the shorter one, and what it gives to each id itself."""
    if not isinstance(seen, dict):
        seen = {seen: 1}
    total = sum(seen.values()) + order.strength
    shares = {character: (count - order.discount) / total for character, count in seen.items()}
    return (order.strength + order.discount * len(seen)) / total, shares
