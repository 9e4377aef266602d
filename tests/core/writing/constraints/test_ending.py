"""Where a scene of a few characters ends: not with its heading."""

from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.writing.constraints.ending import EndingConstraint

SCRIPT = "[Ops]\n\nODO: No.\n"


def read(text: str, *, length: int, before: str = "") -> str:
    """Return as much of `text` as a scene of `length` takes in after `before`."""
    vocabulary = Vocabulary.of(SCRIPT + text + before)
    ending = EndingConstraint(Alphabet(vocabulary))
    for character in vocabulary.encode(before):
        ending.read(int(character))
    ending.begin(length)
    for index, character in enumerate(vocabulary.encode(text)):
        if ending.done or ending.stops_before(int(character)):
            return text[:index]
        ending.read(int(character))
    return text


def test_a_short_scene_is_more_than_its_heading() -> None:
    """A length that the heading uses up is met by the first line after it, also under a heading that was asked for."""
    assert read(SCRIPT + SCRIPT, length=4) == "[Ops]\n\nODO: No."
    assert read("\nODO: No.\nODO: No.\n", before="[Ops]\n", length=1) == "\nODO: No."


def test_a_line_that_goes_on_ends_where_it_does() -> None:
    """After a quoted name the first sentence is enough."""
    assert read(" No.\nODO: No.\n", before="ODO:", length=3) == " No."
