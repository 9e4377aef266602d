"""The rulers of quality: what a text scores against the episodes that a network has learnt from."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

_WORD = re.compile(r"\w+(?:'\w+)*")
SPEAKER = re.compile(r"^([^\s:()\[\]][^:()\[\]\n]{0,40}?)(?: [\[(][^\])\n]*[\])])*:(?=\s|$)")
_HEADING = re.compile(r"^\[[^\]]+\]$")
_DIRECTION = re.compile(r"^\(.+\)$")
_VERBATIM = 8  # words in a row that count as copied
_REPEATED = 4  # words in a row that count as repeated
_LOOP = 8  # words in a row, speakers among them, that come a third time in a scene that loops


@dataclass(frozen=True)
class Quality:
    """What some texts score; every share lies between 0 and 1."""

    name: str
    temperature: float | None  # None for human text
    words_right: float  # of words, those that the training episodes have
    speakers_right: float  # of lines with a speaker, those whose speaker the training episodes have
    lines_with_form: float  # of lines, those that are a heading, a direction or have a speaker
    brackets_closed: float  # of opened brackets, those closed in their line
    repeated: float  # of runs of four words, those that stood in the same scene before
    looping: float  # of scenes, those in which a run of eight words, in any capitals, comes a third time
    verbatim: float  # of runs of eight words, those that stand in the training episodes


class Ruler:
    """What the training episodes have: words, speakers and runs of words."""

    def __init__(self, episodes: Sequence[str]) -> None:
        self._words = {word for text in episodes for word in _WORD.findall(text)}
        self._speakers = {name for text in episodes for name in _speakers(text)}
        self._runs = {run for text in episodes for run in _runs(_WORD.findall(text), _VERBATIM)}

    def measure(self, name: str, temperature: float | None, texts: Sequence[str]) -> Quality:
        """Return what `texts` score; a last line that was cut off does not count."""
        texts = [text[: text.rfind("\n")] if "\n" in text else text for text in texts]
        words = [word for text in texts for word in _WORD.findall(text)]
        lines = [line.strip() for text in texts for line in text.split("\n") if line.strip()]
        speakers = [name for text in texts for name in _speakers(text)]
        opened = [found for line in lines for found in re.finditer(r"[(\[]", line)]
        closed = [
            found for found in opened if re.match(r"[(\[][^()\[\]]*[)\]]", found.string[found.start() :])
        ]
        repeats = [_repeated_share(text) for text in texts]
        runs = [run for text in texts for run in _runs(_WORD.findall(text), _VERBATIM)]
        return Quality(
            name=name,
            temperature=temperature,
            words_right=_share(word in self._words for word in words),
            speakers_right=_share(speaker in self._speakers for speaker in speakers),
            lines_with_form=_share(
                bool(_HEADING.match(line) or _DIRECTION.match(line) or SPEAKER.match(line)) for line in lines
            ),
            brackets_closed=len(closed) / len(opened) if opened else 1.0,
            repeated=float(np.mean(repeats)),
            looping=_share(_loops(text) for text in texts),
            verbatim=_share(run in self._runs for run in runs),
        )


def _speakers(text: str) -> list[str]:
    return [found[1] for line in text.split("\n") if (found := SPEAKER.match(line))]


def _runs(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[start : start + length]) for start in range(len(words) - length + 1))


def _repeated_share(text: str) -> float:
    """Return the share of runs of words that stood in the same text before."""
    runs = list(_runs(_WORD.findall(text), _REPEATED))
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def _loops(text: str) -> bool:
    """Return whether some run of words comes a third time."""
    counts = Counter(_runs([word.casefold() for word in _WORD.findall(text)], _LOOP))
    return max(counts.values(), default=0) > 2


def _share(truths: Iterator[bool]) -> float:
    """Return how many of `truths` are true, as a share; 1 where there are none."""
    values = list(truths)
    return sum(values) / len(values) if values else 1.0
