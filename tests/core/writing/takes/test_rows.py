"""Rows side by side: each reads as a reader of its own would, whoever leaves."""

import numpy as np
import pytest

from benchmarks.networks import VOCABULARY, random_weights
from core.writing.generator import Generator
from core.writing.inference.readers import CarriedReader
from core.writing.takes.rows import Rows


@pytest.fixture(params=[1, 2])
def generator(request: pytest.FixtureRequest) -> Generator:
    """Return a generator of one layer, and one of two."""
    return Generator(random_weights(units=24, layers=request.param), targets="all", window_length=64)


def texts(*, seed: int, lengths: list[int]) -> list[list[int]]:
    """Return random ids, a text for each length."""
    rng = np.random.default_rng(seed)
    return [rng.integers(VOCABULARY, size=length).tolist() for length in lengths]


def reader_after(generator: Generator, *parts: list[int]) -> CarriedReader:
    """Return a reader that has read `parts`."""
    reader = CarriedReader(generator)
    for part in parts:
        reader.read_all(part)
    return reader


def test_rows_read_as_readers_of_their_own(generator: Generator) -> None:
    """Rows of different lengths, of which each leaves at its end, have the logits that a reader has there."""
    (opening,) = texts(seed=1, lengths=[30])
    lines = texts(seed=2, lengths=[9, 3, 12, 3, 7, 1, 12])
    rows = Rows(generator, len(lines))
    rows.begin(reader_after(generator, opening), len(lines))
    left = list(range(len(lines)))
    places = {}
    for step in range(13):
        for place in reversed(range(len(left))):
            if len(lines[left[place]]) == step:
                places[left[place]] = rows.leave(place)
                left[place] = left[-1]
                left.pop()
        rows.multiply()
        for place, line in enumerate(left):
            alone = reader_after(generator, opening, lines[line][:step])
            np.testing.assert_allclose(rows.logits[place], alone.logits, rtol=1e-4, atol=1e-5)
        if left:
            rows.read([lines[line][step] for line in left])
    for line, place in places.items():
        given_back = reader_after(generator, opening)
        rows.give_back(place, given_back)
        given_back.read_all(opening)
        alone = reader_after(generator, opening, lines[line], opening)
        np.testing.assert_allclose(given_back.logits, alone.logits, rtol=1e-4, atol=1e-5)
