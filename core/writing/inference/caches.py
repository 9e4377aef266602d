"""Which cache model stands beside a network: what a text has said so far, in its logits."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from core.config import CacheKind
from core.writing.inference.character_cache import CharacterCache
from core.writing.inference.word_cache import Signs, WordCache


class CacheModel(Protocol):
    """What one text has said so far: reads id after id, and mends the logits of the next one."""

    weight: float  # what its correction is multiplied by

    def read(self, character: int) -> None:
        """Take in one id."""

    def mend(self, logits: npt.NDArray[np.float32]) -> None:
        """Put the cache's share into the network's `logits`, (vocabulary,), in place."""

    def stand_at(self, other: Self) -> None:
        """Go on by itself from where `other`, which is no fork, is."""

    def fork(self) -> "CacheModel":
        """Return a cache that goes on from here by itself, as long as this one reads nothing."""


@dataclass(frozen=True)
class Caches:
    """Begins the caches of a run's texts."""

    kind: CacheKind
    signs: Signs  # of the run's vocabulary

    def begin(self, *, temperature: float | None = None) -> CacheModel:
        """Return the cache of a text by people, or of one that the network writes at `temperature`."""
        if self.kind == "characters":
            return CharacterCache(temperature=temperature)
        return WordCache(self.signs, temperature=temperature)
