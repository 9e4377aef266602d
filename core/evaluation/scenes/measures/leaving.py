"""Whether people who leave a scene go on speaking in it, as far as English directions say who leaves."""

import re
from collections.abc import Sequence

from core.evaluation.scenes.script import Scene, mean

_GO = (
    r"leaves?|exits?|departs?|(?:walks?|goes|storms?|runs?|hurries|strides?|marches|beams?) (?:out|away|off)"
)
_COME = r"enters?|returns?|arrives?|(?:comes?|walks?|runs?|beams?|steps?|bursts?) (?:in|back|over)|joins?"
_GOES = re.compile(
    rf"^\((?P<who>[^.;,()]*?)\b(?:{_GO})\b(?! (?:the )?(?:room|table|door) (?:open|on))", re.IGNORECASE
)
_COMES = re.compile(rf"\b(?:{_COME})\b", re.IGNORECASE)


def measure_leaving(scenes: Sequence[Scene]) -> dict[str, float | None]:
    """Return the share of those who leave and then speak in the same scene, without having come back."""
    spoke: list[float] = []
    for scene in scenes:
        names = {name.lower(): name for name in scene.speakers}
        for index, line in enumerate(scene.lines):
            found = None if line.speaker else _GOES.match(line.said)
            if found is not None:
                leavers = [
                    name
                    for lower, name in names.items()
                    if re.search(rf"\b{re.escape(lower)}\b", found["who"].lower())
                ]
                spoke += [_speaks(scene, index + 1, name) for name in leavers]
    return {"speaks_after_leaving": mean(spoke), "leavings": float(len(spoke))}


def _speaks(scene: Scene, start: int, name: str) -> bool:
    for line in scene.lines[start:]:
        if line.speaker == name:
            return not line.is_heard_only
        if not line.speaker and _COMES.search(line.said) and name.lower() in line.said.lower():
            return False
    return False
