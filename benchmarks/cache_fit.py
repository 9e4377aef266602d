"""What the constants of the cache of words should be, by the fewest bits of people's texts.

`python -m benchmarks.cache_fit --scripts FILE RUN` fits them to every other held-out episode, by Adam, and reports the
bits of those and of the others, as they are in `core/writing/inference/word_cache.py` and as fitted. `--without` leaves
contexts out, by their number there.
"""

# ruff: noqa: SLF001  # it fits what the module keeps to itself

import argparse
import math
import os
import sys
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt

from core.config import END_OF_EPISODE
from core.data.corpus import read_corpus, validation_texts
from core.data.sources.source import Source
from core.data.vocabulary import Ids
from core.errors import CoreError
from core.evaluation import likelihood
from core.run.store import Run
from core.writing.generator import Generator
from core.writing.inference import word_cache
from core.writing.inference.word_cache import Signs, WordCache

_BATCH = 256  # characters
_EPOCHS = 6
_RATE = 0.03
_TERMS = 4  # of a context: once, sightings, choices, age
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Opinions:
    """What the contexts of some characters say: a row for each id that followed one."""

    logits: npt.NDArray[np.float32]  # (characters, vocabulary), of the network alone
    targets: npt.NDArray[np.intp]  # (characters,)
    first: npt.NDArray[np.intp]  # (characters + 1,): where each character's rows begin
    context: npt.NDArray[np.intp]  # (rows,)
    follower: npt.NDArray[np.intp]  # (rows,), an id
    terms: npt.NDArray[np.float32]  # (rows, 4)


def gather(
    generator: Generator, texts: list[Ids], *, start: int, labels: list[str], without: set[int]
) -> Opinions:
    """Return the opinions on every character of `texts`."""
    signs = generator.caches.signs if generator.caches else Signs.of("")
    logits, first = [], [0]
    rows: list[tuple[float, ...]] = []
    cache = WordCache(signs)
    for index, begin, found in likelihood._logits_of(generator, texts, start, labels):
        cache = cache if begin else WordCache(signs)
        logits.append(found.copy())
        for character in texts[index][begin : begin + len(found)].tolist():
            for context, seen in enumerate(cache._seen):
                if seen is None or context in without:
                    continue
                single = isinstance(seen, int)
                followers = {seen & 0xFFFF: seen >> 16} if isinstance(seen, int) else seen
                total = 1 if single else followers[word_cache._TOTAL]
                kinds = 1 if single else len(followers) - 1
                rows.extend(
                    (context, follower, math.log(total), math.log(kinds), word_cache._AGES[cache._now - when])
                    for follower, when in followers.items()
                    if follower >= 0
                )
            first.append(len(rows))
            cache.read(character)
    table = np.array(rows, dtype=np.float32).reshape(-1, 5)
    terms = np.concatenate((np.ones((len(table), 1), np.float32), table[:, 2:]), axis=1)
    return Opinions(
        np.concatenate(logits),
        np.concatenate(texts).astype(np.intp),
        np.array(first),
        table[:, 0].astype(np.intp),
        table[:, 1].astype(np.intp),
        terms,
    )


def step(opinions: Opinions, first: int, trust: Floats, network: float) -> tuple[float, Floats, float]:
    """Return the nats of a batch of characters, and their gradients by the trust and by the network's factor."""
    here = slice(first, first + _BATCH)
    alone, targets = opinions.logits[here].astype(np.float64), opinions.targets[here]
    begins = opinions.first[first : first + len(targets) + 1]
    rows = slice(begins[0], begins[-1])
    place = np.repeat(np.arange(len(targets)), np.diff(begins))
    context, follower, terms = opinions.context[rows], opinions.follower[rows], opinions.terms[rows]
    known = np.diff(begins) > 0
    logits = np.where(known[:, None], network, 1.0) * alone
    np.add.at(logits, (place, follower), (terms * trust[context]).sum(axis=1))
    logits -= logits.max(axis=1, keepdims=True)
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    every = np.arange(len(targets))
    nats = -logits[every, targets].sum()
    slope = np.exp(logits)
    slope[every, targets] -= 1
    by_trust = np.zeros_like(trust)
    np.add.at(by_trust, context, slope[place, follower][:, None] * terms)
    return float(nats), by_trust, float((slope * alone)[known].sum())


def fit(opinions: Opinions) -> tuple[Floats, float]:
    """Return the trust (contexts, 4) and the network's factor with the fewest bits (Adam, Kingma and Ba 2015)."""
    values = np.zeros(len(word_cache._TRUST) * _TERMS + 1)
    values[-1] = 1
    mean, square, done = np.zeros_like(values), np.zeros_like(values), 0
    batches = range(0, len(opinions.targets), _BATCH)
    for _ in range(_EPOCHS):
        for first in batches:
            _, by_trust, by_network = step(opinions, first, values[:-1].reshape(-1, _TERMS), values[-1])
            slope = np.append(by_trust, by_network) / _BATCH
            done += 1
            mean = 0.9 * mean + 0.1 * slope
            square = 0.999 * square + 0.001 * slope**2
            rate = _RATE * (1 - done / (_EPOCHS * len(batches)))
            values -= rate * (mean / (1 - 0.9**done)) / (np.sqrt(square / (1 - 0.999**done)) + 1e-8)
    return values[:-1].reshape(-1, _TERMS), float(values[-1])


def bits(opinions: Opinions, trust: Floats, network: float) -> float:
    """Return the bits per character."""
    nats = sum(step(opinions, first, trust, network)[0] for first in range(0, len(opinions.targets), _BATCH))
    return nats / len(opinions.targets) / math.log(2)


def main(arguments: list[str] | None = None) -> int:
    """Print the constants and the bits; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cache_fit", description=__doc__)
    parser.add_argument("run", type=Path, help="run directory with a character between episodes")
    parser.add_argument("--scripts", required=True, help="scripts of which some episodes are unseen")
    parser.add_argument("--series", default="DS9", help="series of a scripts JSON")
    parser.add_argument("--without", type=int, nargs="*", default=[], help="contexts to leave out, from 0")
    options = parser.parse_args(arguments)
    try:
        run = Run.read(options.run)
        known = run.vocabulary
        source = Source(options.scripts, options.series)
        corpus = read_corpus(source, cleaning=run.config.cleaning, rare_count=1, vocabulary=known)
        texts, labels = validation_texts(corpus, share=run.config.validation_share)
        generator = Generator.of(
            run.config.with_changes(cache_model="words"), run.weights(), known, run.tables
        )
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    ids = [known.encode(text + END_OF_EPISODE) for text in texts]
    start, without = known.characters.index(END_OF_EPISODE), set(options.without)
    fitted, others = (
        gather(generator, ids[half::2], start=start, labels=labels[half::2], without=without)
        for half in (1, 0)
    )
    nothing = np.zeros((len(word_cache._TRUST), _TERMS))
    shipped = np.array(word_cache._TRUST)
    trust, network = fit(fitted)
    for name, values in (
        ("alone", (nothing, 1.0)),
        ("as they are", (shipped, word_cache._NETWORK)),
        ("fitted", (trust, network)),
    ):
        print(f"{name}: {bits(fitted, *values):.4f} bits on these, {bits(others, *values):.4f} on the others")
    for context, row in enumerate(trust):
        print(f"context {context}: {', '.join(f'{value:.2f}' for value in row)}")
    print(f"network: {network:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
