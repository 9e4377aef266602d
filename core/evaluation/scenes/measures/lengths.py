"""How long lines are, and how often the place changes."""

from collections.abc import Sequence

import numpy as np

from core.evaluation.scenes.script import Scene

_SHARES = (10, 25, 50, 75, 90)  # percentiles
_PER = 500  # characters


def measure_lengths(texts: Sequence[str], scenes: Sequence[Scene]) -> dict[str, float | None]:
    """Return how long spoken lines are with their names, characters of everything for each, and headings in 500."""
    spoken = [len(line.speaker) + 2 + len(line.said) for scene in scenes for line in scene.spoken]
    characters = sum(len(" ".join(text.split())) for text in texts)
    headings = sum(line.startswith("[") and line.endswith("]") for text in texts for line in text.split("\n"))
    points = np.percentile(spoken, _SHARES).tolist() if spoken else [None] * len(_SHARES)
    return {
        "characters_per_spoken_line": characters / len(spoken) if spoken else None,
        "spoken_line_length": float(np.mean(spoken)) if spoken else None,
        **{f"spoken_line_p{share}": point for share, point in zip(_SHARES, points, strict=True)},
        "places_per_500": _PER * headings / characters if characters else None,
    }
