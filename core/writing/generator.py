"""The trained LSTM in NumPy: characters in and out, one at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core.config import Targets, TrainConfig
from core.data.context import Context, ContextReader, ContextTables
from core.data.vocabulary import Vocabulary
from core.run.store import Arrays
from core.writing.cache_model import CacheModel
from core.writing.cells import (
    CarriedCell,
    Cell,
    Floats,
    in_quick_order,
    of_doubled,
    parts,
    prepare_added,
    prepare_layer,
)
from core.writing.sampling import Sampler

# Bytes. Where no more are needed, what an id adds stands once for each row of a window: NumPy adds that sooner.
_REPEATED = 4 * 2**20


class Generator:
    """The weights of a run, ready to be read by any number of scenes at once; holds no scene's state."""

    def __init__(
        self,
        weights: Arrays,
        *,
        targets: Targets,
        window_length: int,
        cache_model: bool = False,
        context: Context | None = None,
    ) -> None:
        layers = sum(name.endswith("/recurrent_kernel") for name in weights)
        self.context = context
        self.context_size = 0 if context is None else context.tables.rows
        kernels = {layer: weights[f"lstm_{layer}/kernel"] for layer in range(1, layers + 1)}
        if context is not None:
            characters = len(context.characters)
            # (context rows, 4 units): what each of them adds
            self.context_rows = prepare_added(kernels[1][characters:])
            kernels[1] = kernels[1][:characters]
        self.layers = tuple(
            prepare_layer(
                kernels[layer],
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
    def of(cls, config: TrainConfig, weights: Arrays, context: Context | None = None) -> "Generator":
        """Return the generator of a network trained under `config`."""
        return cls(
            weights,
            targets=config.targets,
            window_length=config.window_length,
            cache_model=config.cache_model,
            context=context,
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

    def reader(self, *, temperature: float = 1.0, label: str | None = None) -> "Reader":
        """Return a reader at the beginning of a text with that label, to be gone on with at `temperature`.

        Without a label, and where the network reads one, it is the first that the network knows.

        Below 1 a temperature makes the network's favourites likelier still. The cache would so hear its own phrases
        again and again; its correction counts `temperature` times as much as at 1 instead, after the division by it.
        """
        reader: Reader
        if self.targets == "last":
            reader = WindowReader(self)
        elif self.context is None:
            reader = CarriedReader(self)
        else:
            reader = ContextualReader(self, self.context, label)
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


def context_of(vocabulary: Vocabulary, tables: ContextTables | None) -> Context | None:
    """Return the context that a network of that vocabulary reads, None without tables."""
    return None if tables is None else Context(tables, vocabulary.characters)


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


class ContextTally:
    """What the context of a text adds in the first layer, as the text is read."""

    def __init__(self, generator: Generator, reader: ContextReader, characters: str) -> None:
        self._generator = generator
        self._reader = reader
        self._characters = characters
        self._rows: tuple[int, ...] = ()
        self.added = np.zeros(4 * generator.layers[0].units, dtype=np.float32)

    def read(self, character: int) -> bool:
        """Take in one id, and return whether `added` has changed, which is written over."""
        rows = self._reader.read(self._characters[character])
        if rows is self._rows:
            return False
        self._rows = rows
        self._generator.context_rows[list(rows)].sum(axis=0, out=self.added)
        return True

    def fork(self) -> "ContextTally":
        """Return one that goes on from here by itself."""
        forked = ContextTally(self._generator, self._reader.fork(), self._characters)
        forked.stand_at(self)
        return forked

    def stand_at(self, other: "ContextTally") -> None:
        """Go on from where `other` is."""
        self._reader, self._rows = other._reader.fork(), other._rows  # noqa: SLF001  # of the same class
        self.added[:] = other.added


class ContextualReader(CarriedReader):
    """A carried state that reads, beside each character, the context that follows from the text so far."""

    def __init__(self, generator: Generator, context: Context, label: str | None) -> None:
        super().__init__(generator)
        self.tally = ContextTally(generator, context.reader(label), context.characters)
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
