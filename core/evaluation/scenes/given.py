"""Given people's script up to a line's start: whether the speaker of two lines before is named next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.config import END_OF_EPISODE
from core.data.vocabulary import Ids, Vocabulary
from core.evaluation.likelihood import nats_of
from core.evaluation.scenes.script import read_line
from core.writing.generator import Generator
from core.writing.request import SceneRequest
from core.writing.takes.line import LONGEST_HEAD
from core.writing.writer import Writer

_STARTS = 200
_BEFORE = 800  # characters of people's script that are read
_NO_SPEECH = f"([\n{END_OF_EPISODE}"  # with which a line begins in which nobody speaks, or none does
_HEADING = re.compile(r"\[[^\]]+\]$")


@dataclass(frozen=True)
class LineStart:
    """A spoken line of people's script: what stands before it, and the names of the speaker and of two lines before."""

    before: str
    speaker: str
    two_before: str


def line_starts(texts: Sequence[str], *, most: int = _STARTS, seed: int = 7) -> list[LineStart]:
    """Return up to `most` spoken lines, chosen by the seed, that at least two spoken lines of their scene precede."""
    found: list[LineStart] = []
    for text in texts:
        names: list[str] = []
        position = 0
        for row in text.split("\n"):
            line = read_line(row)
            if _HEADING.match(row):
                names = []
            elif line.speaker:
                if len(names) > 1:
                    found.append(
                        LineStart(text[max(0, position - _BEFORE) : position], line.speaker, names[-2])
                    )
                names.append(line.speaker)
            position += len(row) + 1
    order = np.random.default_rng(seed).permutation(len(found))[:most]
    return [found[index] for index in order]


def people_return(starts: Sequence[LineStart]) -> float | None:
    """Return how often people let the speaker of two lines before speak."""
    return sum(start.speaker == start.two_before for start in starts) / len(starts) if starts else None


def network_returns(
    generator: Generator,
    vocabulary: Vocabulary,
    starts: Sequence[LineStart],
    *,
    names: Sequence[str],
    temperature: float,
) -> tuple[float, float] | None:
    """Return how likely the network alone names the speaker of two lines before: at all, and if it lets anybody speak.

    The first is the mean over `starts`, the second of that by the mean of how likely no bracket and no line break comes
    instead, since people let somebody speak there. They are the shares that samples would have on average, without
    their noise. Where a name begins another one of `names`, its colon counts, too.
    """
    if not starts:
        return None
    before = [vocabulary.encode(vocabulary.spell(start.before).text) for start in starts]
    wanted = [
        vocabulary.encode(vocabulary.spell(_until_clear(start.two_before, names)).text) for start in starts
    ]

    def likely(wanted: Sequence[Ids]) -> float:
        """Return the mean probability of what is `wanted` after each start."""
        nats = nats_of(
            generator,
            [np.concatenate(pair) for pair in zip(before, wanted, strict=True)],
            start=max(0, vocabulary.characters.find("\n")),
            temperature=temperature,
        )
        found = [float(np.exp(-row[len(given) :].sum())) for row, given in zip(nats, before, strict=True)]
        return sum(found) / len(found)

    named = likely(wanted)
    silent = sum(
        likely([vocabulary.encode(sign)] * len(before))
        for sign in _NO_SPEECH
        if sign in vocabulary.characters
    )
    return named, named / (1 - silent)


def written_returns(
    writer: Writer, starts: list[LineStart], *, temperature: float, times: int
) -> tuple[float, float] | None:
    """Return how often a scene that goes on from people's script names that speaker: of all lines, of spoken ones.

    Each of `starts` is gone on from `times` times, as members have it, by directions and rules.
    """
    spoken = [
        read_line(_first_line(writer, start.before, temperature=temperature, seed=seed)).speaker
        for seed, start in enumerate(starts * times)
    ]
    returned = sum(name == start.two_before for name, start in zip(spoken, starts * times, strict=True))
    return (returned / len(spoken), returned / max(1, sum(map(bool, spoken)))) if spoken else None


def _first_line(writer: Writer, before: str, *, temperature: float, seed: int) -> str:
    request = SceneRequest(
        prompt=before,
        length=LONGEST_HEAD,
        temperature=temperature,
        seed=seed,
        directions=writer.usual,
    )
    return next((line for line in writer.write(request).text.split("\n") if line), "")


def _until_clear(name: str, names: Sequence[str]) -> str:
    return f"{name}:" if any(other != name and other.startswith(name) for other in names) else name
