"""The context of a text: who speaks, who spoke before, where, and how far the scene is; from the text so far alone.

One definition serves two uses: `context_changes` and `context_ids` read a whole text at once, for training, and
`ContextReader` reads one character after another, for writing.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.config import END_OF_EPISODE
from core.data.context_tables import GUESTS, STEPS, ContextTables
from core.data.screenplay import heading_of, speaker_of

Rows = npt.NDArray[np.uint16]

_SPOKEN = 3  # features that name a speaker: of this line, and the last two others
_NAMED = 112  # characters; the name of a speaker, with its tags, and the colon is no longer
_LONGEST_HEADING = 202  # characters, brackets and all


class _Scene:
    """The scene so far: what was said and by whom, as far as the context asks."""

    def __init__(self, tables: ContextTables, label: str) -> None:
        self._tables = tables
        self._speakers = {name: number for number, name in enumerate(tables.speakers, 1)}
        self._places = {name: number for number, name in enumerate(tables.places, 1)}
        self._label = tables.labels.index(label) + 1 if label in tables.labels else 0
        self.begin("")

    def begin(self, place: str) -> None:
        """Begin a scene in `place`, or a text, whose first scene has none."""
        self._recent: list[str] = []
        self._guests: dict[str, int] = {}
        self._place = self._places.get(place, 1 + len(self._places)) if place else 0
        self._lines = self._progress = 0
        self._show()

    def hear(self, speaker: str) -> None:
        """Let `speaker` say something."""
        if speaker not in self._speakers and speaker not in self._guests:
            self._guests[speaker] = len(self._guests) % GUESTS
        if self._recent[:1] != [speaker]:
            self._recent = [speaker, *(name for name in self._recent if name != speaker)][:_SPOKEN]
            self._show()

    def fork(self) -> "_Scene":
        """Return one that goes on from here by itself."""
        forked = copy(self)
        forked._recent, forked._guests = self._recent.copy(), self._guests.copy()  # noqa: SLF001  # of the same class
        return forked

    def end_line(self) -> None:
        """Count one more line."""
        self._lines += 1
        if self._lines in STEPS:
            self._progress += 1
            self._show()

    def _show(self) -> None:
        """Write down the rows of what there is now."""
        spoken = [self._speaker_id(name) for name in self._recent] + [0] * (_SPOKEN - len(self._recent))
        values = (*spoken, self._label, self._place, self._progress)
        ids = dict(
            zip(("speaker", "before", "before_that", "label", "place", "progress"), values, strict=True)
        )
        self.rows = tuple(start + ids[feature] for feature, start in self._tables.starts.items())

    def _speaker_id(self, name: str) -> int:
        known = self._speakers.get(name)
        return 1 + len(self._speakers) + self._guests[name] if known is None else known


def context_changes(
    text: str, tables: ContextTables, label: str = ""
) -> tuple[list[int], list[tuple[int, ...]]]:
    """Return the positions in `text` at which the context changes, the first one 0, and its rows from there on.

    The context of a position is what stands beside its character as the network reads it: it depends on this
    character and those before it. A line's speaker is known at the space after the colon, a heading at the end of its
    line; an end-of-episode character begins anew.
    """
    scene = _Scene(tables, label)
    positions, rows = [0], [scene.rows]

    def note(position: int) -> None:
        if position < len(text) and scene.rows is not rows[-1]:
            positions.append(position)
            rows.append(scene.rows)

    start = 0
    for number, episode in enumerate(text.split(END_OF_EPISODE)):
        if number:
            scene.begin("")
            note(start)
            start += 1
        for line in episode.split("\n"):
            end = start + len(line)
            named = line[:_NAMED].find(":") >= 0 and _named(line)
            if named:
                scene.hear(named[0])
                note(start + named[1])
            # The last line of an episode has no end: whatever it is, the next begins anew.
            if line and end < len(text) and text[end] == "\n":
                heading = heading_of(line) if len(line) <= _LONGEST_HEADING else None
                if heading is None:
                    scene.end_line()
                else:
                    scene.begin(heading)
                note(end)
            start = end + 1
        start -= 1
    return positions, rows


def context_ids(text: str, tables: ContextTables, label: str = "") -> Rows:
    """Return the context's rows for every position of `text`, (characters, features)."""
    positions, rows = context_changes(text, tables, label)
    lengths = np.diff([*positions, len(text)])
    return np.repeat(np.array(rows, dtype=np.uint16).reshape(len(rows), -1), lengths, axis=0)


class ContextReader:
    """The context of a text that is read one character at a time."""

    def __init__(self, tables: ContextTables, label: str = "") -> None:
        self._scene = _Scene(tables, label)
        self._line: list[str] = []  # of the line, as much as can matter
        self._is_spoken = False
        self.rows = self._scene.rows  # a new tuple when it changes, the same object until then

    def read(self, character: str) -> tuple[int, ...]:
        """Take in one character and return the rows that stand beside it."""
        line = self._line
        if character.isspace():
            if line and line[-1] == ":" and not self._is_spoken and len(line) <= _NAMED:
                speaker = speaker_of("".join(line))
                if speaker is not None:
                    self._is_spoken = True
                    self._scene.hear(speaker)
                    self.rows = self._scene.rows
            if character == "\n":
                self._end_line()
                return self.rows
        elif character == END_OF_EPISODE:
            self._scene.begin("")
            self._forget_line()
            return self.rows
        if len(line) <= _LONGEST_HEADING:
            line.append(character)
        return self.rows

    def fork(self) -> "ContextReader":
        """Return one that goes on from here by itself."""
        forked = copy(self)
        forked._scene, forked._line = self._scene.fork(), self._line.copy()  # noqa: SLF001  # of the same class
        return forked

    def _end_line(self) -> None:
        if self._line:
            heading = heading_of("".join(self._line)) if len(self._line) <= _LONGEST_HEADING else None
            if heading is None:
                self._scene.end_line()
            else:
                self._scene.begin(heading)
        self._forget_line()

    def _forget_line(self) -> None:
        self._line.clear()
        self._is_spoken = False
        self.rows = self._scene.rows


def _named(line: str) -> tuple[str, int] | None:
    """Return who speaks in `line` and where the colon after the name ends; None where nobody does, or nothing comes."""
    name = speaker_of(line)
    if name is None:
        return None
    end = line.find(":", len(name))
    while speaker_of(line[: end + 1]) is None:  # a colon inside a tag
        end = line.find(":", end + 1)
    return name, end + 1


def rows_of(texts: Sequence[str], tables: ContextTables, labels: Sequence[str]) -> Rows:
    """Return the context's rows of `texts` on end, each with its label, (characters, features)."""
    return np.concatenate(
        [context_ids(text, tables, label) for text, label in zip(texts, labels, strict=True)]
    )


@dataclass(frozen=True)
class Context:
    """The context that a network reads, and the characters that its ids stand for."""

    tables: ContextTables
    characters: str

    def reader(self, label: str | None) -> ContextReader:
        """Return the context of a text that begins; without a label it has the first one."""
        return ContextReader(self.tables, self.label(label))

    def rows(self, text: str, label: str | None) -> Rows:
        """Return the context's rows of a text, (characters, features)."""
        return context_ids(text, self.tables, self.label(label))

    def label(self, label: str | None) -> str:
        """Return `label`, or the first one there is instead of None."""
        return label if label is not None else next(iter(self.tables.labels), "")
