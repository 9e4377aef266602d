"""Rules of a scene as a whole, kept where a line begins: where it opens, who is there, how soon the place changes."""

import re
from collections.abc import Sequence

from core.config import END_OF_EPISODE
from core.data.screenplay import speaker_of
from core.writing.takes.company import scene_lines

FIRST_PLACE_LASTS, PLACE_LASTS = 250, 500  # characters before the place may change, and before it may again
LEAST_UNDER_HEADING = 150  # characters that a scene has to go where it changes the place
_LEAVES = re.compile(
    r"\b(?:leaves?|exits?|departs?|(?:goes|go|walks?|runs?|storms?|heads?|hurries) (?:out|off|away))\b"
)
_COMES = re.compile(r"\b(?:enters?|returns?|arrives?|comes? (?:in|back)|(?:walks?|runs?) in|beams? in)\b")
_LOOK_BACK = 4000  # characters


class SceneRules:
    """Says whether a line may begin as it does after the text so far.

    Directions are read for those who leave and come in the words that English scripts have for it; in other
    languages nobody counts as having left. Who belongs to another show does not come in, unless they speak already.
    Where the corpus takes turns, nobody speaks twice in a row.
    """

    def __init__(
        self,
        *,
        names: Sequence[str],
        headings: bool,
        turns: bool = False,
        strangers: frozenset[str] = frozenset(),
    ) -> None:
        self._names = {name.casefold(): name for name in names}
        self._strangers = strangers  # who belongs to other shows
        self._headings = headings  # whether scenes stand under headings in brackets
        self._turns = turns  # whether nobody has two lines one after the other

    def opens_with(self, before: str) -> str:
        """Return the character with which a line has to begin after `before`, or an empty text."""
        return "[" if self._headings and before[-1:] in ("", END_OF_EPISODE) else ""

    def permit(self, head: str, before: str, *, left: int | None = None) -> bool:
        """Return whether a line may begin with `head`, where the scene has `left` characters to go."""
        head = head.lstrip("\n")
        if head.startswith("["):
            if not self._headings or not before:
                return True
            return _is_place_old(before) and (left is None or left >= LEAST_UNDER_HEADING)
        speaker = speaker_of(head.rstrip() + " ") if ":" in head else None
        if speaker is None:
            return True
        if speaker in self._strangers and f"\n{speaker}" not in "\n" + before[-_LOOK_BACK:]:
            return False
        if self._turns and speaker == _last_speaker(before):
            return False
        return "[" in head or speaker not in self.absent(before)

    def absent(self, before: str) -> set[str]:
        """Return who has left the scene that `before` ends with, and is not back."""
        gone: set[str] = set()
        for line in scene_lines(before):
            if not line.startswith("("):
                continue
            mentioned = {
                self._names[word] for word in re.findall(r"[\w']+", line.casefold()) if word in self._names
            }
            if _COMES.search(line):
                gone -= mentioned
            elif _LEAVES.search(line):
                gone |= mentioned
        return gone


def _last_speaker(before: str) -> str | None:
    """Return who speaks in the line before, where it is a spoken one."""
    lines = [line for line in scene_lines(before) if line]
    return speaker_of(lines[-1]) if lines else None


def _is_place_old(before: str) -> bool:
    """Return whether the place has been the same for long enough to change."""
    at = before.rfind("\n[")
    return len(before) - at >= PLACE_LASTS if at >= 0 else len(before) >= FIRST_PLACE_LASTS
