"""What a scene remembers while the network reads it: a carried state, a sliding window, a cache of what was said."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from core.data.context import Context, ContextReader
from core.writing.inference.caches import CacheModel
from core.writing.inference.cells import CarriedCell, Cell, Floats, parts
from core.writing.inference.weights import PreparedWeights


class Reader:
    """What one scene remembers: reads id after id, and has the logits of the next one."""

    logits: Floats  # (vocabulary,), overwritten by the next read

    def read(self, character: int) -> None:
        """Take in one id."""
        raise NotImplementedError

    def read_all(self, ids: npt.ArrayLike) -> None:
        """Take in id after id."""
        for character in np.asarray(ids, dtype=np.intp).tolist():
            self.read(character)

    def stand_at(self, other: Self) -> None:
        """Go on by itself from where `other`, a reader of the same network, is: to the bit as if it had read that."""
        raise NotImplementedError


class CarriedReader(Reader):
    """A state carried from character to character, as a `targets="all"` run was trained.

    Every layer's state is multiplied as soon as it is known, so that the last one's product is one with the logits'.
    """

    def __init__(self, weights: PreparedWeights) -> None:
        self.cells = [
            CarriedCell(layer, matrix) for layer, matrix in zip(weights.layers, weights.matrices, strict=True)
        ]
        self._first, *self._others = self.cells
        last = self._others[-1] if self._others else self._first
        self.logits = last.rest
        self.logits[:] = weights.output_bias
        self._added = weights.added

    def read(self, character: int) -> None:
        """Take in one id."""
        first = self._first
        first.advance(self._added[character])
        below = first.hidden
        for cell in self._others:
            cell.read(below)
            below = cell.hidden

    def stand_at(self, other: Self) -> None:
        """Go on by itself from where `other` is."""
        for cell, cell_there in zip(self.cells, other.cells, strict=True):
            cell.hidden[:], cell.carry[:] = cell_there.hidden, cell_there.carry
            cell.multiply()


class ContextTally:
    """What the context of a text adds in the first layer, as the text is read."""

    def __init__(self, weights: PreparedWeights, reader: ContextReader, characters: str) -> None:
        self._weights = weights
        self._reader = reader
        self._characters = characters
        self._rows: tuple[int, ...] = ()
        self.added = np.zeros(4 * weights.layers[0].units, dtype=np.float32)

    def read(self, character: int) -> bool:
        """Take in one id, and return whether `added` has changed, which is written over."""
        rows = self._reader.read(self._characters[character])
        if rows is self._rows:
            return False
        self._rows = rows
        self._weights.context_rows[list(rows)].sum(axis=0, out=self.added)
        return True

    def fork(self) -> "ContextTally":
        """Return one that goes on from here by itself."""
        forked = ContextTally(self._weights, self._reader.fork(), self._characters)
        forked.stand_at(self)
        return forked

    def stand_at(self, other: "ContextTally") -> None:
        """Go on from where `other` is."""
        self._reader, self._rows = other._reader.fork(), other._rows  # noqa: SLF001  # of the same class
        self.added[:] = other.added


class ContextualReader(CarriedReader):
    """A carried state that reads, beside each character, the context that follows from the text so far."""

    def __init__(self, weights: PreparedWeights, context: Context, label: str | None) -> None:
        super().__init__(weights)
        self.tally = ContextTally(weights, context.reader(label), context.characters)
        self._context = parts(self.tally.added[None])
        self._both = np.empty_like(self._context)

    def read(self, character: int) -> None:
        """Take in one id."""
        self.tally.read(character)
        first = self._first
        first.advance(np.add(self._added[character], self._context, out=self._both))
        below = first.hidden
        for cell in self._others:
            cell.read(below)
            below = cell.hidden

    def stand_at(self, other: Self) -> None:
        """Go on by itself from where `other` is."""
        super().stand_at(other)
        self.tally.stand_at(other.tally)


class WindowReader(Reader):
    """A window that slides as in the lecture notes, each position read from a state of zeros.

    A character belongs to `window_length` windows. All of them advance by it together, in one matrix product,
    instead of each being read from its start when its turn comes.
    """

    def __init__(self, weights: PreparedWeights) -> None:
        self._states = WindowStates(weights)
        self._added = weights.added
        self._window_length = weights.window_length
        self._oldest = 0
        self.logits = np.empty(weights.vocabulary, dtype=np.float32)
        self._states.write_logits(0, self.logits)

    def read(self, character: int) -> None:
        """Take in one id."""
        # The window that was complete makes room for the one that starts here.
        self._states.clear(self._oldest)
        self._oldest = (self._oldest + 1) % self._window_length
        self._states.advance(self._added[character])
        self._states.write_logits(self._oldest, self.logits)

    def stand_at(self, other: Self) -> None:
        """Go on by itself from where `other` is."""
        self._states.stand_at(other._states)
        self._oldest = other._oldest
        self._states.write_logits(self._oldest, self.logits)  # the other's may be mended


class CachedReader(Reader):
    """Another reader's logits, with what the text has said so far in them."""

    def __init__(self, reader: Reader, cache: CacheModel) -> None:
        self.reader = reader
        self.cache = cache
        self.logits = reader.logits

    def read(self, character: int) -> None:
        """Take in one id."""
        self.reader.read(character)
        self.cache.read(character)
        self.cache.mend(self.logits)

    def read_all(self, ids: npt.ArrayLike) -> None:
        """Take in id after id, and mend the logits that are wanted: the last ones."""
        characters = np.asarray(ids, dtype=np.intp).tolist()
        for character in characters:
            self.reader.read(character)
            self.cache.read(character)
        if characters:  # what is mended already must not be mended again
            self.cache.mend(self.logits)

    def stand_at(self, other: Self) -> None:
        """Go on by itself from where `other` is; the weight of what was said stays this one's own."""
        self.reader.stand_at(other.reader)
        self.cache.stand_at(other.cache)
        self.cache.mend(self.logits)

    def catch_up(self, ids: Sequence[int]) -> None:
        """Take in ids that the other reader has read already."""
        for character in ids:
            self.cache.read(character)
        self.cache.mend(self.logits)


