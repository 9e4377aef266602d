"""The cache of words: what it makes of a network's opinion, and what it costs to keep."""

import math
import re

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.networks import random_weights
from core.config import CacheKind, Targets, TrainConfig
from core.data.vocabulary import Ids, Vocabulary
from core.evaluation.likelihood import nats_of, nats_with_cache
from core.writing.generator import Generator
from core.writing.inference.caches import Caches
from core.writing.inference.readers import CachedReader
from core.writing.inference.word_cache import Signs, WordCache
from core.writing.sampling import softmax

KNOWN = Vocabulary("\n (:ABab\u738b")
SIGNS = Signs.of(KNOWN.characters)
# Terms of the logarithm of the odds of what followed: once, sightings, choices, age.
TRUST = ((0.3, 0, -0.08, -0.03), (1.2, 0.3, -0.7, -0.17), (0.68, 0.23, -0.35, -0.12), (0.9, 0.6, -1.2, -0.07))
TRUST_OF_HEADS = (2.4, 0.5, -1.2, -0.3)
NETWORK = 0.83
texts = st.text(st.sampled_from(list(KNOWN.characters)), max_size=120)
Floats = npt.NDArray[np.float32]


def contexts_of(text: str) -> list[str | None]:
    """Return the contexts of what follows a text: characters, word, word after one and after two words, and head."""
    tokens = re.findall(r"[ABab]+|\u738b|\n", text)
    word = tokens.pop() if re.search("[ABab]$", text) else ""
    before = ["", "", *(part for token in tokens for part in ([token] * 2 if token == "\n" else [token]))]
    *_, earlier, previous = before
    speaker, lines = "", text.split("\n")
    for line in lines:
        if (named := re.match("([^(:][^:]{0,39}|):", line)) is not None:
            speaker = named[1]
    head = lines[-1] if re.fullmatch("([^(:][^:]{0,39})?", lines[-1]) else None
    return [
        text[-5:] if len(text) >= 5 else None,
        word or None,
        f"{previous} {word}",
        f"{earlier} {previous} {word}",
        None if head is None else f"{speaker}:{head}",
    ]


def mended(text: str, logits: Floats) -> Floats:
    """Return the formula's logits after a text, by looking for each context in the whole text anew."""
    result, now = logits.astype(np.float64), len(text)
    wanted = contexts_of(text)
    earlier = [contexts_of(text[:end]) for end in range(now)]
    anything = False
    for kind, (once, sightings, choices, age) in enumerate((*TRUST, TRUST_OF_HEADS)):
        if wanted[kind] is None:
            continue
        places = [end for end in range(now) if earlier[end][kind] == wanted[kind]]
        last = {text[end]: end for end in places}
        for character, end in last.items():
            if not anything:
                result *= NETWORK
                anything = True
            share = once + sightings * math.log(len(places)) + choices * math.log(len(last))
            result[KNOWN.characters.index(character)] += share + age * math.log1p((now - end) / 200)
    return result.astype(np.float32)


def read(text: str) -> WordCache:
    """Return a cache that has read a text."""
    cache = WordCache(SIGNS)
    for character in KNOWN.encode(text).tolist():
        cache.read(character)
    return cache


@given(texts)
def test_cache_model_follows_the_formula(text: str) -> None:
    """After any text the mended logits are the formula's."""
    logits = np.linspace(-2, 3, len(KNOWN), dtype=np.float32)
    expected = mended(text, logits)
    read(text).mend(logits)
    np.testing.assert_allclose(logits, expected, atol=1e-4)


def generator_of(targets: Targets = "all", cache: CacheKind = "words") -> Generator:
    """Return the generator of a network of random weights."""
    config = TrainConfig(targets=targets, units=7, window_length=6, cache_model=cache, context=False)
    weights = random_weights(units=7, layers=1, vocabulary=len(KNOWN))
    return Generator.of(config, weights, KNOWN)


