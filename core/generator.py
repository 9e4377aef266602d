"""The trained LSTM in NumPy: characters in and out one at a time, and the probability of any text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.config import Targets, TrainConfig
from core.run import Arrays
from core.sampling import Sampler
from core.vocabulary import Ids

Floats = npt.NDArray[np.float32]

_PIECE = 8192  # characters; longer texts are scored in pieces side by side
_WARM_UP = 512  # characters read before a piece, whose state then no longer shows where the piece began
_ROWS = 32  # pieces, or windows by the hundred, that advance in one matrix product


@dataclass(frozen=True)
class _Layer:
    """One LSTM layer, prepared so that its four activations are one tanh.

    Columns stand in the order input, forget, output, candidate; those of the three sigmoids are halved, since
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
        self.output_kernel = np.ascontiguousarray(
            weights["characters/kernel"], dtype=np.float32
        )  # (units, vocabulary)
        self.output_bias = np.asarray(weights["characters/bias"], dtype=np.float32)  # (vocabulary,)
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
            states.advance(self.layers[0].kernel[ids[:, step]])
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
                states.advance(self.layers[0].kernel[chosen[:, step]])
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
    """A state carried from character to character, as a `targets="all"` run was trained."""

    def __init__(self, generator: Generator) -> None:
        self._states = _States(generator, 1)
        self._kernel = generator.layers[0].kernel
        self.logits = self._states.logits()[0]

    def read(self, character: int) -> None:
        """Take in one id."""
        self._states.advance(self._kernel[character])
        self.logits = self._states.logits()[0]


class WindowReader(Reader):
    """A window that slides as in the lecture notes, each position read from a state of zeros.

    A character belongs to `window_length` windows. All of them advance by it together, in one matrix product,
    instead of each being read from its start when its turn comes.
    """

    def __init__(self, generator: Generator) -> None:
        self._states = _States(generator, generator.window_length)
        self._kernel = generator.layers[0].kernel
        self._oldest = 0
        self.logits = self._states.logits(0)[0]

    def read(self, character: int) -> None:
        """Take in one id."""
        window_length = len(self._states.hidden[-1])
        self._states.clear(
            self._oldest
        )  # the window that was complete makes room for the one that starts here
        self._oldest = (self._oldest + 1) % window_length
        self._states.advance(self._kernel[character])
        self.logits = self._states.logits(self._oldest)[0]


class _States:
    """Hidden and carry of every layer for some rows (texts or windows), and the buffers to advance them in."""

    def __init__(self, generator: Generator, rows: int) -> None:
        self._generator = generator
        self.hidden = [np.zeros((rows, layer.units), dtype=np.float32) for layer in generator.layers]
        self._carry = [np.zeros((rows, layer.units), dtype=np.float32) for layer in generator.layers]
        self._products = [np.empty((rows, 4 * layer.units), dtype=np.float32) for layer in generator.layers]
        self._inputs = [np.empty((rows, 4 * layer.units), dtype=np.float32) for layer in generator.layers[1:]]
        # Views, made once: the three gates together, then each, and the candidate.
        self._parts = [
            (
                product[:, : 3 * units],
                product[:, :units],
                product[:, units : 2 * units],
                product[:, 2 * units : 3 * units],
                product[:, 3 * units :],
            )
            for product, units in zip(
                self._products, (layer.units for layer in generator.layers), strict=True
            )
        ]

    def advance(self, first_product: Floats) -> None:
        """Read one character: `first_product` is its row of the first layer's kernel, (4 units,) or (rows, 4 units)."""
        added = first_product
        for number, layer in enumerate(self._generator.layers):
            hidden, carry, product = self.hidden[number], self._carry[number], self._products[number]
            gates, entering, kept, shown, candidate = self._parts[number]
            if layer.bias is not None:  # not the first layer, whose kernel holds it
                added = np.matmul(self.hidden[number - 1], layer.kernel, out=self._inputs[number - 1])
                added += layer.bias
            np.matmul(hidden, layer.recurrent_kernel, out=product)
            product += added
            np.tanh(product, out=product)
            gates += 1.0
            gates *= 0.5
            carry *= kept
            candidate *= entering
            carry += candidate
            np.tanh(carry, out=hidden)
            hidden *= shown

    def logits(self, row: int | None = None) -> Floats:
        """Return the logits of the next id, (rows, vocabulary), or (1, vocabulary) of one row."""
        hidden = self.hidden[-1] if row is None else self.hidden[-1][row : row + 1]
        logits = hidden @ self._generator.output_kernel
        logits += self._generator.output_bias
        return np.asarray(logits)

    def clear(self, row: int) -> None:
        """Set one row's states to zero: it starts to read here."""
        for hidden, carry in zip(self.hidden, self._carry, strict=True):
            hidden[row] = 0
            carry[row] = 0


def _prepare_layer(kernel: Floats, recurrent_kernel: Floats, bias: Floats, *, one_hot: bool) -> _Layer:
    """Return a layer's weights, in Keras's order input, forget, candidate, output, as `_Layer` wants them."""

    def arrange(array: Floats) -> Floats:
        entering, kept, candidate, shown = np.split(array.astype(np.float32), 4, axis=-1)
        return np.concatenate((entering * 0.5, kept * 0.5, shown * 0.5, candidate), axis=-1, dtype=np.float32)

    if one_hot:
        return _Layer(kernel=arrange(kernel + bias), recurrent_kernel=arrange(recurrent_kernel), bias=None)
    return _Layer(kernel=arrange(kernel), recurrent_kernel=arrange(recurrent_kernel), bias=arrange(bias))


def _nats(logits: Floats, targets: npt.NDArray[np.intp]) -> Floats:
    """Return the negative logarithm of each target's probability, (rows,)."""
    highest = logits.max(axis=1, keepdims=True)
    totals = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
    return np.asarray(totals - logits[np.arange(len(targets)), targets])