class States:
    """What some rows (texts or windows) remember in every layer."""

    def __init__(self, weights: PreparedWeights, rows: int) -> None:
        self._cells = [Cell(layer, rows) for layer in weights.layers]
        self._first, *self._others = self._cells
        self._last = self._cells[-1].hidden
        self._output_kernel = weights.output_kernel
        self._output_bias = weights.output_bias

    def advance(self, added: Floats) -> None:
        """Read one character: `added` is what it adds in the first layer, (4, 1, units) or (4, rows, units)."""
        first = self._first
        first.multiply()
        first.advance(added)
        below = first.hidden
        for cell in self._others:
            cell.multiply()
            cell.read(below)
            below = cell.hidden

    def stand_at(self, other: Self) -> None:
        """Go on from where `other` is."""
        for cell, cell_there in zip(self._cells, other._cells, strict=True):
            cell.hidden[:], cell.carry[:] = cell_there.hidden, cell_there.carry

    def logits(self) -> Floats:
        """Return the logits of the next id, (rows, vocabulary)."""
        logits = self._last @ self._output_kernel
        logits += self._output_bias
        return np.asarray(logits)


class WindowStates(States):
    """States whose rows are read out and cleared one by one."""

    def __init__(self, weights: PreparedWeights) -> None:
        super().__init__(weights, weights.window_length)
        # Views of one row each: NumPy takes as long to make one as to fill it.
        self._last_rows = list(self._last)
        states = [state for cell in self._cells for state in (cell.hidden, cell.carry)]
        self._rows = list(zip(*states, strict=True))

    def write_logits(self, row: int, logits: Floats) -> None:
        """Write the logits of one row's next id into `logits`, (vocabulary,)."""
        self._last_rows[row].dot(self._output_kernel, out=logits)
        logits += self._output_bias

    def clear(self, row: int) -> None:
        """Set one row's states to zero: it starts to read here."""
        for state in self._rows[row]:
            state.fill(0)
