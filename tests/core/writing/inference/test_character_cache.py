"""The cache of characters, with which runs from before the cache of words go on: its formula and its memory."""

from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.writing.inference.character_cache import CharacterCache
from core.writing.sampling import softmax

VOCABULARY = 5
texts = st.lists(st.integers(0, VOCABULARY - 1), max_size=120)


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
    cache = CharacterCache()
    for character in text:
        cache.read(character)
    cache.mend(logits)
    assert expected.sum() == pytest.approx(1)
    np.testing.assert_allclose(softmax(logits), expected, rtol=1e-4)


def test_a_name_is_remembered() -> None:
    """What followed a context once is expected there more than before, and everything else as it was."""
    cache = CharacterCache()
    for character in [0, 1, 2, 3, 0, 4, 0, 1, 2, 3, 0]:
        cache.read(character)
    logits = np.zeros(VOCABULARY, dtype=np.float32)
    cache.mend(logits)
    assert logits[4] > 0
    assert not logits[:4].any()


def test_a_long_text_is_forgotten_in_part() -> None:
    """The cache of a text of any length stays small, knows what came lately and no longer what came first."""
    rng = np.random.default_rng(5)
    # 100,000 characters of a large alphabet: next to no context comes twice by itself.
    early, filler, late = ([index] * 12 for index in (1, 2, 3))
    text = [*early, 50, *rng.integers(100, 60_000, 100_000).tolist(), *late, 60, *filler]
    cache = CharacterCache()
    for character in text:
        cache.read(character)
    assert len(cache._short) + len(cache._long) < 2 * 33_000
    for context, expected, known in ((late, 60, True), (early, 50, False)):
        for character in context:
            cache.read(character)
        logits = np.zeros(100, dtype=np.float32)
        cache.mend(logits)
        assert bool(logits[expected] > 0) is known


@pytest.mark.parametrize("level", [0, 500, -500])
def test_logits_without_hope_are_mended(level: float) -> None:
    """An id that the network all but excludes is possible once it stood there before, wherever its logits lie."""
    cache = CharacterCache()
    for character in [0, 1, 2, 3, 0, 4, 0, 1, 2, 3, 0]:
        cache.read(character)
    logits = np.array([0, 0, 0, 0, -2000], dtype=np.float32) + np.float32(level)
    cache.mend(logits)
    assert softmax(logits)[4] == pytest.approx((1 - 0.65) / 16, rel=1e-3)
