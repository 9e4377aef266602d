"""The trained LSTM in NumPy: characters in and out, one at a time."""

from collections.abc import Iterator

import numpy as np

from core.config import TrainConfig
from core.data.context import Context
from core.data.context_tables import ContextTables
from core.data.vocabulary import Vocabulary
from core.errors import RunError
from core.run.store import Arrays, Run
from core.writing.inference.caches import Caches
from core.writing.inference.readers import CachedReader, CarriedReader, ContextualReader, Reader, WindowReader
from core.writing.inference.weights import PreparedWeights
from core.writing.inference.word_cache import Signs
from core.writing.sampling import Sampler


class Generator(PreparedWeights):
    """A run's network, ready to be read by any number of scenes at once; holds no scene's state."""

    @classmethod
    def of(
        cls,
        config: TrainConfig,
        weights: Arrays,
        vocabulary: Vocabulary | None = None,
        tables: ContextTables | None = None,
    ) -> "Generator":
        """Return the generator of a network trained under `config`.

        Without the `vocabulary` that its ids stand for it has neither a cache model nor a context.
        """
        return cls(
            weights,
            targets=config.targets,
            window_length=config.window_length,
            context=None if vocabulary is None else context_of(vocabulary, tables),
            caches=None if vocabulary is None else caches_of(config, vocabulary),
        )

    def reader(self, *, temperature: float = 1.0, label: str | None = None) -> Reader:
        """Return a reader at the beginning of a text with that label, to be gone on with at `temperature`.

        Without a label, and where the network reads one, it is the first that the network knows.
        """
        reader: Reader
        if self.targets == "last":
            reader = WindowReader(self)
        elif self.context is None:
            reader = CarriedReader(self)
        else:
            reader = ContextualReader(self, self.context, label)
        cache = None if self.caches is None else self.caches.begin(temperature=temperature)
        return CachedReader(reader, cache) if cache and cache.weight else reader

    def stream(
        self, sampler: Sampler, *, reader: Reader, forbidden_first: int | None = None
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


def caches_of(config: TrainConfig, vocabulary: Vocabulary) -> Caches | None:
    """Return what begins the caches of a run's texts, None for a run without."""
    return (
        None if config.cache_model == "none" else Caches(config.cache_model, Signs.of(vocabulary.characters))
    )


def open_generator(run: Run) -> Generator:
    """Return the generator of a run whose weights fit each other and its characters.

    Raises:
        RunError: they do not, or are missing or damaged.
    """
    weights = run.weights()
    try:
        generator = Generator.of(run.config, weights, run.vocabulary, run.tables)
        rows = len(weights["lstm_1/kernel"])  # one for each character, and for what else the network reads
        if (
            generator.vocabulary != len(run.vocabulary)
            or rows != generator.vocabulary + generator.context_size
        ):
            raise ValueError(rows)  # noqa: TRY301  # caught with those of the shapes
        generator.reader().read(0)
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise RunError(
            "The run in {path} is damaged: its weights do not fit together. Train it anew.", path=run.path
        ) from error
    return generator
