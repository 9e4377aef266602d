"""Which take is kept: a likely one, of a natural length, that keeps to the subject."""

from dataclasses import replace

import numpy as np

from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.run.discriminator import ScriptLine, train_discriminator
from core.run.word_vectors import WordVectors
from core.writing.constraints.index import build_index
from core.writing.takes.coherence import Coherence
from core.writing.takes.line import Take
from core.writing.takes.score import LineScore

TEXTS = ("The warp core is cold.", "The dabo table is full.")
BEFORE = "[Ops]\n\nKIRA: Full impulse.\n(She turns.)\nDAX: The engines are down.\nKIRA: "
VOCABULARY = Vocabulary.of(BEFORE + "".join(TEXTS) + ",x")
WORDS = {
    "warp": (1, 0),
    "core": (1, 0),
    "impulse": (1, 0),
    "engines": (1, 0.1),
    "dabo": (0, 1),
    "turns": (0, 9),
}
COHERENCE = Coherence(
    WordVectors(tuple(WORDS), np.array(list(WORDS.values()), np.float32)), Alphabet(VOCABULARY)
)


def build_takes(*nats: float) -> list[Take]:
    """Return a take of each text, as unlikely as is said."""
    return [
        Take(number, None, None, None, "", in_line=True, ids=VOCABULARY.encode(text).tolist(), nats=own)
        for number, (text, own) in enumerate(zip(TEXTS, nats, strict=True))
    ]


def test_take_that_keeps_to_the_subject_is_kept() -> None:
    """Of takes that are as likely, the one that is about what the last lines said is kept."""
    score = LineScore(VOCABULARY, rare=None, coherence=COHERENCE)
    assert score.choose(build_takes(20.0, 20.0), BEFORE) == 0
    assert score.choose(build_takes(20.0, 20.0)[::-1], BEFORE) == 1


def test_likelier_take_is_kept_where_there_is_no_subject() -> None:
    """After a heading, and without vectors, the likelier take is kept."""
    for score in (
        LineScore(VOCABULARY, rare=None, coherence=COHERENCE),
        LineScore(VOCABULARY, rare=None, coherence=Coherence(WordVectors(), Alphabet(VOCABULARY))),
        LineScore(VOCABULARY, rare=None),
    ):
        assert score.choose(build_takes(20.0, 19.0), "[Ops]\n\nKIRA: ") == 1
    assert score.choose(build_takes(20.0, 19.0), BEFORE) == 1


def test_subject_is_what_was_said_last() -> None:
    """Speech counts and directions do not, nor does what was said in another scene or what is being said."""
    subject = COHERENCE.subject_before(BEFORE)
    assert subject is not None
    assert COHERENCE.nearness("warp", subject) > 0.99
    assert COHERENCE.subject_before(BEFORE + "dabo\n[Bridge]\n\nODO: dabo") is None
    assert COHERENCE.subject_before("") is None


def test_take_that_could_be_peoples_is_kept() -> None:
    """Of takes that are as likely, the one is kept that the run's discriminator takes for people's."""
    alphabet = Alphabet(VOCABULARY)
    good, bad = ([ScriptLine("KIRA", text)] * 20 for text in TEXTS[::-1])
    found = train_discriminator(good, bad, alphabet)
    index = replace(build_index([BEFORE], VOCABULARY), discriminator=found)
    score = LineScore(VOCABULARY, rare=None, index=index)
    assert score.choose(build_takes(20.0, 20.0), BEFORE) == 1
    assert score.choose(build_takes(20.0, 20.0)[::-1], BEFORE) == 0


def test_take_that_speaks_to_somebody_absent_is_not_kept() -> None:
    """Of takes that are as likely, the one is kept that speaks to nobody who is not there."""
    score = LineScore(VOCABULARY, rare=None, names=frozenset({"full", "dax", "turns"}))
    takes = [
        Take(number, None, None, None, "", in_line=True, ids=VOCABULARY.encode(text).tolist(), nats=9.0)
        for number, text in enumerate(("The core, Full.", "The core, Dax."))
    ]
    assert score.choose(takes, BEFORE) == 1
    assert score.choose(takes[::-1], BEFORE) == 0


def test_line_that_ends_is_kept_before_one_that_goes_on() -> None:
    """Of takes that are as likely, the one is kept that has come to its line's end, or to the scene's."""
    score = LineScore(VOCABULARY, rare=None)
    for place in (0, 1):
        takes = build_takes(20.0, 20.0)
        takes[place].is_last = True
        assert score.choose(takes, BEFORE) == place
        takes[1 - place].ids.append(VOCABULARY.characters.index("\n"))
        takes[place].is_last = False
        assert score.choose(takes, BEFORE) == 1 - place
