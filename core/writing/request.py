"""`SceneRequest`: all that fixes one piece of a run's writing; one record for the writer, the database and the code."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from core.errors import PromptError
from core.writing.directions import Directions
from core.writing.sampling import check_temperature

LONGEST = 100_000  # characters in one request
DRAWN_SEEDS = 2**32  # seeds that nobody chose are below this
MOST_SEED = 2**63 - 1  # what a database's whole number holds
MOST_TAKES = 16


def draw_seed() -> int:
    """Return a new seed."""
    return secrets.randbelow(DRAWN_SEEDS)


@dataclass(frozen=True, kw_only=True)
class SceneRequest:
    """What is asked of one piece of writing; with the text before it and a run, it fixes the text.

    Raises:
        PromptError: a number out of its range.
    """

    prompt: str = ""  # starting text; characters that the model lacks are mapped or dropped
    directions: Directions | None = None  # None: the raw model, or in a scene that goes on, those that it has
    temperature: float | None = None  # on the run's own scale; None: the run's default
    length: int = (
        500  # characters; fewer where the model ends the episode, up to 200 more where an ending is asked for
    )
    seed: int = field(default_factory=draw_seed)
    takes: int = 1  # versions of each line, of which the best is kept
    show: str | None = None  # label of the texts to write like; None: the first that the run has

    def __post_init__(self) -> None:
        """Check every number."""
        if self.temperature is not None:
            check_temperature(self.temperature)
        for what, value, least, most in (
            ("length", self.length, 1, LONGEST),
            ("seed", self.seed, 0, MOST_SEED),
            ("takes", self.takes, 1, MOST_TAKES),
        ):
            if not isinstance(value, int) or not least <= value <= most:
                raise PromptError(
                    "{option} must be a whole number from {least} to {most:,}, and not {value:,}.",
                    option=what,
                    least=least,
                    most=most,
                    value=value,
                )

    def to_dict(self) -> dict[str, Any]:
        """Return the request as a mapping that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the request that `to_dict` made `values` of, also in an earlier version.

        Raises:
            PromptError: a number out of its range.
            TypeError, ValueError: it is no such mapping.
        """
        fields = {
            name: value for name, value in values.items() if name != "top_p"
        }  # never asked for, always 1
        asked = fields.pop("directions", None)
        if asked is not None:
            asked = Directions(**{**asked, "cast": tuple(asked["cast"])})
        return cls(**fields, directions=asked)
