"""How directions work: each sees the text character by character and says which may follow; a director joins them."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.data.words import Row
from core.writing.sampling import Sampler


class Constraint(Protocol):
    """One thing asked of a scene, at the end of the text so far."""

    def read(self, character: int) -> None:
        """Take in one id of the text."""

    def permits(self, character: int) -> bool:
        """Return whether this id may follow: `allowed` of one id, but quick."""

    def allowed(self, refused: int) -> Row:
        """Return which ids may follow in place of `refused`, which the model chose and some direction does not permit.

        The row (vocabulary,) is the direction's own and not to be changed.
        """


class ConstraintSet:
    """Directions that hold together, the weightiest first.

    What the model draws stands wherever all permit it. Only else are the rows of allowed ids joined, and the same
    randomness draws again among them, so that a direction that is kept anyway changes nothing. Where two directions
    contradict each other at some character, the weightier has its way there; every direction allows something, so
    something is always allowed.
    """

    def __init__(self, directions: Sequence[Constraint], *, vocabulary: int) -> None:
        self._directions = tuple(directions)
        self._vocabulary = vocabulary

    def read(self, character: int) -> None:
        """Take in one id of the text."""
        for direction in self._directions:
            direction.read(character)

    def read_all(self, ids: npt.ArrayLike) -> None:
        """Take in id after id."""
        for character in np.asarray(ids, dtype=np.intp).tolist():
            self.read(character)

    def choose(self, sampler: Sampler, logits: npt.NDArray[np.float32], *, forbidden: int | None) -> int:
        """Return the next id: the model's own choice, or its choice among what is allowed."""
        drawn = sampler.draw(logits)
        if drawn != forbidden:
            for direction in self._directions:
                if not direction.permits(drawn):
                    break
            else:
                return drawn
        return sampler.draw_again(logits, among=self.allowed(drawn, forbidden=forbidden))

    def allowed(self, refused: int, *, forbidden: int | None = None) -> Row:
        """Return which ids may follow in place of `refused`, at least one."""
        kept = np.ones(self._vocabulary, dtype=np.bool_)
        if forbidden is not None and self._vocabulary > 1:
            kept[forbidden] = False
        for direction in self._directions:
            both = kept & direction.allowed(refused)
            if both.any():
                kept = both
        return kept
