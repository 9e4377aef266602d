"""A script taken apart for measuring: scenes, and who says what in them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.config import END_OF_EPISODE

_SPOKEN = re.compile(
    r"^(?P<who>[^\W\d_a-z][^\n:()\[\]]{0,30}?)"
    r"(?P<tags>(?: \[[^\]\n]{1,30}\])?(?: \([^)\n]{1,40}\))?):(?:\s+(?P<said>.*)|)$"
)
_HEADING = re.compile(r"^\[([^\]\n]+)\]$")
_WORD = re.compile(r"(?:[^\W\d_]|')+")
_SHORTEST = 200  # characters; a shorter scene says little about who talks to whom


@dataclass(frozen=True)
class SceneLine:
    """A line of a scene; `speaker` is empty for a direction."""

    speaker: str
    said: str  # or the direction as it stands
    is_heard_only: bool = False  # spoken from elsewhere: `KIRA [OC]: ...`


@dataclass(frozen=True)
class Scene:
    """What stands between two headings."""

    place: str  # empty where a text begins without a heading
    lines: tuple[SceneLine, ...]
    characters: int

    @property
    def spoken(self) -> list[SceneLine]:
        """The lines that somebody speaks."""
        return [line for line in self.lines if line.speaker]

    @property
    def speakers(self) -> list[str]:
        """Who speaks each spoken line."""
        return [line.speaker for line in self.spoken]

    @property
    def is_long(self) -> bool:
        """Whether the scene is long enough to say who talks to whom."""
        return self.characters > _SHORTEST


def read_scenes(texts: Sequence[str]) -> list[Scene]:
    """Return the scenes of `texts`; no scene goes on from one text to the next."""
    return [scene for text in texts for part in text.split(END_OF_EPISODE) for scene in _scenes(part)]


def _scenes(text: str) -> Iterator[Scene]:
    place, lines, start, position = "", list[SceneLine](), 0, 0
    for row in text.split("\n"):
        heading = _HEADING.match(row)
        if heading:
            if lines:
                yield Scene(place, tuple(lines), position - start)
            place, lines, start = heading[1], [], position + len(row) + 1
        elif row.strip():
            lines.append(read_line(row))
        position += len(row) + 1
    if lines:
        yield Scene(place, tuple(lines), position - 1 - start)


def read_line(row: str) -> SceneLine:
    """Return a line; example: `"ODO [OC]: Yes."` is spoken by ODO, who is not there."""
    found = _SPOKEN.match(row)
    if found is None:
        return SceneLine("", row)
    return SceneLine(found["who"], found["said"] or "", is_heard_only="[" in found["tags"])


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case, with their apostrophes."""
    return _WORD.findall(text.lower())


def mean(values: Sequence[float]) -> float | None:
    """Return the mean of `values`, None of none."""
    return sum(values) / len(values) if values else None
