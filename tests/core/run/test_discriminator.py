"""Lines of people's are told from the network's own, and a run without a discriminator prefers none."""

import numpy as np
import pytest

from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.run.discriminator import DIRECTION, Discriminator, ScriptLine, script_lines, train_discriminator

SUBJECTS = ("The core", "My brother", "This station", "Her father", "The tide")
PEOPLE = [
    f"{subject} is {what} again, you know." for subject in SUBJECTS for what in ("cold", "late", "old")
] * 8
OWN = [
    f"{subject} the the {what} and station." for subject in SUBJECTS for what in ("cold", "late", "old")
] * 8
ALPHABET = Alphabet(Vocabulary.of("".join((*PEOPLE, *OWN, "?WhyBecause"))))


def said(text: str, *, speaker: str = "ODO", previous: str = "") -> ScriptLine:
    """Return a line that somebody says."""
    return ScriptLine(speaker, text, previous)


@pytest.fixture(scope="module")
def discriminator() -> Discriminator:
    """Return what tells the two kinds of lines apart."""
    return train_discriminator([said(line) for line in PEOPLE], [said(line) for line in OWN], ALPHABET)


def test_peoples_lines_are_preferred(discriminator: Discriminator) -> None:
    """A line as people have them is worth more than one as the network has them, whoever says what else in it."""
    people, own = (
        discriminator.preference(said(line), ALPHABET)
        for line in ("The moon is cold again, you know.", "The moon the the cold and station.")
    )
    assert people > 1
    assert own < 0.5


def test_usual_line_of_the_networks_is_worth_nothing_whatever_its_length() -> None:
    """Length alone makes no line people's: the network's own are worth about the same, long and short ones."""
    long_people, long_own = ([f"{line} {line}" for line in lines] for lines in (PEOPLE, OWN))
    found = train_discriminator(
        [said(line) for line in PEOPLE + long_people], [said(line) for line in OWN + long_own], ALPHABET
    )
    short, long = (
        np.mean([found.preference(said(line), ALPHABET) for line in lines]) for lines in (OWN, long_own)
    )
    assert abs(short) < 0.3
    assert abs(long) < 0.3


def test_answers_count() -> None:
    """The same words are preferred as an answer where people give them as one."""
    people = [
        said("Because I say so.", previous="Why is that?"),
        said("I like the old tide.", previous="Go home."),
    ]
    own = [
        said("Because I say so.", previous="Go home."),
        said("I like the old tide.", previous="Why is that?"),
    ]
    found = train_discriminator(people * 20, own * 20, ALPHABET)
    assert found.preference(people[0], ALPHABET) > found.preference(own[0], ALPHABET)


def test_nothing_to_compare_prefers_nothing() -> None:
    """Without lines of the same length, and before any training, all lines are worth the same."""
    for found in (
        train_discriminator([said("A" * 300)], [said("The core is cold.")], ALPHABET),
        Discriminator(),
    ):
        assert not found.is_known
        assert found.preference(said(PEOPLE[0]), ALPHABET) == 0


def test_weights_of_another_kind_are_refused() -> None:
    """Weights that are not those of these features are no discriminator."""
    with pytest.raises(ValueError, match="shape"):
        Discriminator(np.zeros(7, np.float32))


def test_lines_know_who_speaks_and_what_was_said_before() -> None:
    """A line has its speaker and the last speech of its scene; what is done is a line of nobody's."""
    first = "[Ops]\n\nKIRA: Where is he?\n(Odo comes in.)\nODO [OC]: I am right here.\n"
    assert script_lines([f"{first}[Quark's]\n\nROM: Nobody came today."]) == [
        ScriptLine("KIRA", "Where is he?"),
        ScriptLine(DIRECTION, "Odo comes in.)", "Where is he?"),
        ScriptLine("ODO", "I am right here.", "Where is he?"),
        ScriptLine("ROM", "Nobody came today."),
    ]
