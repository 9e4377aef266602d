"""What the cache of the text so far gains, at the beginning of a text and later.

`python -m benchmarks.cache --scripts FILE RUN...` measures each run on the held-out episodes, by its network alone and
with each cache model beside it, whether or not its own settings have one.
"""

import argparse
import math
import os
import sys
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the generator has a thread for each core itself

import numpy as np
import numpy.typing as npt

from core.config import END_OF_EPISODE, CacheKind
from core.data.corpus import read_corpus, validation_texts
from core.data.sources.source import Source
from core.errors import CoreError
from core.evaluation.likelihood import nats_with_cache
from core.run.store import Run
from core.writing.generator import Generator

_KINDS: tuple[CacheKind, ...] = ("characters", "words")
_PLACES = (0, 300, 1000, 2000, 5000, 10_000, 20_000, 10**9)  # characters into an episode


def bits_by_place(run: Run, scripts: str, series: str) -> list[tuple[str, list[float]]]:
    """Return (where, bits per character alone, with each kind of cache) over all, then by place.

    Raises:
        CorpusError: the scripts cannot be read.
    """
    known = run.vocabulary
    corpus = read_corpus(
        Source(scripts, series), cleaning=run.config.cleaning, rare_count=1, vocabulary=known
    )
    unseen, labels = validation_texts(corpus, share=run.config.validation_share)
    ids = [known.encode(text + END_OF_EPISODE) for text in unseen]
    start = known.characters.index(END_OF_EPISODE)
    weights = run.weights()
    found = []
    for kind in _KINDS:
        config = run.config.with_changes(cache_model=kind)
        generator = Generator.of(config, weights, known, run.tables)
        found.append(nats_with_cache(generator, ids, start=start, labels=labels))
    ways = [found[0][0], *(cached for _, cached in found)]
    parts = [("all", 0, _PLACES[-1]), *((_words(*place), *place) for place in pairwise(_PLACES))]
    return [(where, [_bits(nats, first, last) for nats in ways]) for where, first, last in parts]


def _bits(texts: list[npt.NDArray[np.float32]], first: int, last: int) -> float:
    """Return the bits per character of the texts between two places."""
    return float(np.concatenate([nats[first:last] for nats in texts]).mean(dtype=np.float64)) / math.log(2)


def _words(first: int, last: int) -> str:
    return f"from {first:,}" if last == _PLACES[-1] else f"{first:,} to {last:,}"


def main(arguments: list[str] | None = None) -> int:
    """Print a table for the runs that the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cache", description=__doc__)
    parser.add_argument(
        "runs", type=Path, nargs="+", help="run directories with a character between episodes"
    )
    parser.add_argument("--scripts", required=True, help="scripts of which some episodes are unseen")
    parser.add_argument("--series", default="DS9", help="series of a scripts JSON")
    options = parser.parse_args(arguments)
    try:
        lines = [
            f"| {path.name} | {where} | {' | '.join(f'{bits:.4f}' for bits in ways)} |"
            for path in options.runs
            for where, ways in bits_by_place(Run.read(path), options.scripts, options.series)
        ]
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    header = ["| run | characters | alone | cache of characters | of words |", "|---|---|---|---|---|"]
    print("\n".join([*header, *lines]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
