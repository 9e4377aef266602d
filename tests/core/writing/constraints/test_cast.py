"""What is said of a cast that a model cannot spell."""

import pytest

from core.data.vocabulary import Vocabulary
from core.writing.constraints.cast import describe_changes, read_cast

KNOWN = Vocabulary.of("Odo: no\nUARk: ok\n")


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("odo",), ""),
        (("QUARk",), "The model cannot spell all of the cast: QUARk became UARk."),
        (("Odo", "QUARk"), "The model cannot spell all of the cast: QUARk became UARk."),
    ],
)
def test_a_cast_that_loses_letters_is_told_of(names: tuple[str, ...], sentence: str) -> None:
    """Names that stay whole are not mentioned; one that loses a letter is, with what becomes of it."""
    cast = read_cast(names, speakers=["Odo"], vocabulary=KNOWN)
    assert describe_changes(names, cast) == sentence
