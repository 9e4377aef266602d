"""The sample after each epoch: one fixed beginning and seed, so that the samples show a network learning."""

import numpy as np

from core.config import END_OF_EPISODE, TrainConfig
from core.data.context_tables import ContextTables
from core.data.corpus import Corpus
from core.run.store import Arrays
from core.writing.generator import Generator
from core.writing.sampling import Sampler

SAMPLE_LENGTH = 300  # characters
SAMPLE_SEED = 7


def write_sample(
    config: TrainConfig, corpus: Corpus, weights: Arrays, tables: ContextTables | None = None
) -> str:
    """Return what the network writes from a line's start at the run's default temperature."""
    generator = Generator.of(config, weights, corpus.vocabulary, tables)
    known = corpus.vocabulary
    end = known.characters.find(END_OF_EPISODE)
    sampler = Sampler(
        vocabulary=len(known),
        temperature=config.default_temperature,
        rng=np.random.default_rng(SAMPLE_SEED),
        scale=config.temperature_scale,
    )
    reader = generator.reader(temperature=config.default_temperature)
    # A line's start is what it has seen most often: few episodes begin in an epoch, so after their end it may go on in
    # the middle of a word.
    opening = known.characters.find("\n")
    opening = opening if opening >= 0 else max(0, end)
    reader.read_all([opening] * (1 if config.targets == "all" else config.window_length))
    ids = generator.stream(sampler, reader=reader, forbidden_first=end if end >= 0 else None)
    text = known.decode([next(ids) for _ in range(SAMPLE_LENGTH)])
    return text.split(END_OF_EPISODE)[0]
