"""The trained LSTM in NumPy: characters in and out one at a time, and the probability of any text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.config import Targets, TrainConfig
from core.run import Arrays
from core.sampling import Sampler
from core.vocabulary import Ids

Floats = npt.NDArray[np.float32]

_PIECE = 8192  # characters; longer texts are scored in pieces side by side
_WARM_UP = 512  # characters read before a piece, whose state then no longer shows where the piece began
_ONE, _HALF = np.array(1, np.float32), np.array(0.5, np.float32)  # a Python number is converted at every use
_CACHE = 2 * 2**20  # bytes; more than a core has to itself
_ROWS = 32  # pieces, or windows by the hundred, that advance in one matrix product


@dataclass(frozen=True)
class _Layer:
    """One LSTM layer, prepared so that its four activations are one tanh.

    Columns stand in four parts: candidate, output, forget, input; those of the three sigmoids are halved, since
    sigmoid(x) = (tanh(x / 2) + 1) / 2.
    """

    kernel: Floats  # (features, 4 units), with the bias added for one-hot input
    recurrent_kernel: Floats  # (units, 4 units)
    bias: Floats | None  # (4 units,); None where the kernel's rows hold it

    @property
    def units(self) -> int:
        return len(self.recurrent_kernel)


class Generator:
    """The weights of a run, ready to be read by any number of scenes at once; holds no scene's state."""

    def __init__(self, weights: Arrays, *, targets: Targets, window_length: int) -> None:
        layers = sum(name.endswith("/recurrent_kernel") for name in weights)
        self.layers = tuple(
            _prepare_layer(
                weights[f"lstm_{layer}/kernel"],
                weights[f"lstm_{layer}/recurrent_kernel"],
                weights[f"lstm_{layer}/bias"],
                one_hot=layer == 1,
            )
            for layer in range(1, layers + 1)
        )
        self.look_up = _parts(self.layers[0].kernel)  # (4, vocabulary, units): what each id adds
        self.output_kernel = np.ascontiguousarray(
            weights["characters/kernel"], dtype=np.float32
        )  # (units, vocabulary)
        self.output_bias = np.asarray(weights["characters/bias"], dtype=np.float32)  # (vocabulary,)
        self.matrices: list[
            Floats
        ] = []  # of a carried state: each layer's recurrent kernel, the last with more
        if targets == "all":
            self._lay_out()
        self.targets = targets
        self.window_length = window_length

    @classmethod
    def of(cls, config: TrainConfig, weights: Arrays) -> "Generator":
        """Return the generator of a network trained under `config`."""
        return cls(weights, targets=config.targets, window_length=config.window_length)

    @property
    def vocabulary(self) -> int:
        """Number of characters."""
        return len(self.output_bias)

    def _lay_out(self) -> None:
        """Put the recurrent kernels where one row is multiplied by them soonest, and the layers' own into them.

        The last one is joined with the output: (units + 1, 4 units + vocabulary) leads from its state, and a 1, to
        its next product and the logits.
        """
        *lower, last = self.layers
        joined = np.zeros((last.units + 1, 4 * last.units + self.vocabulary), dtype=np.float32)
        joined[:-1, : 4 * last.units] = last.recurrent_kernel
        joined[:-1, 4 * last.units :] = self.output_kernel
        joined[-1, 4 * last.units :] = self.output_bias
        self.matrices = [
            _in_quick_order(matrix) for matrix in (*(layer.recurrent_kernel for layer in lower), joined)
        ]
        self.layers = tuple(
            replace(layer, recurrent_kernel=matrix[: layer.units, : 4 * layer.units])
            for layer, matrix in zip(self.layers, self.matrices, strict=True)
        )

    def reader(self) -> "Reader":
        """Return a reader at the beginning of a text."""
        return CarriedReader(self) if self.targets == "all" else WindowReader(self)

    def stream(
        self, sampler: Sampler, *, reader: "Reader", forbidden_first: int | None = None
    ) -> Iterator[int]:
        """Yield id after id for ever, each drawn after what `reader` has read; `reader` reads them too.

        `forbidden_first` is an id that may not come first.
        """
        logits = reader.logits
        if forbidden_first is not None:
            logits = logits.copy()
            logits[forbidden_first] = -np.inf
        while True:
            drawn = sampler.draw(logits)
            yield drawn
            reader.read(drawn)
            logits = reader.logits

    def nats(self, texts: Sequence[Ids], *, start: int) -> list[Floats]:
        """Return for each text the negative logarithm of each id's probability after those before it, in nats.

        Every text begins after the id `start`. A carried state reads long texts in pieces side by side, each after
        512 characters that come before it.
        """
        if self.targets == "last":
            return [self._nats_of_windows(ids, start) for ids in texts]
        pieces = [
            (
                index,
                first,
                np.concatenate(
                    ([start] if first <= _WARM_UP else [], ids[max(0, first - _WARM_UP) : first + _PIECE])
                ),
            )
            for index, ids in enumerate(texts)
            for first in range(0, len(ids), _PIECE)
        ]
        scores = [np.empty(len(ids), dtype=np.float32) for ids in texts]
        pieces.sort(key=lambda piece: len(piece[2]))
        for group in range(0, len(pieces), _ROWS):
            rows = pieces[group : group + _ROWS]
            for (index, first, _), nats in zip(
                rows, self._nats_of_rows([ids for _, _, ids in rows]), strict=True
            ):
                wanted = min(_PIECE, len(texts[index]) - first)
                scores[index][first : first + wanted] = nats[len(nats) - wanted :]
        return scores

    def _nats_of_rows(self, rows: list[npt.NDArray[np.intp]]) -> list[Floats]:
        """Return the nats of each id of each row but its first."""
        length = max(len(row) for row in rows)
        ids = np.zeros((len(rows), length), dtype=np.intp)
        for row, values in zip(ids, rows, strict=True):
            row[: len(values)] = values
        states = _States(self, len(rows))
        nats = np.empty((len(rows), length - 1), dtype=np.float32)
        for step in range(length - 1):
            states.advance(self.look_up[:, ids[:, step]])
            nats[:, step] = _nats(states.logits(), ids[:, step + 1])
        return [row[: len(values) - 1] for row, values in zip(nats, rows, strict=True)]

    def _nats_of_windows(self, ids: Ids, start: int) -> Floats:
        """Return the nats of each id after its window, the first windows filled up with `start`."""
        if not len(ids):
            return np.empty(0, dtype=np.float32)
        padded = np.concatenate((np.full(self.window_length, start), ids)).astype(np.intp)
        windows = np.lib.stride_tricks.sliding_window_view(padded[:-1], self.window_length)
        scores = np.empty(len(ids), dtype=np.float32)
        rows = _ROWS * 32
        for first in range(0, len(ids), rows):
            chosen = windows[first : first + rows]
            states = _States(self, len(chosen))
            for step in range(self.window_length):
                states.advance(self.look_up[:, chosen[:, step]])
            scores[first : first + rows] = _nats(states.logits(), ids[first : first + rows].astype(np.intp))
        return scores


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


