"""Cast: only these speakers have lines, and the model chooses among them."""

import re
from collections.abc import Sequence

from core.data.cleaning import clean_line
from core.data.screenplay import speaker_of
from core.data.vocabulary import Vocabulary
from core.errors import PromptError
from core.text import Text

MOST_NAMES = 30
LONGEST_NAME = 30  # characters; a longer one is no speaker's to who reads the script


def split_cast(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas: `"QUARK, ODO"` -> `("QUARK", "ODO")`."""
    return tuple(name.strip() for name in re.split(r"[,;\n]", text) if name.strip()) or (text.strip(),)


def read_cast(names: Sequence[str], *, speakers: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the names of a cast as they stand before a colon, each once.

    A speaker of the corpus is found in any capitals; another name is in capitals if all the speakers' are.

    Raises:
        PromptError: no name or too many, or one that is none or cannot be spelled.
    """
    if ":" not in vocabulary.characters:
        raise PromptError("This model's scripts have no speakers with a colon, so it cannot keep to a cast.")
    if len(names) > MOST_NAMES:
        raise PromptError(
            "The cast has {count:,} names; at most {most} can play in a scene.",
            count=len(names),
            most=MOST_NAMES,
        )
    known = {speaker.casefold(): speaker for speaker in reversed(speakers)}
    capitals = all(speaker == speaker.upper() for speaker in speakers)
    cast = (_read_name(name, known, vocabulary, capitals=capitals) for name in names)
    return tuple(dict.fromkeys(cast))


def describe_changes(asked: Sequence[str], cast: Sequence[str]) -> str:
    """Return a sentence about names of `asked` that a model cannot spell whole, as `read_cast` read them; or none."""
    wanted, kept = ({_letters(name): name for name in names} for names in (asked, cast))
    lost = ", ".join(name.strip() for letters, name in wanted.items() if letters not in kept)
    became = ", ".join(name for letters, name in kept.items() if letters not in wanted)
    if not lost or not became:
        return ""
    return Text("The model cannot spell all of the cast: {lost} became {became}.", lost=lost, became=became)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, clean_line(name).casefold()))


def check_line(line: str, cast: Sequence[str]) -> None:
    """Refuse a starting text in which somebody else speaks.

    Raises:
        PromptError: a speaker of `line` is not in the cast.
    """
    for text in line.split("\n"):
        speaker = speaker_of(text)
        if speaker is not None and speaker not in cast:
            raise PromptError(
                "In the line {speaker} speaks, who is not in the cast; add {speaker} to the cast or "
                "change the line.",
                speaker=speaker,
            )


def _read_name(name: str, known: dict[str, str], vocabulary: Vocabulary, *, capitals: bool) -> str:
    plain = " ".join(clean_line(name).split()).strip(": ")
    if plain.casefold() in known:
        return known[plain.casefold()]
    if len(plain) > LONGEST_NAME:
        raise PromptError(
            "{name!r}... is too long for a name; use at most {most} characters.",
            name=plain[:LONGEST_NAME],
            most=LONGEST_NAME,
        )
    spelled = vocabulary.spell(plain.upper() if capitals else plain).text
    kept = "".join(" " if sign in ":()[]{}\n\x03" else sign for sign in spelled)
    kept = " ".join(kept.split()).lstrip("0123456789_ ")
    if not any(sign.isalpha() for sign in kept):
        shown = plain[:LONGEST_NAME]
        if not shown:
            raise PromptError("The cast has an empty name; write a list such as QUARK, ODO.")
        raise PromptError(
            "{name!r} is no name that the model can spell; the cast is a list such as QUARK, ODO.", name=shown
        )
    return kept
