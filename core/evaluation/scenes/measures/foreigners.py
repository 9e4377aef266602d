"""Speakers of other series who walk into a scene."""

from collections import Counter
from collections.abc import Mapping, Sequence

from core.evaluation.scenes.script import read_scenes

_LINES = 20  # a speaker with fewer in the other series is no character of it
_SHOWN = 5


def foreign_speakers(series: str, texts: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return who speaks in other series of `texts` and never in `series`."""
    own = {name for scene in read_scenes(texts.get(series, ())) for name in scene.speakers}
    found: set[str] = set()
    for other, episodes in texts.items():
        if other != series:
            counts = Counter(name for scene in read_scenes(episodes) for name in scene.speakers)
            found |= {name for name, count in counts.items() if count >= _LINES}
    return frozenset(found - own)


def measure_foreigners(texts: Sequence[str], foreign: frozenset[str]) -> dict[str, object]:
    """Return the share of texts in which somebody of another series speaks, and who does so most."""
    met = [{name for scene in read_scenes([text]) for name in scene.speakers} & foreign for text in texts]
    names = Counter(name for some in met for name in some)
    share = sum(map(bool, met)) / len(met) if met and foreign else None
    return {"other_series": share, "other_series_names": [name for name, _ in names.most_common(_SHOWN)]}
