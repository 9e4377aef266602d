"""The form of a script: which lines name a speaker, which a place."""

import re
from collections import Counter
from collections.abc import Iterable

_SPEAKER = re.compile(
    r"^([^\W\d_a-z][^\n:()\[\]]{0,30}?)(?: \[[^\]\n]{1,30}\])?(?: \([^)\n]{1,40}\))?:(?=\s|$)", re.MULTILINE
)
_HEADING = re.compile(r"^\[([^\]\n]{2,60})\]$", re.MULTILINE)
_RARE = 3  # a name seen less often may be a typing error


def speakers_of(texts: Iterable[str], *, most: int = 200) -> list[str]:
    r"""Return who speaks in `texts`, the most talkative first.

    Example: `"KIRA: No.\nODO [OC]: Yes.\nKIRA: So?"` has the speakers KIRA and ODO.
    """
    return _frequent((match[1] for text in texts for match in _SPEAKER.finditer(text)), most)


def places_of(texts: Iterable[str], *, most: int = 200) -> list[str]:
    """Return the scene headings of `texts` without their brackets, the most frequent first."""
    return _frequent((match[1] for text in texts for match in _HEADING.finditer(text)), most)


def speaker_of(line: str) -> str | None:
    """Return who speaks in `line`, or None. Example: `"ODO [OC]: Yes."` is spoken by ODO."""
    match = _SPEAKER.match(line)
    return match[1] if match else None


def _frequent(names: Iterable[str], most: int) -> list[str]:
    counts = Counter(names)
    return [name for name, count in counts.most_common(most) if count >= _RARE]
