"""Place: the scene opens under a heading, which the model reads before it writes."""

from collections.abc import Sequence

from core.data.cleaning import clean_line
from core.data.vocabulary import Vocabulary
from core.errors import PromptError

LONGEST_PLACE = 60  # characters


def open_under(place: str, line: str, *, vocabulary: Vocabulary) -> str:
    r"""Return `line` under the heading `place`: `"Quark's"`, `"ODO: So"` -> `"[Quark's]\n\nODO: So"`.

    A line that stands under it already gets no second one.

    Raises:
        PromptError: no name of a place is left of it, or the line stands under another one.
    """
    name = clean_place(place, vocabulary=vocabulary)
    brackets = "[" in vocabulary.characters and "]" in vocabulary.characters
    heading = f"[{name}]" if brackets else name
    first, newline, rest = line.partition("\n")
    if first.strip() == heading:
        line = rest.lstrip("\n") if newline else ""
        first = ""
    if brackets and first.startswith("["):
        raise PromptError(
            "The line stands under a heading of its own, {heading}; leave out the place or that heading.",
            heading=first[:LONGEST_PLACE],
        )
    break_ = "\n\n" if "\n" in vocabulary.characters else " "
    return heading + break_ + line


def clean_place(place: str, *, vocabulary: Vocabulary, places: Sequence[str] = ()) -> str:
    """Return the name of a place in the model's characters; one of the corpus's `places` is found in any capitals.

    Raises:
        PromptError: it is empty, too long, or in other characters alone.
    """
    plain = " ".join(clean_line(place).replace("\n", " ").split()).strip("[] ")
    if len(plain) > LONGEST_PLACE:
        raise PromptError(
            "The place has {length:,} characters; a heading has at most {most}, such as Quark's.",
            length=len(plain),
            most=LONGEST_PLACE,
        )
    known = {heading.casefold(): heading for heading in reversed(places)}
    plain = known.get(plain.casefold(), plain)
    name = " ".join(vocabulary.spell(plain).text.translate({ord(sign): " " for sign in "[]\n\x03"}).split())
    if not any(character.isalnum() for character in name):
        raise PromptError(
            "No name is left of the place; write one such as Quark's, in letters the model knows."
        )
    return name
