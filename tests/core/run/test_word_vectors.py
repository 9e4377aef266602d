"""Word vectors: words that are said about the same thing lie near one another, and small corpora have none."""

import numpy as np
import pytest

from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.run.word_vectors import WordVectors, build_word_vectors
from tests.core.run.two_subjects import COMMON, WORDS, build_episodes


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    """Return the vectors of a corpus of two subjects."""
    episodes = build_episodes(150)
    return build_word_vectors(episodes, Alphabet(Vocabulary.of("".join(episodes))))


def test_words_of_a_subject_lie_near_one_another(vectors: WordVectors) -> None:
    """What is said in a few words of a subject is nearer to others of it than to those of another."""
    cargo, more_cargo, music = (
        vectors.subject_of(words) for words in (WORDS["cargo"][:9], WORDS["cargo"][20:29], WORDS["music"][:9])
    )
    assert cargo is not None
    assert more_cargo is not None
    assert music is not None
    assert float(cargo @ more_cargo) > 0.5
    assert float(cargo @ music) < 0


def test_words_that_are_said_everywhere_have_no_subject(vectors: WordVectors) -> None:
    """The commonest words, unknown ones and none at all say nothing of a subject."""
    assert set(vectors.words).isdisjoint(COMMON)
    assert vectors.subject_of(COMMON[:5]) is None
    assert vectors.subject_of(["nobody", "said", "this"]) is None
    assert vectors.subject_of([]) is None


def test_vectors_are_the_same_from_the_same_corpus(vectors: WordVectors) -> None:
    """Building twice gives the same numbers, so that the same command writes the same scene."""
    episodes = build_episodes(150)
    again = build_word_vectors(episodes, Alphabet(Vocabulary.of("".join(episodes))))
    assert again.words == vectors.words
    assert again.vectors.tobytes() == vectors.vectors.tobytes()


@pytest.mark.parametrize("episodes", [[], ["ODO: No."], build_episodes(3), ["[Ops]\n\n(She leaves.)"]])
def test_small_corpora_have_no_vectors(episodes: list[str]) -> None:
    """From few words nothing can be told."""
    alphabet = Alphabet(Vocabulary.of("".join(episodes) or "a"))
    assert build_word_vectors(episodes, alphabet).words == ()


def test_vectors_fit_their_words() -> None:
    """A file with more or fewer vectors than words is damaged."""
    with pytest.raises(ValueError, match="2 words"):
        WordVectors(("cargo", "hold"), np.zeros((3, 48), np.float32))
