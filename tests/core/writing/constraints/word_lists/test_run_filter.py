"""Originality: what of a text stands in a corpus, told without the corpus's text."""

import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.writing.constraints.word_lists.run_filter import (
    FALSE_POSITIVES,
    RUN,
    RunFilter,
    hash_run,
    hash_runs_after,
    hash_token,
    hash_tokens,
)

words = st.sampled_from(["the", "door", "is", "open", "now", "and", "Kira", "knows", "so", "do", "we"])
texts = st.lists(words, min_size=RUN + 2, max_size=60)
TEXT = "a quick brown fox jumps over the lazy dog while nobody looks at it from the bridge"
CORPUS = TEXT.split(" ")


def invent(rng: np.random.Generator, count: int) -> list[str]:
    """Return words of which no run stands in any corpus."""
    return [f"{number:x}" for number in rng.integers(0, 2**40, count)]


@given(texts, st.data())
def test_filter_never_denies_what_stands_there(text: list[str], data: st.DataObject) -> None:
    """Any stretch of the corpus is found whole, as long as it is."""
    runs = RunFilter.of([text], run=RUN)
    first = data.draw(st.integers(0, len(text) - RUN - 1))
    last = data.draw(st.integers(first + RUN + 1, len(text)))
    found = runs.measure(text[first:last])
    assert (found.longest, found.share) == (last - first, 1.0)
    assert found.passage == " ".join(text[first:last])


def test_filter_takes_one_other_run_in_256() -> None:
    """The share of foreign runs that it takes for the corpus's is what the documentation says."""
    rng = np.random.default_rng(1)
    corpus = [invent(rng, 500) for _ in range(80)]
    runs = RunFilter.of(corpus, run=RUN)
    hashes = rng.integers(0, 2**64, 200_000, dtype=np.uint64)
    share = float(runs.contains(hashes).mean())
    assert 0.8 * FALSE_POSITIVES < share < 1.2 * FALSE_POSITIVES
    assert 11 < 8 * len(runs.bits) / (80 * (500 - RUN + 1)) < 12  # bits a run


def test_filter_reports_seven_foreign_words_once_in_many_pages() -> None:
    """A run that is reported by chance takes two hits in a row: about one place in 65,000."""
    rng = np.random.default_rng(2)
    runs = RunFilter.of([invent(rng, 500) for _ in range(80)], run=RUN)
    hits = runs.contains(rng.integers(0, 2**64, 400_000, dtype=np.uint64))
    assert int((hits[1:] & hits[:-1]).sum()) < 20
    assert runs.measure(invent(rng, 3000)).share < 0.01


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=RUN - 1), st.integers(0, 2**64 - 1))
def test_filter_answers_about_one_run_as_about_many(before: Sequence[int], last: int) -> None:
    """The quick look-up of one run agrees with that of a whole row of them."""
    runs = RunFilter.of([CORPUS], run=len(before) + 1)
    whole = hash_run([*before, last])
    assert hash_runs_after(before, np.array([last], np.uint64)).tolist() == [whole]
    assert runs.contains_one(whole) == bool(runs.contains(np.array([whole], np.uint64))[0])


def test_filter_finds_each_run_of_its_corpus_alone() -> None:
    """Also the quick look-up never denies a run that stands there."""
    runs = RunFilter.of([CORPUS], run=RUN)
    hashes = hash_tokens(CORPUS).tolist()
    assert hashes[0] == hash_token("a")
    assert all(
        runs.contains_one(hash_run(hashes[first : first + RUN])) for first in range(len(hashes) - RUN + 1)
    )


def test_measure_says_how_much_is_copied() -> None:
    """Seven words of the corpus in fourteen are half, and the sentence shows them; six count for nothing."""
    runs = RunFilter.of([CORPUS], run=RUN)
    rng = np.random.default_rng(3)
    found = runs.measure([*invent(rng, 4), *CORPUS[2:9], *invent(rng, 3)])
    assert (found.words, found.longest, found.share) == (14, 7, 0.5)
    assert found.passage == "brown fox jumps over the lazy dog"
    assert str(found) == (
        "50 % of the words are in copied phrases, the longest of 7 words: 'brown fox jumps over the lazy dog'."
    )
    none = runs.measure([*invent(rng, 4), *CORPUS[2:8], *invent(rng, 3)])
    assert str(none) == "No phrase of 7 words is copied."


@pytest.mark.parametrize("count", range(RUN + 2))
def test_measure_of_a_short_text_is_a_sentence(count: int) -> None:
    """A text of no words, or too few for a run, is answered all the same."""
    runs = RunFilter.of([CORPUS], run=RUN)
    assert runs.measure(CORPUS[:count]).longest == (count if count > RUN else 0)
    assert RunFilter.of([], run=RUN).measure(CORPUS).longest in (0, *range(RUN + 1, len(CORPUS) + 1))


def test_filter_holds_no_text() -> None:
    """What ships is bits alone: no word of the corpus can be read in it."""
    data = RunFilter.of([CORPUS * 50], run=RUN).bits.tobytes()
    assert not re.search(b"|".join(word.encode() for word in CORPUS if len(word) > 3), data)
