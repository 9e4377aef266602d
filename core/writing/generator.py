"""The trained LSTM in NumPy: characters in and out, one at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core.config import Targets, TrainConfig
from core.run.store import Arrays
from core.writing.cache_model import CacheModel
from core.writing.cells import CarriedCell, Cell, Floats, in_quick_order, of_doubled, parts, prepare_layer
from core.writing.sampling import Sampler

# Bytes. Where no more are needed, what an id adds stands once for each row of a window: NumPy adds that sooner.
_REPEATED = 4 * 2**20


class Generator:
    """The weights of a run, ready to be read by any number of scenes at once; holds no scene's state."""

    def __init__(
        self, weights: Arrays, *, targets: Targets, window_length: int, cache_model: bool = False
    ) -> None:
        layers = sum(name.endswith("/recurrent_kernel") for name in weights)
        self.layers = tuple(
            prepare_layer(
                weights[f"lstm_{layer}/kernel"],
                weights[f"lstm_{layer}/recurrent_kernel"],
                weights[f"lstm_{layer}/bias"],
                one_hot=layer == 1,
            )
            for layer in range(1, layers + 1)
        )
        self.look_up = parts(self.layers[0].kernel)  # (4, vocabulary, units): what each id adds
        self.added = [
            self.look_up[:, row : row + 1] for row in range(self.look_up.shape[1])
        ]  # (4, 1, units) each, or (4, window_length, units) where that is quicker
        self.output_kernel = of_doubled(
            np.ascontiguousarray(weights["characters/kernel"], dtype=np.float32)
        )  # (units, vocabulary)
        self.output_bias = np.asarray(weights["characters/bias"], dtype=np.float32)  # (vocabulary,)
        # Of a carried state: each layer's recurrent kernel, the last one with more.
        self.matrices: list[Floats] = []
        if targets == "all":
            self._lay_out()
        elif self.look_up.nbytes * window_length <= _REPEATED:
            self.added = [np.repeat(row, window_length, axis=1) for row in self.added]
        self.targets = targets
        self.window_length = window_length
        self.cache_model = cache_model

    @classmethod
    def of(cls, config: TrainConfig, weights: Arrays) -> "Generator":
        """Return the generator of a network trained under `config`."""
        return cls(
            weights,
            targets=config.targets,
            window_length=config.window_length,
            cache_model=config.cache_model,
        )

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
            in_quick_order(matrix) for matrix in (*(layer.recurrent_kernel for layer in lower), joined)
        ]
        self.layers = tuple(
            replace(layer, recurrent_kernel=matrix[: layer.units, : 4 * layer.units])
            for layer, matrix in zip(self.layers, self.matrices, strict=True)
        )

    def reader(self, *, temperature: float = 1.0) -> "Reader":
        """Return a reader at the beginning of a text, to be gone on with at `temperature`.

        Below 1 a temperature makes the network's favourites likelier still. The cache would so hear its own phrases
        again and again; its correction counts `temperature` times as much as at 1 instead, after the division by it.
        """
        reader = CarriedReader(self) if self.targets == "all" else WindowReader(self)
        weight = min(temperature, 1.0) ** 2
        return CachedReader(reader, weight=weight) if self.cache_model and weight else reader

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
        self.cells = [
            CarriedCell(layer, matrix)
            for layer, matrix in zip(generator.layers, generator.matrices, strict=True)
        ]
        self._first, *self._others = self.cells
        last = self._others[-1] if self._others else self._first
        self.logits = last.rest
        self.logits[:] = generator.output_bias
        self._added = generator.added

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
        self._states = WindowStates(generator)
        self._added = generator.added
        self._window_length = generator.window_length
        self._oldest = 0
        self.logits = np.empty(generator.vocabulary, dtype=np.float32)
        self._states.write_logits(0, self.logits)

    def read(self, character: int) -> None:
        """Take in one id."""
        # The window that was complete makes room for the one that starts here.
        self._states.clear(self._oldest)
        self._oldest = (self._oldest + 1) % self._window_length
        self._states.advance(self._added[character])
        self._states.write_logits(self._oldest, self.logits)


class CachedReader(Reader):
    """Another reader's logits, with what the text has said so far in them."""

    def __init__(self, reader: Reader, *, weight: float) -> None:
        self.reader = reader
        self.cache = CacheModel(weight=weight)
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

    def catch_up(self, ids: Sequence[int]) -> None:
        """Take in ids that the other reader has read already."""
        for character in ids:
            self.cache.read(character)
        self.cache.mend(self.logits)


class States:
    """What some rows (texts or windows) remember in every layer."""

    def __init__(self, generator: Generator, rows: int) -> None:
        self._cells = [Cell(layer, rows) for layer in generator.layers]
        self._first, *self._others = self._cells
        self._last = self._cells[-1].hidden
        self._output_kernel = generator.output_kernel
        self._output_bias = generator.output_bias

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

    def logits(self) -> Floats:
        """Return the logits of the next id, (rows, vocabulary)."""
        logits = self._last @ self._output_kernel
        logits += self._output_bias
        return np.asarray(logits)


class WindowStates(States):
    """States whose rows are read out and cleared one by one."""

    def __init__(self, generator: Generator) -> None:
        super().__init__(generator, generator.window_length)
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