class CarriedReader(Reader):
    """A state carried from character to character, as a `targets="all"` run was trained.

    Every layer's state is multiplied as soon as it is known, so that the last one's product is one with the logits'.
    """

    def __init__(self, generator: Generator) -> None:
        self._first, *self._others = (
            _CarriedCell(layer, matrix)
            for layer, matrix in zip(generator.layers, generator.matrices, strict=True)
        )
        last = self._others[-1] if self._others else self._first
        self.logits = last.rest
        self.logits[:] = generator.output_bias
        self._added = [generator.look_up[:, [character]] for character in range(generator.vocabulary)]

    def read(self, character: int) -> None:
        """Take in one id."""
        first = self._first
        first.advance(self._added[character])
        below = first.hidden
        for cell in self._others:
            cell.read(below)
            below = cell.hidden


class WindowReader(Reader):
    """A window that slides as in the lecture notes, each position read from a state of zeros.

    A character belongs to `window_length` windows. All of them advance by it together, in one matrix product,
    instead of each being read from its start when its turn comes.
    """

    def __init__(self, generator: Generator) -> None:
        self._states = _States(generator, generator.window_length)
        self._look_up = generator.look_up
        self._window_length = generator.window_length
        self._oldest = 0
        self.logits = np.empty(generator.vocabulary, dtype=np.float32)
        self._states.write_logits(0, self.logits)

    def read(self, character: int) -> None:
        """Take in one id."""
        # The window that was complete makes room for the one that starts here.
        self._states.clear(self._oldest)
        self._oldest = (self._oldest + 1) % self._window_length
        self._states.advance(self._look_up[:, character : character + 1])
        self._states.write_logits(self._oldest, self.logits)


class _States:
    """What some rows (texts or windows) remember in every layer."""

    def __init__(self, generator: Generator, rows: int) -> None:
        self._cells = [_Cell(layer, rows) for layer in generator.layers]
        self._last = self._cells[-1].hidden
        self._output_kernel = generator.output_kernel
        self._output_bias = generator.output_bias

    def advance(self, added: Floats) -> None:
        """Read one character: `added` is what it adds in the first layer, (4, 1, units) or (4, rows, units)."""
        first, *others = self._cells
        first.multiply()
        first.advance(added)
        below = first.hidden
        for cell in others:
            cell.multiply()
            cell.read(below)
            below = cell.hidden

    def logits(self) -> Floats:
        """Return the logits of the next id, (rows, vocabulary)."""
        logits = self._last @ self._output_kernel
        logits += self._output_bias
        return np.asarray(logits)

    def write_logits(self, row: int, logits: Floats) -> None:
        """Write the logits of one row's next id into `logits`, (vocabulary,)."""
        np.dot(self._last[row], self._output_kernel, out=logits)
        logits += self._output_bias

    def clear(self, row: int) -> None:
        """Set one row's states to zero: it starts to read here."""
        for cell in self._cells:
            cell.hidden[row] = 0
            cell.carry[row] = 0