@pytest.mark.parametrize(("targets", "kind"), [("all", "words"), ("all", "characters"), ("last", "words")])
def test_what_is_measured_is_what_is_read(
    targets: Targets, kind: CacheKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader's probabilities are those that are reported of the texts it reads, also of long ones read in pieces."""
    monkeypatch.setattr("core.evaluation.likelihood._PIECE", 64)
    monkeypatch.setattr("core.evaluation.likelihood._KEPT_ROWS", 2)
    rng = np.random.default_rng(3)
    ids: list[Ids] = [rng.integers(0, 2, size=size).astype(np.uint16) for size in (300, 0, 20, 130)]
    generator = generator_of(targets, kind)
    alone, measured = nats_with_cache(generator, ids, start=4)
    plain = nats_of(generator_of(targets, cache="none"), ids, start=4)
    assert (
        np.concatenate(measured).mean() < np.concatenate(alone).mean()
    )  # of two characters much comes again
    for text, bare, whole, expected in zip(ids, alone, measured, plain, strict=True):
        np.testing.assert_allclose(bare, expected, atol=1e-4)
        inner = generator_of(targets, cache="none").reader()
        inner.read_all(
            [4] * (6 if targets == "last" else 1)
        )  # what stands before a text, in a window's length
        reader = CachedReader(inner, Caches(kind, SIGNS).begin())
        written = []
        for character in text.tolist():
            written.append(-np.log(softmax(reader.logits)[character]))
            reader.read(character)
        np.testing.assert_allclose(written, whole, atol=1e-3)


def test_who_answers_whom_is_remembered() -> None:
    """Who spoke after somebody is expected to speak after them again, and words after the words before them."""
    logits = np.zeros(len(KNOWN), dtype=np.float32)
    read("A: ab\nB: ba\nA: a\n").mend(logits)
    assert logits.argmax() == KNOWN.characters.index("B")
    logits = np.zeros(len(KNOWN), dtype=np.float32)
    read("A: aa bb ab ba\nB: aa ").mend(logits)
    assert logits.argmax() == KNOWN.characters.index("b")


@pytest.mark.parametrize("temperature", [0.0, 0.2, 0.5, 1.0, 2.0])
def test_cold_scenes_hear_less_of_themselves(temperature: float) -> None:
    """A scene's own lines count half, and soon less below a temperature of 1; at 0 not at all."""
    text = KNOWN.encode("A: ab\nB: ba\nA: a\n")
    generator, alone = generator_of(), generator_of(cache="none")
    readers = generator.reader(temperature=temperature), generator.reader(), alone.reader()
    for reader in readers:
        reader.read_all(text)
    cold, full, none = (reader.logits for reader in readers)
    assert softmax(full)[KNOWN.characters.index("B")] > softmax(none)[KNOWN.characters.index("B")]
    np.testing.assert_allclose(cold - none, min(temperature, 1) ** 5 * (full - none), atol=1e-6)
    whole = none.copy()
    read("A: ab\nB: ba\nA: a\n").mend(whole)
    np.testing.assert_allclose(full - none, 0.5 * (whole - none), atol=1e-5)


@pytest.mark.parametrize("targets", ["all", "last"])
def test_reading_nothing_changes_nothing(targets: Targets) -> None:
    """An empty text after another leaves the logits as they were, and so does reading it in two parts."""
    generator = generator_of(targets)
    text = KNOWN.encode("A: ab\nB: ba\nA: a\n").tolist()
    whole, parts = generator.reader(), generator.reader()
    whole.read_all(text)
    for start, end in ((0, 0), (0, 6), (6, None), (0, 0)):
        parts.read_all(text[start:end])
    np.testing.assert_array_equal(whole.logits, parts.logits)


def test_a_long_text_is_forgotten_in_part() -> None:
    """The cache of a text of any length stays small, knows what came lately and no longer what came first."""
    rng = np.random.default_rng(5)
    filler, rare = "".join(rng.choice(list("ab "), 100_000)), KNOWN.characters.index("\u738b")
    cache = read(f"\nAA: \u738b\n{filler}\nBB: \u738b\n")
    assert cache.size < 5 * 33_000
    for line, is_known in (("BB: ", True), ("AA: ", False)):
        for character in KNOWN.encode(line).tolist():
            cache.read(character)
        logits = np.zeros(len(KNOWN), dtype=np.float32)
        cache.mend(logits)
        assert bool(logits[rare] > 0) is is_known


@pytest.mark.parametrize("level", [0, 500, -500])
def test_a_level_of_logits_changes_nothing(level: float) -> None:
    """Probabilities are mended alike wherever their logits lie."""
    cache = read("A: ab\nB: ba\nA: a\n")
    logits = np.linspace(-2, 3, len(KNOWN), dtype=np.float32)
    raised = logits + np.float32(level)
    cache.mend(logits)
    cache.mend(raised)
    np.testing.assert_allclose(softmax(raised), softmax(logits), rtol=1e-3)
