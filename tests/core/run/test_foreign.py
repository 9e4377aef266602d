"""Names of other shows: found where a show's silence about them cannot be chance."""

from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.run.foreign import find_foreign_words


def find(texts: dict[str, str]) -> dict[str, list[str]]:
    """Return the foreign words of labelled texts."""
    alphabet = Alphabet(Vocabulary.of("".join(texts.values())))
    return find_foreign_words(list(texts.values()), list(texts), alphabet)


def test_names_that_a_show_never_says_are_found() -> None:
    """A name is one word with `'s` or without; small words, names in both and rare ones are nobody's alone."""
    both = "The Captain waits here. "
    texts = {
        "Nine": both * 20 + "Quark waits. " * 20 + "the nagus waits. " * 20,
        "Voyager": both * 20 + "Janeway's ship waits. " * 10 + "Janeway waits. " * 10 + "Kes waits. ",
    }
    assert find(texts) == {"Nine": ["Janeway"], "Voyager": ["Quark"]}


def test_little_text_has_no_foreign_names() -> None:
    """A show of a few lines may just not have come to speak of somebody."""
    texts = {"Nine": "Quark waits. " * 50, "Short": "Nobody waits. " * 2}
    assert find(texts)["Short"] == []


def test_one_show_has_no_other() -> None:
    """Without labels, or with a single one, nothing is foreign."""
    assert find({"Nine": "Quark waits. " * 20}) == {}
    assert find({"": "Quark waits. " * 20}) == {}
