"""Who is in a scene, who says the line that is open, and whom it may address."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.data.screenplay import parse_line, speaker_of
from core.run.discriminator import DIRECTION

_LOOK_BACK = 4000  # characters
_LATEST = 6  # lines, whose speakers are likely to be spoken to
_ADDRESSED = re.compile(r"(?:^|, ?)([\w'-]+)(?=[.?!,\u2026]|$)")  # "Odo, come here.", "Yes, Odo."
_LEAST_LETTERS = 3  # of a name that is helped on


def scene_lines(before: str) -> list[str]:
    """Return the lines of `before` since the last heading, the one that is open among them."""
    lines = before[-_LOOK_BACK:].split("\n")
    headings = [index for index, line in enumerate(lines) if line.startswith("[") and line.endswith("]")]
    return lines[headings[-1] + 1 :] if headings else lines


def names_of(speakers: Iterable[str], *, words: Sequence[str]) -> frozenset[str]:
    """Return the names, folded, by which speakers are spoken to, but for those that are words as well.

    `words` is sorted. Example: of `SISKO` and `COMPUTER`, where scripts say "computer", it is `sisko` alone.
    """
    folded = {part.casefold() for speaker in speakers for part in speaker.split()}
    return frozenset(name for name in folded if not _has(words, name))


@dataclass(frozen=True)
class Company:
    """The scene so far, for the line that is open."""

    speaker: str = ""  # of that line; `DIRECTION` where it is one
    previous: str = ""  # what was said last before it
    others: tuple[str, ...] = ()  # whose the last lines before it are, but the speaker's
    present: frozenset[str] = frozenset()  # folded words of names and directions; who is there is in it

    @classmethod
    def of(cls, before: str) -> "Company":
        """Return the company of the line that `before` ends in."""
        *closed, open_line = scene_lines(before)
        said = [line for line in map(parse_line, closed) if line.kind == "speech"]
        done = [line for line in closed if line.startswith(DIRECTION)]
        speaker = DIRECTION if open_line.startswith(DIRECTION) else speaker_of(f"{open_line} ") or ""
        words = " ".join((*done, *(line.speaker for line in said))).casefold()
        return cls(
            speaker,
            said[-1].text if said else "",
            tuple(line.speaker for line in said[-_LATEST:] if line.speaker != speaker),
            frozenset(re.findall(r"[\w'-]+", words)),
        )

    def misses(self, text: str, *, names: frozenset[str]) -> bool:
        """Return whether `text` speaks to somebody of `names` who is not there, or to the speaker."""
        if not self.present:
            return False
        own = self.speaker.casefold().split()
        return any(
            name in names and (name in own or name not in self.present)
            for name in _ADDRESSED.findall(text.casefold())
        )

    def spoken_names(self) -> frozenset[str]:
        """Return the names of the others as lines have them. Example: of `O'BRIEN`, `O'Brien`."""
        return frozenset(
            part
            for other in self.others
            for part in (other.title() if other.isupper() else other).split()
            if len(part) >= _LEAST_LETTERS
        )


def _has(words: Sequence[str], word: str) -> bool:
    place = bisect_left(words, word)
    return place < len(words) and words[place] == word
