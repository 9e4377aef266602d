"""An LSTM layer in NumPy: its weights, prepared, and what texts remember in it; knows no vocabulary."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_ONE, _HALF = np.array(1, np.float32), np.array(0.5, np.float32)  # a Python number is converted at every use
_CACHE = 2 * 2**20  # bytes; more than a core has to itself


@dataclass(frozen=True)
class Layer:
    """One LSTM layer, prepared so that its four activations are one tanh.

    Columns stand in four parts: candidate, output, forget, input; those of the three sigmoids are halved, since
    sigmoid(x) = (tanh(x / 2) + 1) / 2. What meets a hidden state is halved once more: `Cell` has that doubled.
    """

    kernel: Floats  # (features, 4 units), with the bias added for one-hot input, else halved
    recurrent_kernel: Floats  # (units, 4 units), halved
    bias: Floats | None  # (4 units,); None where the kernel's rows hold it

    @property
    def units(self) -> int:
        """Size of the state."""
        return len(self.recurrent_kernel)


def prepare_layer(kernel: Floats, recurrent_kernel: Floats, bias: Floats, *, one_hot: bool) -> Layer:
    """Return a layer's weights, in Keras's order input, forget, candidate, output, as `Layer` wants them."""
    recurrent = of_doubled(prepare_added(recurrent_kernel))
    if one_hot:
        return Layer(kernel=prepare_added(kernel + bias), recurrent_kernel=recurrent, bias=None)
    return Layer(
        kernel=of_doubled(prepare_added(kernel)), recurrent_kernel=recurrent, bias=prepare_added(bias)
    )


def prepare_added(array: Floats) -> Floats:
    """Return what is added before the activations, (..., 4 units) in Keras's order, as `Layer` wants it."""
    entering, kept, candidate, shown = np.split(array.astype(np.float32), 4, axis=-1)
    return np.concatenate((candidate, shown * 0.5, kept * 0.5, entering * 0.5), axis=-1, dtype=np.float32)


def of_doubled(kernel: Floats) -> Floats:
    """Return `kernel`, (units, features), for a hidden state that stands doubled, as in `Cell`."""
    return np.asarray(kernel * _HALF, dtype=np.float32)


class Cell:
    """Hidden and carry of one layer for some rows, and the buffers to advance them in.

    The hidden state stands doubled, since its output gate is left at tanh + 1; the matrices that it meets are halved
    instead. The other two gates are left so as well, and the carry, their sum, is halved. No result differs by a bit.

    Several rows are multiplied by a part of the matrix at a time, which OpenBLAS's kernel for small products is
    quick at.
    """

    def __init__(self, layer: Layer, rows: int) -> None:
        self.hidden = np.zeros((rows, layer.units), dtype=np.float32)  # doubled
        self._recurrent_kernel = parts(layer.recurrent_kernel)
        # Carry, candidate, output gate, forget gate, input gate, in an order that lets one multiplication forget
        # and let in. NumPy takes longer to start than to compute here, so every operation and view counts.
        self._use(np.zeros((5, rows, layer.units), dtype=np.float32))
        if layer.bias is not None:
            self._added = np.empty_like(self._product)
            self._kernel = parts(layer.kernel)
            self._bias = parts(layer.bias[None])

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
        self._old_and_new *= self._shares
        carry += self._candidate
        carry *= _HALF
        np.tanh(carry, out=hidden)
        hidden *= self._shown


class CarriedCell(Cell):
    """One row, read against the whole matrix as fast as memory brings it, right after each character."""

    def __init__(self, layer: Layer, matrix: Floats) -> None:
        super().__init__(layer, rows=1)
        units, columns = layer.units, matrix.shape[1]
        # Carry, the four parts of the product, and what the matrix gives beyond them, in one piece.
        buffer = np.zeros(units + columns, dtype=np.float32)
        self._use(buffer[: 5 * units].reshape(5, 1, units))
        self._products = buffer[units:]
        self.rest = buffer[5 * units :]
        # Hidden, and a 1 where the matrix has a row for it.
        state = np.ones(len(matrix), dtype=np.float32)
        self.hidden = state[:units].reshape(1, units)
        self.hidden[:] = 0
        self._state, self._matrix = state, matrix
        if layer.bias is not None:
            self._whole_kernel = in_quick_order(layer.kernel)
            self._whole_added = self._added.reshape(-1)

    def multiply(self) -> None:
        """Make the product of the hidden state, which the next `advance` adds to, and what comes with it."""
        self._state.dot(self._matrix, out=self._products)

    def read(self, below: Floats) -> None:
        """Advance by the hidden state of the layer below, (1, its units)."""
        below[0].dot(self._whole_kernel, out=self._whole_added)
        self._added += self._bias
        self.advance(self._added)

    def advance(self, added: Floats) -> None:
        """Advance by what the input adds before the activations, (4, 1, units), and multiply."""
        super().advance(added)
        self._state.dot(self._matrix, out=self._products)


def in_quick_order(matrix: Floats) -> Floats:
    """Return `matrix` in the order of memory in which OpenBLAS multiplies one row by it sooner.

    That is by columns where the matrix is too large for a core's own cache (a seventh quicker at 512 units).
    """
    return np.asarray(matrix, order="F" if matrix.nbytes > _CACHE else "C")


def parts(matrix: Floats) -> Floats:
    """Return the four parts of a matrix (rows, 4 units) one after another, (4, rows, units), as a view."""
    rows, columns = matrix.shape
    return matrix.reshape(rows, 4, columns // 4).transpose(1, 0, 2)
