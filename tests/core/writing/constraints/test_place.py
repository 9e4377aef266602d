"""Headings are the corpus's own: the constraint, and the lists of a show that it reads."""

from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.writing.constraints.base import Forks
from core.writing.constraints.place import PlaceConstraint
from core.writing.constraints.word_lists.lexicon import Lexicon, ListsByShow

VOCABULARY = Vocabulary.of("[Ops]\n[Quark's bar]\nODO: No.\n[Riol]\n0123456789")
ALPHABET = Alphabet(VOCABULARY)


def constrain(text: str) -> PlaceConstraint:
    """Return a constraint over two places that has read `text`."""
    constraint = PlaceConstraint(Lexicon(["Ops]", "Quark's bar]"], VOCABULARY), VOCABULARY)
    for character in VOCABULARY.encode(text).tolist():
        constraint.read(character)
    return constraint


def permitted(constraint: PlaceConstraint) -> str:
    """Return the characters that may follow, by both ways to ask."""
    allowed = constraint.allowed(0)
    found = "".join(sign for index, sign in enumerate(VOCABULARY.characters) if constraint.permits(index))
    assert found == "".join(sign for index, sign in enumerate(VOCABULARY.characters) if allowed[index])
    return found


def test_a_heading_is_one_of_the_places() -> None:
    """After a bracket at a line's start the letters of the places lead on, up to the bracket that closes."""
    assert permitted(constrain("[")) == "OQ"
    assert permitted(constrain("ODO: No.\n\n[Op")) == "s"
    assert permitted(constrain("[Ops")) == "]"
    assert constrain("[Ops").fork(Forks()).permits(VOCABULARY.characters.index("]"))


def test_all_else_is_free() -> None:
    """Brackets within a line, what follows a heading, and a heading that was quoted are nothing of a place's."""
    for text in ("", "ODO [", "[Ops]", "[Ops]\n", "[Rio"):
        assert permitted(constrain(text)) == VOCABULARY.characters


def test_few_headings_leave_places_free() -> None:
    """A corpus with a handful of headings may have others; ten of them are a list, without what cannot be spelled."""
    lists = ListsByShow(Lexicon(["No"], VOCABULARY), {}, ALPHABET)
    assert lists.of("few", places=["Ops", "Quark's bar"], said="").places is None
    found = lists.of("many", places=[*(f"bar {number}" for number in range(10)), "Zoo"], said="").places
    assert found is not None
    assert found.words == [f"bar {number}]" for number in range(10)]
    assert lists.of("many", places=[], said="").places is found
