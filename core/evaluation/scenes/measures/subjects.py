"""Whether a subject carries from line to line: rare words that come back, and lines that everybody says."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from core.evaluation.scenes.script import Scene, mean, words

_COMMON = 400  # the commonest words say nothing about a subject
_LETTERS = 4
_WORDS = 5  # a shorter line has no room for a subject
_BEFORE = 4  # lines in which a subject may have come up
_STOCK = 3  # times that the corpus has a line, word for word
_NO_LETTER = re.compile(r"[^\w ]|[\d_]")


@dataclass(frozen=True)
class Commonness:
    """How common words and lines are in a corpus."""

    common: frozenset[str]
    names: frozenset[str]
    stock: frozenset[str]

    @classmethod
    def of(cls, texts: Sequence[str], scenes: Sequence[Scene]) -> Self:
        """Return what is common in `texts`, whose scenes are `scenes`."""
        counts = Counter(word for text in texts for word in words(text))
        spoken = [line for scene in scenes for line in scene.spoken]
        lines = Counter(_letters(line.said) for line in spoken)
        return cls(
            frozenset(word for word, _ in counts.most_common(_COMMON)),
            frozenset(part.lower() for line in spoken for part in line.speaker.split()),
            frozenset(line for line, count in lines.items() if count >= _STOCK),
        )

    def is_stock(self, said: str) -> bool:
        """Return whether the corpus has a spoken line three times or more."""
        return _letters(said) in self.stock

    def rare_words(self, said: str) -> set[str]:
        """Return the words of a line that can be a subject."""
        return {
            word
            for word in words(said)
            if len(word) >= _LETTERS and word not in self.common and word not in self.names
        }


def measure_subjects(scenes: Sequence[Scene], commonness: Commonness) -> dict[str, float | None]:
    """Return the shares of spoken lines with a rare word of the four before, of rare words, and of stock lines."""
    carried: list[float] = []
    rare: list[float] = []
    stock: list[float] = []
    for scene in scenes:
        before: list[set[str]] = []
        for line in scene.spoken:
            own = commonness.rare_words(line.said)
            count = len(words(line.said))
            if count >= _WORDS and before:
                carried.append(bool(own & set[str]().union(*before[-_BEFORE:])))
                rare.append(len(own) / count)
            stock.append(commonness.is_stock(line.said))
            before.append(own)
    return {"subject_carried": mean(carried), "rare_words": mean(rare), "stock_lines": mean(stock)}


def _letters(said: str) -> str:
    return _NO_LETTER.sub("", said.lower()).strip()
