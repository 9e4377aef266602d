"""What text costs a network that has read nothing before it, as every scene and every quoted line begins.

A network trained in long streams may be good at those and lose itself after an empty state (docs/training.md), so the
bits of long streams say too little about what it writes.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.data.screenplay import heading_of, speaker_of
from core.data.vocabulary import Vocabulary
from core.evaluation.likelihood import nats_of
from core.writing.generator import Generator

STRETCHES = 400  # read at most
LENGTH = 150  # characters that are predicted of a stretch
LOST = 8.0  # bits a character: blind guessing among 79 characters costs 6.3; more of more characters
_BEYOND_GUESSING = 1.7  # bits
MOST_LOST = 0.005  # share of stretches that a sound network may be lost in
USUAL_GAP = (
    1.0  # bits a character that beginnings cost more than long streams, at most, if a network is sound
)
_SEED = 7
_SPACING = 50  # characters of text for each stretch, so that little text is not read again and again
_FEWEST = 16


@dataclass(frozen=True)
class Beginnings:
    """What some stretches of text cost when read from an empty state."""

    stretches: int
    bits: float  # a character, the mean
    share_over_8: float  # of stretches, those over 8 bits a character, or over blind guessing by far
    by_kind: dict[str, float]  # bits a character of each kind of beginning: "line", "heading", "name"

    @property
    def is_sound(self) -> bool:
        """Whether the network keeps its head when it begins."""
        return self.share_over_8 <= MOST_LOST and math.isfinite(self.bits)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures for a JSON file."""
        return {**asdict(self), "by_kind": dict(self.by_kind)}

    def parts_from(self, bits: float) -> str:
        """Return a sentence where beginnings tell another story than long streams of `bits`; else an empty text."""
        if not self.is_sound:
            return (
                f"It fails where a text begins: {self.share_over_8:.1%} of {self.stretches} beginnings cost over "
                f"{LOST:g} bits per character, though long texts cost {bits:.2f}."
            )
        if self.bits > bits + USUAL_GAP:
            return (
                f"It is worse where a text begins than its figure says: {self.bits:.2f} bits per character, "
                f"{bits:.2f} in long texts."
            )
        return ""


@dataclass(frozen=True)
class Stretch:
    """A piece of text that begins at a line's start: `given` is read, `wanted` is predicted."""

    kind: str  # "line", "heading" or "name"
    given: str
    wanted: str  # `LENGTH` characters at most
    text: int = 0  # index of the text that it is of


def read_beginnings(
    generator: Generator,
    vocabulary: Vocabulary,
    texts: Sequence[str],
    *,
    most: int = STRETCHES,
    seed: int = _SEED,
    labels: Sequence[str] | None = None,
) -> Beginnings | None:
    """Return what the beginnings of lines in `texts` cost the network alone, or None where there are no lines.

    Half of the stretches are read from the start of a line, a quarter after a heading and a quarter after `NAME:`, as
    far as the texts have them. Characters outside the vocabulary are mapped or dropped. `labels` are those
    of the texts.
    """
    size = sum(map(len, texts))
    stretches = choose_stretches(texts, most=max(_FEWEST, min(most, size // _SPACING)), seed=seed)
    line_break = max(0, vocabulary.characters.find("\n"))
    given = [vocabulary.encode(vocabulary.spell(stretch.given).text) for stretch in stretches]
    wanted = [vocabulary.encode(vocabulary.spell(stretch.wanted).text) for stretch in stretches]
    kept = [index for index, ids in enumerate(wanted) if len(ids)]
    if not kept:
        return None
    nats = nats_of(
        generator,
        [np.concatenate((given[index], wanted[index])) for index in kept],
        start=line_break,
        labels=None if labels is None else [labels[stretches[index].text] for index in kept],
    )
    bits = np.array(
        [row[len(given[index]) :].mean() for index, row in zip(kept, nats, strict=True)]
    ) / math.log(2)
    lost = max(LOST, math.log2(len(vocabulary)) + _BEYOND_GUESSING)
    kinds = np.array([stretches[index].kind for index in kept])
    return Beginnings(
        stretches=len(bits),
        bits=float(bits.mean()),
        share_over_8=float((bits > lost).mean()),
        by_kind={str(kind): float(bits[kinds == kind].mean()) for kind in np.unique(kinds)},
    )


def choose_stretches(texts: Sequence[str], *, most: int, seed: int = _SEED) -> list[Stretch]:
    """Return up to `most` stretches of `texts`, chosen by the seed."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[tuple[int, int, int]]] = {"line": [], "heading": [], "name": []}
    for index, text in enumerate(texts):
        for kind, start, after in _beginnings(text):
            found[kind].append((index, start, after))
    chosen: list[Stretch] = []
    for kind, share in (("heading", most // 4), ("name", most // 4), ("line", most)):
        places = found[kind]
        for place in rng.permutation(len(places))[: min(share, most - len(chosen))]:
            index, start, after = places[place]
            text = texts[index]
            chosen.append(Stretch(kind, text[start:after], text[after : after + LENGTH], index))
    return chosen


def _beginnings(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (kind, where it is read from, where it is predicted from) of every stretch that `text` has."""
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line and len(text) - start >= LENGTH:
            yield "line", start, start
            name = speaker_of(line)
            if heading_of(line) is not None:
                if len(text) - end > LENGTH:
                    yield "heading", start, end + 1
            elif name is not None and line.startswith(f"{name}:"):
                yield "name", start, start + len(name) + 1
        start = end + 1
