"""What the context ids of a run stand for: its speakers, its places and the labels of its texts."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from core.data.screenplay import places_of, speakers_of

GUESTS = 4  # ids that the speakers share who have none of their own
_SPEAKERS, _PLACES = 200, 100  # at most; the most frequent ones
STEPS = (1, 2, 3, 5, 9, 17, 33)  # lines since the heading at which `progress` goes up by one


@dataclass(frozen=True)
class ContextTables:
    """What a run's context ids stand for: its most frequent speakers and headings, and the labels of its texts.

    An id 0 means none. Speakers follow from 1, then a few ids for guests, who have none of their own; places follow
    from 1, then one id for every other. Features without anything to tell apart are left out. Row numbers count the
    ids of all features on end.
    """

    speakers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str], labels: Iterable[str]) -> Self:
        """Return the tables of `texts` and their labels; an empty label is none."""
        texts = list(texts)
        return cls(
            tuple(speakers_of(texts, most=_SPEAKERS)),
            tuple(dict.fromkeys(label for label in labels if label)),
            tuple(places_of(texts, most=_PLACES)),
        )

    @classmethod
    def from_dict(cls, values: dict[str, list[str]] | None) -> Self | None:
        """Return the tables that `to_dict` made; None for a run that has none.

        Raises:
            TypeError, ValueError: they are damaged.
        """
        if values is None:
            return None
        names = {kind: tuple(words) for kind, words in values.items()}
        if not all(isinstance(word, str) for words in names.values() for word in words):
            raise TypeError("a name that is no text")
        return cls(**names)

    def to_dict(self) -> dict[str, Any]:
        """Return the tables for a JSON file."""
        return {kind: list(words) for kind, words in asdict(self).items()}

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Number of ids of each feature that there is, in the order of the rows."""
        spoken = 1 + len(self.speakers) + GUESTS if self.speakers else 0
        every = {
            **dict.fromkeys(("speaker", "before", "before_that"), spoken),
            "label": 1 + len(self.labels) if self.labels else 0,
            "place": 2 + len(self.places) if self.places else 0,
            "progress": 1 + len(STEPS) if self.places else 0,
        }
        return {feature: size for feature, size in every.items() if size}

    @property
    def rows(self) -> int:
        """Number of rows of all features together."""
        return sum(self.sizes.values())

    @cached_property
    def starts(self) -> dict[str, int]:
        """The row of each feature's id 0."""
        ends = np.cumsum(list(self.sizes.values())).tolist()
        return {feature: end - size for (feature, size), end in zip(self.sizes.items(), ends, strict=True)}

    def row_names(self) -> list[tuple[str, str]]:
        """Return (feature, what it stands for) of every row, which tell the same rows of two runs."""
        guests = [f"guest {number}" for number in range(GUESTS)]
        spoken = ["", *(f"={name}" for name in self.speakers), *guests]
        names = {
            **dict.fromkeys(("speaker", "before", "before_that"), spoken),
            "label": ["", *(f"={name}" for name in self.labels)],
            "place": ["", *(f"={name}" for name in self.places), "other"],
            "progress": [str(step) for step in range(1 + len(STEPS))],
        }
        return [(feature, name) for feature in self.sizes for name in names[feature]]
