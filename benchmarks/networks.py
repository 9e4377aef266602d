"""Weights, runs and text to measure with: random, from a seed, of the sizes that real ones have."""

from itertools import islice, product
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.config import TrainConfig
from core.data.vocabulary import Vocabulary
from core.run.store import Arrays, Run, write_run
from core.writing.generator import Generator

VOCABULARY = 79  # characters, as many as the notes' corpus has
_SEED = 1993
_WORDS = 20_000  # different ones in a synthetic text
_EPISODE = 30_000  # characters


def random_weights(*, units: int, layers: int, vocabulary: int = VOCABULARY) -> Arrays:
    """Return the weights of a network that was not trained; a step takes the same time."""
    rng = np.random.default_rng(_SEED)
    weights = {}
    features = vocabulary
    for layer in range(1, layers + 1):
        for name, rows in (("kernel", features), ("recurrent_kernel", units)):
            weights[f"lstm_{layer}/{name}"] = _normal(rng, (rows, 4 * units), rows**-0.5)
        weights[f"lstm_{layer}/bias"] = _normal(rng, (4 * units,), 0.1)
        features = units
    weights["characters/kernel"] = _normal(rng, (units, vocabulary), units**-0.5)
    weights["characters/bias"] = _normal(rng, (vocabulary,), 0.1)
    return weights


def random_generator(config: TrainConfig) -> Generator:
    """Return a generator with random weights, which writes what the network alone says."""
    weights = random_weights(units=config.units, layers=config.layers)
    return Generator.of(config.with_changes(cache_model="none"), weights)


def write_random_run(folder: Path, config: TrainConfig, *, vocabulary: Vocabulary | None = None) -> Run:
    """Write a run with random weights and return it; over the usual vocabulary it never ends an episode."""
    if vocabulary is None:
        characters = "".join(map(chr, range(32, 32 + VOCABULARY - 1))) + "\n"
        vocabulary = Vocabulary("".join(sorted(characters)))
    folder.mkdir(parents=True)
    write_run(
        folder,
        name="random",
        config=config,
        vocabulary=vocabulary,
        weights=random_weights(units=config.units, layers=config.layers, vocabulary=len(vocabulary)),
        facts={"cast": {"speakers": [], "places": []}, "result": {"bits_per_character": 0.0}},
    )
    return Run.read(folder)


def write_scripts(folder: Path, *, megabytes: float) -> None:
    """Write made-up episodes of `megabytes` (10**6 bytes) in all, a file each."""
    folder.mkdir(parents=True)
    for number, episode in enumerate(invent_episodes(megabytes=megabytes)):
        (folder / f"{number:04d}.txt").write_text(episode, encoding="utf-8")


def invent_episodes(*, megabytes: float) -> list[str]:
    """Return episodes of `megabytes` in all: words of a Zipf-like frequency, spoken by a cast."""
    rng = np.random.default_rng(_SEED)
    words = _invent_words(rng)
    shares = 1 / (np.arange(_WORDS) + 2.7)  # Zipf's law with Mandelbrot's shift
    shares /= shares.sum()
    speakers = [word.upper() for word in words[100:120]]
    count = max(4, round(megabytes * 1e6 / _EPISODE))
    size = round(megabytes * 1e6 / count)
    episodes = []
    for _ in range(count):
        left = iter(rng.choice(words, size=size // 2, p=shares))
        lines: list[str] = []
        while sum(map(len, lines)) + len(lines) < size:
            said = " ".join(islice(left, int(rng.integers(3, 25)))).capitalize()
            lines.append(f"{rng.choice(speakers)}: {said}{rng.choice(list('.?!'))}")
        episodes.append("\n".join(lines)[:size])
    return episodes


def _invent_words(rng: np.random.Generator) -> list[str]:
    syllables = ["".join(parts) for parts in product("bcdfghjklmnprstvwyz", "aeiou", ("", "n", "r"))]
    lengths = rng.choice((1, 2, 3), size=_WORDS)
    return ["".join(rng.choice(syllables, size=length)) for length in lengths]


def _normal(rng: np.random.Generator, shape: tuple[int, ...], scale: float) -> npt.NDArray[np.float32]:
    return rng.normal(0.0, scale, shape).astype(np.float32)