class _Cell:
    """Hidden and carry of one layer for some rows, and the buffers to advance them in.

    Several rows are multiplied by a part of the matrix at a time, which OpenBLAS's kernel for small products is
    quick at.
    """

    def __init__(self, layer: _Layer, rows: int) -> None:
        self.hidden = np.zeros((rows, layer.units), dtype=np.float32)
        self._recurrent_kernel = _parts(layer.recurrent_kernel)
        # Carry, candidate, output gate, forget gate, input gate, in an order that lets one multiplication forget
        # and let in. NumPy takes longer to start than to compute here, so every operation and view counts.
        self._use(np.zeros((5, rows, layer.units), dtype=np.float32))
        if layer.bias is not None:
            self._added = np.empty_like(self._product)
            self._kernel = _parts(layer.kernel)
            self._bias = _parts(layer.bias[None])

    def _use(self, buffer: Floats) -> None:
        """Name the parts of `buffer`, (5, rows, units)."""
        self.carry, self._candidate, self._shown = buffer[:3]
        self._product, self._gates = buffer[1:], buffer[2:]
        self._old_and_new, self._shares = buffer[:2], buffer[3:]

    def multiply(self) -> None:
        """Make the product of the hidden state, which the next `advance` adds to."""
        np.matmul(self.hidden, self._recurrent_kernel, out=self._product)

    def read(self, below: Floats) -> None:
        """Advance by the hidden state of the layer below, (rows, its units)."""
        np.matmul(below, self._kernel, out=self._added)
        self._added += self._bias
        self.advance(self._added)

    def advance(self, added: Floats) -> None:
        """Advance by what the input adds before the activations, (4, 1, units) or (4, rows, units)."""
        product, gates, carry, hidden = self._product, self._gates, self.carry, self.hidden
        product += added
        np.tanh(product, out=product)
        gates += _ONE
        gates *= _HALF
        self._old_and_new *= self._shares
        carry += self._candidate
        np.tanh(carry, out=hidden)
        hidden *= self._shown


class _CarriedCell(_Cell):
    """One row, read against the whole matrix as fast as memory brings it, right after each character."""

    def __init__(self, layer: _Layer, matrix: Floats) -> None:
        super().__init__(layer, rows=1)
        units, columns = layer.units, matrix.shape[1]
        # Carry, the four parts of the product, and what the matrix gives beyond them, in one piece.
        buffer = np.zeros(units + columns, dtype=np.float32)
        self._use(buffer[: 5 * units].reshape(5, 1, units))
        self._products = buffer[units:]
        self.rest = buffer[5 * units :]
        state = np.ones(len(matrix), dtype=np.float32)  # hidden, and a 1 where the matrix has a row for it
        self.hidden = state[:units].reshape(1, units)
        self.hidden[:] = 0
        self._state, self._matrix = state, matrix
        if layer.bias is not None:
            self._whole_kernel = _in_quick_order(layer.kernel)
            self._whole_added = self._added.reshape(-1)

    def multiply(self) -> None:
        """Make the product of the hidden state, which the next `advance` adds to, and what comes with it."""
        np.dot(self._state, self._matrix, out=self._products)

    def read(self, below: Floats) -> None:
        """Advance by the hidden state of the layer below, (1, its units)."""
        np.dot(below[0], self._whole_kernel, out=self._whole_added)
        self._added += self._bias
        self.advance(self._added)

    def advance(self, added: Floats) -> None:
        """Advance by what the input adds before the activations, (4, 1, units), and multiply."""
        super().advance(added)
        np.dot(self._state, self._matrix, out=self._products)


def _in_quick_order(matrix: Floats) -> Floats:
    """Return `matrix` in the order of memory in which OpenBLAS multiplies one row by it sooner.

    That is by columns where the matrix is too large for a core's own cache (a seventh quicker at 512 units).
    """
    return np.asarray(matrix, order="F" if matrix.nbytes > _CACHE else "C")


def _parts(matrix: Floats) -> Floats:
    """Return the four parts of a matrix (rows, 4 units) one after another, (4, rows, units), as a view."""
    rows, columns = matrix.shape
    return matrix.reshape(rows, 4, columns // 4).transpose(1, 0, 2)


def _prepare_layer(kernel: Floats, recurrent_kernel: Floats, bias: Floats, *, one_hot: bool) -> _Layer:
    """Return a layer's weights, in Keras's order input, forget, candidate, output, as `_Layer` wants them."""

    def arrange(array: Floats) -> Floats:
        entering, kept, candidate, shown = np.split(array.astype(np.float32), 4, axis=-1)
        return np.concatenate((candidate, shown * 0.5, kept * 0.5, entering * 0.5), axis=-1, dtype=np.float32)

    if one_hot:
        return _Layer(kernel=arrange(kernel + bias), recurrent_kernel=arrange(recurrent_kernel), bias=None)
    return _Layer(kernel=arrange(kernel), recurrent_kernel=arrange(recurrent_kernel), bias=arrange(bias))


def _nats(logits: Floats, targets: npt.NDArray[np.intp]) -> Floats:
    """Return the negative logarithm of each target's probability, (rows,)."""
    highest = logits.max(axis=1, keepdims=True)
    totals = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
    return np.asarray(totals - logits[np.arange(len(targets)), targets])
