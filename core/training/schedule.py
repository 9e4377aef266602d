"""How far a training is along its budget, and the learning rate that follows from it."""

import math
from dataclasses import dataclass

from core.config import TrainConfig

_LOWEST = 0.01  # of the highest learning rate, where a cosine begins and ends
_RISE = 0.02  # share of the budget in which it rises: Adam's first steps know little of the gradients' sizes


@dataclass(frozen=True)
class Budget:
    """What a training may use up: epochs, or minutes if they are given."""

    epochs: int
    minutes: float | None
    most_epochs: float = math.inf  # where minutes are given

    def share(self, *, epochs: float, seconds: float) -> float:
        """Return how much of the budget is used, from 0 to 1 and beyond."""
        if self.minutes is not None:
            return max(seconds / (60 * self.minutes), epochs / self.most_epochs)
        return epochs / self.epochs

    def seconds_left(self, *, epochs: float, seconds: float) -> float:
        """Return the expected seconds to the end at the speed so far."""
        share = self.share(epochs=epochs, seconds=seconds)
        return max(0.0, seconds / share - seconds) if share > 0 else math.inf


def learning_rate(config: TrainConfig, share: float) -> float:
    """Return Adam's step size when `share` of the budget is used: constant, or a short rise and half a cosine down."""
    if config.schedule == "constant":
        return config.learning_rate
    rise = min(1.0, share / _RISE)
    fall = 0.5 * (1 + math.cos(math.pi * min(1.0, max(0.0, share - _RISE) / (1 - _RISE))))
    return config.learning_rate * (_LOWEST + (1 - _LOWEST) * rise * fall)
