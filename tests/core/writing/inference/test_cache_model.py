"""The cache of what a text has said so far: what it makes of a network's opinion, and what it costs to keep."""

from collections import Counter
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.networks import random_weights
from core.config import Targets, TrainConfig
from core.data.vocabulary import Ids
from core.evaluation.likelihood import nats_of
from core.writing.generator import Generator
from core.writing.inference.cache_model import CacheModel, cached_nats
from core.writing.sampling import softmax

VOCABULARY = 5
texts = st.lists(st.integers(0, VOCABULARY - 1), max_size=120)


def uniform(length: int) -> npt.NDArray[np.float32]:
    """Return the nats of a network that knows nothing, (length,)."""
    return np.full(length, np.log(VOCABULARY), dtype=np.float32)


def probabilities_after(text: list[int], *, alone: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the Pitman-Yor formula's probabilities (vocabulary,), by counting the whole text anew for each order."""
    current = alone
    for length, strength, discount in ((5, 15.0, 0.65), (12, 0.1, 0.8)):
        context = text[len(text) - length :]
        counts = Counter(text[end] for end in range(length, len(text)) if text[end - length : end] == context)
        if len(text) >= length and counts:
            own = np.array([max(counts[id_] - discount, 0) for id_ in range(VOCABULARY)])
            left = strength + discount * len(counts)
            current = (own + left * current) / (sum(counts.values()) + strength)
    return current


@given(texts)
def test_cache_model_follows_the_formula(text: list[int]) -> None:
    """After any text the mended logits are the formula's probabilities, which sum to one."""
    logits = np.linspace(-2, 3, VOCABULARY, dtype=np.float32)
    expected = probabilities_after(text, alone=softmax(logits))
    cache = CacheModel()
    for character in text:
        cache.read(character)
    cache.mend(logits)
    assert expected.sum() == pytest.approx(1)
    np.testing.assert_allclose(softmax(logits), expected, rtol=1e-4)


@given(texts)
def test_cached_nats_follow_the_formula(text: list[int]) -> None:
    """A text's nats are those of the formula, character by character."""
    alone = np.full(VOCABULARY, 1 / VOCABULARY)
    expected = [
        -np.log(probabilities_after(text[:index], alone=alone)[character])
        for index, character in enumerate(text)
    ]
    np.testing.assert_allclose(
        cached_nats(np.array(text, dtype=np.uint16), uniform(len(text))), expected, rtol=1e-5
    )


@pytest.mark.parametrize("targets", ["all", "last"])
def test_what_is_written_is_what_is_measured(targets: Targets) -> None:
    """A reader's probabilities, at a temperature of 1, are those that `cached_nats` reports of the text it reads."""
    config = TrainConfig(targets=targets, units=7, window_length=6)
    generator = Generator.of(config, random_weights(units=7, layers=1, vocabulary=VOCABULARY))
    ids: Ids = np.random.default_rng(3).integers(0, 2, size=300).astype(np.uint16)
    reader = generator.reader()
    reader.read_all([4] * 6)  # what stands before a text, in a window's length
    written = []
    for character in ids.tolist():
        written.append(-np.log(softmax(reader.logits)[character]))
        reader.read(character)
    network = replace(config, cache_model=False)
    alone = Generator.of(network, random_weights(units=7, layers=1, vocabulary=VOCABULARY))
    shown = np.concatenate(([4] * 5, ids)).astype(np.uint16)
    bare = nats_of(alone, [shown], start=4)[0][5:]
    padded = np.concatenate(([4] * 6, ids)).astype(np.uint16)
    measured = cached_nats(padded, np.concatenate((np.zeros(6, dtype=np.float32), bare)))[6:]
    assert measured.mean() < bare.mean()  # two characters at random: much comes again
    np.testing.assert_allclose(written, measured, atol=1e-3)


def test_a_name_is_remembered() -> None:
    """What followed a context once is expected there more than before, and everything else as it was."""
    cache = CacheModel()
    for character in [0, 1, 2, 3, 0, 4, 0, 1, 2, 3, 0]:
        cache.read(character)
    logits = np.zeros(VOCABULARY, dtype=np.float32)
    cache.mend(logits)
    assert logits[4] > 0
    assert not logits[:4].any()


@pytest.mark.parametrize("temperature", [0.0, 0.2, 0.5, 1.0, 2.0])
def test_cold_scenes_hear_less_of_themselves(temperature: float) -> None:
    """The correction is multiplied by the temperature's square below 1; at 0 and without the setting there is none."""
    weights = random_weights(units=7, layers=1, vocabulary=VOCABULARY)
    generator = Generator(weights, targets="all", window_length=6, cache_model=True)
    alone = Generator(weights, targets="all", window_length=6)
    readers = (
        generator.reader(temperature=temperature),
        generator.reader(),
        alone.reader(temperature=temperature),
    )
    for reader in readers:
        reader.read_all([0, 1, 2, 3, 0, 4, 0, 1, 2, 3, 0])
    cold, full, none = (reader.logits for reader in readers)
    assert full[4] > none[4]
    np.testing.assert_allclose(cold - none, min(temperature, 1) ** 2 * (full - none), atol=1e-6)


@pytest.mark.parametrize("targets", ["all", "last"])
def test_reading_nothing_changes_nothing(targets: Targets) -> None:
    """An empty text after another leaves the logits as they were, and so does reading it in two parts."""
    weights = random_weights(units=7, layers=1, vocabulary=VOCABULARY)
    generator = Generator(weights, targets=targets, window_length=6, cache_model=True)
    text = [0, 1, 2, 3, 0, 4, 0, 1, 2, 3, 0]
    whole, parts = generator.reader(), generator.reader()
    whole.read_all(text)
    for part in ([], text[:6], text[6:], []):
        parts.read_all(part)
    np.testing.assert_array_equal(whole.logits, parts.logits)


def test_a_long_text_is_forgotten_in_part() -> None:
    """The cache of a text of any length stays small, knows what came lately and no longer what came first."""
    rng = np.random.default_rng(5)
    # 100,000 characters of a large alphabet: next to no context comes twice by itself.
    early, filler, late = ([index] * 12 for index in (1, 2, 3))
    text = [*early, 50, *rng.integers(100, 60_000, 100_000).tolist(), *late, 60, *filler]
    cache = CacheModel()
    for character in text:
        cache.read(character)
    assert cache.size < 2 * 33_000
    for context, expected, known in ((late, 60, True), (early, 50, False)):
        for character in context:
            cache.read(character)
        assert (cache.nats(expected, 8.0) < 8.0) is known


@pytest.mark.parametrize("level", [0, 500, -500])
def test_logits_without_hope_are_mended(level: float) -> None:
    """An id that the network all but excludes is possible once it stood there before, wherever its logits lie."""
    cache = CacheModel()
    for character in [0, 1, 2, 3, 0, 4, 0, 1, 2, 3, 0]:
        cache.read(character)
    logits = np.array([0, 0, 0, 0, -2000], dtype=np.float32) + np.float32(level)
    cache.mend(logits)
    assert softmax(logits)[4] == pytest.approx((1 - 0.65) / 16, rel=1e-3)
    assert cache.nats(4, 2000.0) == pytest.approx(-np.log((1 - 0.65) / 16), rel=1e-3)
