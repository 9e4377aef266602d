"""`Episode`: a script, and all that it takes to write it again."""

import json
from dataclasses import dataclass

from core.config import END_OF_EPISODE
from core.data.vocabulary import Spelling
from core.text import Text
from core.writing.constraints.cast import describe_changes
from core.writing.directions import Directions
from core.writing.request import SceneRequest


@dataclass(frozen=True)
class Episode:
    """A script and all that it takes to write it again."""

    fingerprint: str  # of the run
    prompt: str  # as the model read it, heading included; empty for a scene from nothing
    earlier: str  # written by the requests that this one goes on from
    text: str  # written by this one
    request: SceneRequest  # what wrote `text`, with the temperature and the names that were used
    ended: bool  # whether the model ended the episode itself
    notice: str  # what of the prompt the model could not spell, in a sentence, or empty
    seconds: float
    before: tuple[SceneRequest, ...] = ()  # the requests that wrote `earlier`, the first one first

    @property
    def temperature(self) -> float:
        """The temperature that `text` was written at."""
        return self.request.temperature or 0.0  # the writer has filled in the run's own

    @property
    def length(self) -> int:
        """The characters that were asked for."""
        return self.request.length

    @property
    def seed(self) -> int:
        """The seed of `text`."""
        return self.request.seed

    @property
    def directions(self) -> Directions | None:
        """The directions that held `text`; None for the raw model."""
        return self.request.directions

    @property
    def script(self) -> str:
        """The whole text; a blank line where one episode ended and the next began."""
        return (self.prompt + self.earlier + self.text).replace(END_OF_EPISODE, "\n\n")


def write_parts(episode: Episode) -> str:
    """Return what was asked for each part of a scene as JSON, or nothing if it is not known of the first ones."""
    if bool(episode.earlier) != bool(episode.before):
        return ""
    return json.dumps([part.to_dict() for part in (*episode.before, episode.request)], ensure_ascii=False)


def read_parts(text: str) -> tuple[SceneRequest, ...]:
    """Return what `write_parts` wrote, the first part first; none of an empty text."""
    return tuple(SceneRequest.from_dict(values) for values in json.loads(text or "[]"))


def describe_spelling(spelling: Spelling, asked: Directions | None, settled: Directions | None) -> str:
    """Return what the model could not spell of a line and of a cast."""
    cast = describe_changes(asked.cast, settled.cast) if asked and settled else ""
    return Text.joined((spelling.notice, cast))
