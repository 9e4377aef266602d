"""Whether a run keeps its head when it writes as members have it write: from nothing, and after a speaker's name."""

import re
from dataclasses import dataclass

from core.errors import TrialError
from core.run.store import Run
from core.writing.request import SceneRequest
from core.writing.writer import Writer

SCENES = 20  # of each kind
TEMPERATURES = (0.5, 0.8, 1.0)
_LENGTH = 200  # characters, less where the run's own texts are short
_SHORTEST = 20
_LEAST = 0.3  # of the length; a scene that ends sooner ended at once
_REPEATED = re.compile(r"(\S)\1{19}")  # one character, twenty times
_MOST_FAILED = 0.25  # share of scenes; a run of little text may well end one or two
_SHOWN = 60  # characters of a scene that failed


@dataclass(frozen=True)
class RunawayCount:
    """What came of some scenes."""

    scenes: int
    ended: int  # at once
    repeated: int  # one character over and over
    example: str  # the beginning of one that failed, or empty
    undirected: str = ""  # those that were written without directions, on end

    @property
    def failed(self) -> int:
        """Number of scenes that nobody could use."""
        return self.ended + self.repeated


def try_scenes(run: Run, *, seed: int) -> RunawayCount:
    """Write twenty scenes from nothing and twenty after speakers' names, and count those that run away.

    The temperatures, and whether spelling is kept, change from scene to scene, so that every kind is tried.
    """
    writer = Writer(run)
    usual, plain = writer.usual, None
    names = writer.speakers()[:SCENES]
    length = _length(run)
    ended = repeated = 0
    example, undirected = "", []
    prompts = [""] * SCENES + [f"{names[index % len(names)]}:" for index in range(SCENES if names else 0)]
    for index, prompt in enumerate(prompts):
        is_directed = index // len(TEMPERATURES) % 2
        request = SceneRequest(
            prompt=prompt,
            length=length,
            seed=seed + index,
            temperature=None if _has_own_scale(run) else TEMPERATURES[index % len(TEMPERATURES)],
            directions=usual if is_directed else plain,
        )
        text = writer.write(request).text
        is_short, is_stuck = len(text.strip()) < _LEAST * length, bool(_REPEATED.search(text))
        undirected += [] if is_directed else [text]
        repeated += is_stuck
        ended += is_short and not is_stuck
        if (is_short or is_stuck) and not example:
            example = (prompt + text)[:_SHOWN]
    return RunawayCount(len(prompts), ended, repeated, example, "\n".join(undirected))


def check_scenes(count: RunawayCount) -> None:
    """Refuse a run of whose scenes more than a quarter run away.

    Raises:
        TrialError: with the reason and an example.
    """
    if count.failed > _MOST_FAILED * count.scenes:
        raise TrialError(
            "The new model loses itself when a scene begins: of {scenes} scenes {ended} end at once "
            "and {repeated} repeat one character, such as {example!r}. Train it again, for longer or "
            "with more text.",
            scenes=count.scenes,
            ended=count.ended,
            repeated=count.repeated,
            example=count.example,
        )


def _length(run: Run) -> int:
    """Return the characters to ask for: fewer than the run's own texts have, which may end."""
    data = run.facts.get("data", {})
    texts, characters = data.get("episodes", 0), data.get("characters", 0)
    return max(_SHORTEST, min(_LENGTH, characters // texts // 3)) if texts else _LENGTH


def _has_own_scale(run: Run) -> bool:
    """Return whether the run's temperatures mean something else than ours."""
    return run.config.temperature_scale != "logits"
