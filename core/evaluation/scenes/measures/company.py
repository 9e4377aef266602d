"""Who talks to whom: how many speak in a scene, and how soon they speak again."""

import itertools
from collections.abc import Sequence

from core.evaluation.scenes.script import Scene, mean

_LINES = 10


def measure_company(scenes: Sequence[Scene]) -> dict[str, float | None]:
    """Return how many speak in ten lines, and how often a speaker spoke two lines before, or in the last four."""
    distinct: list[float] = []
    recent: list[float] = []
    two_before: list[float] = []
    answers: list[float] = []
    for scene in scenes:
        names = scene.speakers
        if scene.is_long:
            distinct += [len(set(names[i : i + _LINES])) for i in range(0, len(names) - _LINES + 1, _LINES)]
            recent += [names[i] in names[i - 4 : i] for i in range(4, len(names))]
            two_before += [names[i] == names[i - 2] for i in range(4, len(names))]
        answers += _answers(scene)
    return {
        "speakers_in_ten_lines": mean(distinct),
        "two_lines_before": mean(two_before),
        "within_last_four": mean(recent),
        "questions_answered": mean(answers),
    }


def _answers(scene: Scene) -> list[bool]:
    """Return for each question but a last line whether the next to speak is somebody else."""
    spoken = scene.spoken
    return [
        after.speaker != line.speaker
        for line, after in itertools.pairwise(spoken)
        if line.said.rstrip().endswith("?")
    ]
