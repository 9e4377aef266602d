"""What somebody asks of a scene; `constraints/` keeps to it, one small module for each kind."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Directions:
    """What is asked of a scene; the same values, the same scene."""

    cast: tuple[str, ...] = ()  # only these have lines; empty for everybody
    place: str | None = None  # heading under which the scene opens
    spelling: bool = True  # every word is one that the corpus has
    form: bool = True  # lines start as the corpus's do
    ending: bool = True  # the length is reached where a line or sentence ends
    loops: bool = True  # a long run of words does not come again soon
    originality: int | None = None  # most words in a row as they stand in the corpus
