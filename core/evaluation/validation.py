"""Held-out text read both ways: in long streams, and from nothing where lines begin, as scenes are written."""

import math
from dataclasses import dataclass
from typing import Any

from core.evaluation.beginnings import Beginnings

_LOST_NATS = 100.0  # more than any sound weights cost


@dataclass(frozen=True)
class Validation:
    """What held-out text costs."""

    loss: float  # nats a target, in long streams
    beginnings: Beginnings | None = None  # None where every window begins from nothing, or no line begins

    @property
    def score(self) -> float:
        """What the best weights are chosen by, in nats: the mean of both ways, for scenes are short.

        Weights that fail where texts begin come after all that do not.
        """
        if self.beginnings is None:
            return self.loss
        mean = (self.loss + self.beginnings.bits * math.log(2)) / 2
        return mean if self.beginnings.is_sound else mean + _LOST_NATS

    @property
    def parted(self) -> str:
        """A sentence where beginnings tell another story than long streams; else empty."""
        return "" if self.beginnings is None else self.beginnings.parts_from(self.loss / math.log(2))

    def facts(self) -> dict[str, Any] | None:
        """Return the beginnings' figures for the run's facts, with a note where they part from the long streams'."""
        if self.beginnings is None:
            return None
        return {**self.beginnings.to_dict(), **({"note": self.parted} if self.parted else {})}


def is_sound(score: float) -> bool:
    """Return whether the weights of a `Validation.score` keep their heads where texts begin."""
    return score < _LOST_NATS
