"""Texts that are read side by side as rows of one matrix product; each may leave at any character."""

from collections.abc import Sequence

import numpy as np

from core.writing.generator import Generator
from core.writing.inference.cells import CarriedCell, Floats, Layer
from core.writing.inference.readers import CarriedReader, ContextTally, ContextualReader

# OpenBLAS multiplies without copying the matrix first, where it has a kernel for small products, those of at most this
# many multiplications, and is quickest with whole fours of rows.
_SMALL_PRODUCT = 600_000
_TOGETHER = 4
_ONE, _HALF = np.array(1, np.float32), np.array(0.5, np.float32)


class Rows:
    """What each row remembers in every layer, and the logits of its next character.

    Rows stand at places 0 to `count` - 1. All begin where a carried reader stands, and the state of one, also of one
    that has left, can be given back to it.
    """

    def __init__(self, generator: Generator, most: int) -> None:
        layers = generator.layers
        self._look_up = layers[0].kernel  # (vocabulary, 4 units): what each id adds in the first layer
        self._layers = [
            _LayerRows(layer, matrix, most) for layer, matrix in zip(layers, generator.matrices, strict=True)
        ]
        self._tallies: list[ContextTally] = []  # of the rows' contexts; none for a run without
        self._context = np.zeros((most, 4 * layers[0].units), dtype=np.float32)
        self.count = 0

    def begin(self, reader: CarriedReader, count: int) -> None:
        """Let `count` rows stand where `reader` does, with the logits of its network."""
        self.count = count
        for layer, cell in zip(self._layers, reader.cells, strict=True):
            layer.begin(cell, count)
        if isinstance(reader, ContextualReader):
            self._tallies = [reader.tally.fork() for _ in range(count)]
            self._context[:count] = reader.tally.added
        self.multiply()

    @property
    def logits(self) -> Floats:
        """The logits of each row's next id, (count, vocabulary), as a view."""
        last = self._layers[-1]
        return last.products[: self.count, 4 * last.units :]

    def read(self, characters: Sequence[int]) -> None:
        """Take in one id a row; the products for the next one are not made yet."""
        first, *others = self._layers
        added = self._look_up[characters]
        if self._tallies:
            for place, character in enumerate(characters):
                if self._tallies[place].read(character):
                    self._context[place] = self._tallies[place].added
            added += self._context[: self.count]
        hidden = first.advance(added)
        for layer in others:
            hidden = layer.advance(layer.added_by(hidden))

    def leave(self, place: int) -> int:
        """Take the row at `place` out and return where its state stays; the last row takes its place."""
        self.count -= 1
        for layer in self._layers:
            layer.swap(place, self.count)
        if self._tallies and place != self.count:
            tallies, last = self._tallies, self.count
            tallies[place], tallies[last] = tallies[last], tallies[place]
            self._context[[place, last]] = self._context[[last, place]]
        return self.count

    def multiply(self) -> None:
        """Make the products of the rows that go on, which hold their logits."""
        for layer in self._layers:
            layer.multiply(self.count)

    def give_back(self, place: int, reader: CarriedReader) -> None:
        """Let `reader` stand where the row at `place` does."""
        for layer, cell in zip(self._layers, reader.cells, strict=True):
            layer.give_back(place, cell)
        if isinstance(reader, ContextualReader):
            reader.tally.stand_at(self._tallies[place])


class _LayerRows:
    """Hidden and carry of one layer for some rows, as `Cell` has them: the hidden state doubled."""

    def __init__(self, layer: Layer, matrix: Floats, most: int) -> None:
        self.units = units = layer.units
        self._matrix = matrix  # (units, 4 units), or with a row of biases and the logits' columns
        most = -(-most // _TOGETHER) * _TOGETHER
        # Hidden, and a 1 where the matrix has a row for it.
        self._state = np.ones((most, len(matrix)), dtype=np.float32)
        self._hidden = self._state[:, :units]
        self._hidden[:] = 0
        self._carry = np.zeros((most, units), dtype=np.float32)
        self.products = np.zeros((most, matrix.shape[1]), dtype=np.float32)
        self._kernel, self._bias = layer.kernel, layer.bias
        width = max(1, _SMALL_PRODUCT // (most * len(matrix)))
        cuts = [slice(start, start + width) for start in range(0, matrix.shape[1], width)]
        self._parts = [(matrix[:, cut], self.products[:, cut]) for cut in cuts]

    def begin(self, cell: CarriedCell, count: int) -> None:
        """Let the first `count` rows stand where `cell` does."""
        self._hidden[:count] = cell.hidden
        self._carry[:count] = cell.carry

    def added_by(self, below: Floats) -> Floats:
        """Return what the hidden states of the layer below add, (count, 4 units)."""
        added = below @ self._kernel
        if self._bias is not None:
            added += self._bias
        return np.asarray(added)

    def advance(self, added: Floats) -> Floats:
        """Advance by what the input adds, (count, 4 units), and return the hidden states, (count, units)."""
        count = len(added)
        product, carry, hidden = self.products[:count], self._carry[:count], self._hidden[:count]
        units = self.units
        product = product[:, : 4 * units]
        product += added
        np.tanh(product, out=product)
        gates = product[:, units:]
        gates += _ONE
        carry *= product[:, 2 * units : 3 * units]
        candidate = product[:, :units]
        candidate *= product[:, 3 * units :]
        carry += candidate
        carry *= _HALF
        np.tanh(carry, out=hidden)
        hidden *= product[:, units : 2 * units]
        return hidden

    def multiply(self, count: int) -> None:
        """Make the products of the first `count` rows."""
        if count == 1:
            self._state[0].dot(self._matrix, out=self.products[0])
            return
        count = -(-count // _TOGETHER) * _TOGETHER  # what the rows beyond give is used by nobody
        state = self._state[:count]
        for part, products in self._parts:
            np.matmul(state, part, out=products[:count])

    def swap(self, one: int, other: int) -> None:
        """Let two rows change places, but for their products."""
        if one != other:
            for array in (self._state, self._carry):
                array[[one, other]] = array[[other, one]]

    def give_back(self, place: int, cell: CarriedCell) -> None:
        """Let `cell` stand where the row at `place` does."""
        cell.hidden[:] = self._hidden[place]
        cell.carry[:] = self._carry[place]
        cell.multiply()
