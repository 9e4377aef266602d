"""The form of a script: what a line is, who speaks and where; the one place that knows it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

# A name that begins with a capital, or, in chats, up to three words of any kind with a letter in the first.
_NAME = (
    r"(?:[^\W\d_a-z][^\n:()\[\]]{0,30}?|"
    r"(?=[^\s:]{0,30}[^\W\d_])(?!https?:)[^\s:()\[\]{}\"'*-][^\s:()\[\]]{0,29}(?: [^\s:()\[\]]{1,20}){0,2}?)"
)
_SPEAKER = re.compile(
    rf"^({_NAME})((?: \[[^\]\n]{{1,30}}\])?(?: \([^)\n]{{1,40}}\))?):(?=\s|$)", re.MULTILINE
)
_HEADING = re.compile(r"^\[([^\]\n]{2,60})\]$", re.MULTILINE)
_ANY_HEADING = re.compile(r"\[([^\[\]\n]+)\]")
_DIRECTION = re.compile(r"\(.+\)")
_MOSTLY = 0.9  # of the lines
_LONGEST_NAME = 30
_SENTENCE, _IN_CAPITALS = 4, 0.7  # words, and the share of lines whose names are in capitals
_RARE = 3  # a name seen less often may be a typing error


@dataclass(frozen=True)
class Line:
    """One line of a script, without the space around it."""

    kind: Literal["speech", "heading", "direction", "text", "blank"]
    text: str  # what is said; of a heading without its brackets, else the line as it stands
    speaker: str = ""  # of speech
    tag: str = ""  # brackets between the speaker and the colon, such as "[OC]" or "(quietly)"


def parse_line(line: str) -> Line:
    """Return what a line is.

    Examples: `"KIRA [OC]: No."` is speech of KIRA with the tag `[OC]`; `"[Ops]"` is a heading; `"(She leaves.)"` is a
    direction; anything else is text.
    """
    bare = line.strip()
    if not bare:
        return Line("blank", "")
    if heading := _ANY_HEADING.fullmatch(bare):
        return Line("heading", heading[1])
    if _DIRECTION.fullmatch(bare):
        return Line("direction", bare)
    if speech := _SPEAKER.match(bare):
        return Line("speech", bare[speech.end() :].lstrip(), speech[1], speech[2].strip())
    return Line("text", bare)


def speakers_of(texts: Iterable[str], *, most: int = 200) -> list[str]:
    r"""Return who speaks in `texts`, the most talkative first.

    Example: `"KIRA: No.\nODO [OC]: Yes.\nKIRA: So?"` has the speakers KIRA and ODO.
    """
    return _frequent((match[1] for text in texts for match in _SPEAKER.finditer(text)), most)


def count_speakers(texts: Iterable[str]) -> Counter[str]:
    """Return how many lines each speaker has; without those of a line or two, unless most lines have a speaker."""
    lines = 0
    names = Counter[str]()
    for text in texts:
        lines += sum(1 for line in text.split("\n") if line and line[0] not in "[(")
        names.update(match[1] for match in _SPEAKER.finditer(text))
    names = _without_sentences(names)
    if names.total() >= _MOSTLY * lines:
        return names
    return Counter({name: count for name, count in names.items() if count >= _RARE})


def _without_sentences(names: Counter[str]) -> Counter[str]:
    """Return names without what is a sentence before a colon, where names are in capitals: `He walks in: no.`."""
    capitals = sum(count for name, count in names.items() if name.isupper())
    if capitals < _IN_CAPITALS * names.total():
        return names
    return Counter(
        {name: count for name, count in names.items() if name.isupper() or len(name.split()) < _SENTENCE}
    )


def places_of(texts: Iterable[str], *, most: int = 200) -> list[str]:
    """Return the scene headings of `texts` without their brackets, the most frequent first."""
    return _frequent((match[1] for text in texts for match in _HEADING.finditer(text)), most)


def places_in(text: str) -> list[str]:
    """Return the scene headings of one text without their brackets, in their order."""
    return _HEADING.findall(text)


def is_script(text: str) -> bool:
    """Tell whether `text` has a line that somebody speaks or a heading, or nothing but directions."""
    kinds = {parse_line(line).kind for line in text.split("\n")} - {"blank"}
    return bool(kinds & {"speech", "heading"}) or kinds == {"direction"}


def speak(text: str, name: str) -> str:
    r"""Return `text` as what somebody says, and the line after it begun.

    Example: `"what is the meaning\nof life?"` by `"Ann"` becomes `"ANN: what is the meaning of life?\n"`.
    """
    return f"{name.upper()}: {' '.join(text.split())}\n"


def name_speaker(name: str) -> str:
    """Return what of somebody's name can stand before a colon: `"ann (she) :3"` becomes `"ann she 3"`; or nothing."""
    plain = "".join(sign if sign.isalnum() or sign in "'-." else " " for sign in name)
    words = " ".join(plain.split())[:_LONGEST_NAME].strip(" '-.")
    return words if any(sign.isalpha() for sign in words) else ""


def speaker_of(line: str) -> str | None:
    """Return who speaks in `line`, or None. Example: `"ODO [OC]: Yes."` is spoken by ODO."""
    match = _SPEAKER.match(line)
    return match[1] if match else None


def heading_of(line: str) -> str | None:
    """Return the place that `line` names, or None. Example: `"[Ops]"` is the heading of Ops."""
    match = _ANY_HEADING.fullmatch(line)
    return match[1] if match else None


def _frequent(names: Iterable[str], most: int) -> list[str]:
    counts = Counter(names)
    return [name for name, count in counts.most_common(most) if count >= _RARE]
