"""How constraints work: each sees the text character by character and says which may follow; a set joins them."""

from collections.abc import Sequence
from typing import Protocol, Self, TypeVar, cast

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

    def fork(self, forks: "Forks") -> Self:
        """Return one that goes on from here by itself, as long as this one reads nothing.

        It asks the forks of the constraints that this one asks, which `forks` gives.
        """

    def allowed(self, refused: int) -> Row:
        """Return which ids may follow in place of `refused`, which the model chose and some direction does not permit.

        The row (vocabulary,) is the direction's own and not to be changed.
        """


class Veto(Constraint, Protocol):
    """A constraint that also has the last word: what it refuses stands in no text, whatever all together choose."""

    def refuses(self, character: int) -> bool:
        """Return whether this id must not follow."""

    def unrefused(self) -> Row:
        """Return which ids may follow; the row (vocabulary,) is not to be changed."""


Kind = TypeVar("Kind", bound="Constraint | None")


class Forks:
    """Forks of constraints that know each other, each made once."""

    def __init__(self) -> None:
        self._made: dict[int, Constraint] = {}

    def of(self, constraint: Kind) -> Kind:
        """Return the fork of `constraint`; None has none."""
        if constraint is None:
            return constraint
        made = self._made.get(id(constraint))
        if made is None:
            made = self._made[id(constraint)] = constraint.fork(self)
        return cast("Kind", made)


def copy_state(constraint: Kind, **changes: object) -> Kind:
    """Return a shallow copy with some attributes changed, sooner than `copy.copy` makes one."""
    made = object.__new__(type(constraint))
    made.__dict__.update(constraint.__dict__, **changes)
    return made


class ConstraintSet:
    """Directions that hold together, the weightiest first.

    What the model draws stands wherever all permit it. Only else are the rows of allowed ids joined, and the same
    randomness draws again among them, so that a direction that is kept anyway changes nothing. Where two directions
    contradict each other at some character, the weightier has its way there; every direction allows something, so
    something is always allowed. What the veto refuses is drawn in no case.
    """

    def __init__(
        self, directions: Sequence[Constraint], *, vocabulary: int, veto: Veto | None = None
    ) -> None:
        self._directions = tuple(directions)
        self._vocabulary = vocabulary
        self._veto = veto

    def read(self, character: int) -> None:
        """Take in one id of the text."""
        for direction in self._directions:
            direction.read(character)

    def read_all(self, ids: npt.ArrayLike) -> None:
        """Take in id after id."""
        for character in np.asarray(ids, dtype=np.intp).tolist():
            self.read(character)

    def fork(self, forks: Forks) -> "ConstraintSet":
        """Return directions that go on from here by themselves, as long as these read nothing."""
        return ConstraintSet(
            [forks.of(direction) for direction in self._directions],
            vocabulary=self._vocabulary,
            veto=forks.of(self._veto),
        )

    def choose(self, sampler: Sampler, logits: npt.NDArray[np.float32], *, forbidden: int | None) -> int:
        """Return the next id: the model's own choice, or its choice among what is allowed."""
        drawn = sampler.draw(logits)
        if drawn != forbidden and self.permits(drawn):
            return drawn
        return sampler.draw_again(logits, among=self.allowed(drawn, forbidden=forbidden))

    def permits(self, character: int) -> bool:
        """Return whether all directions let this id follow."""
        for direction in self._directions:  # a loop is sooner than a generator in `all`
            if not direction.permits(character):
                return False
        return self._veto is None or not self._veto.refuses(character)

    def allowed(self, refused: int, *, forbidden: int | None = None) -> Row:
        """Return which ids may follow in place of `refused`, at least one."""
        kept = np.ones(self._vocabulary, dtype=np.bool_)
        if forbidden is not None and self._vocabulary > 1:
            kept[forbidden] = False
        for direction in self._directions:
            both = kept & direction.allowed(refused)
            if both.any():
                kept = both
        if self._veto is None:
            return kept
        unrefused = self._veto.unrefused()
        return kept & unrefused if (kept & unrefused).any() else unrefused
