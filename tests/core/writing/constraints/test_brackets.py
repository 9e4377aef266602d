"""Brackets: at no temperature is one left open, or closed that none opened."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.brackets import find_loose
from core.writing.constraints.base import ConstraintSet
from core.writing.constraints.ending import EndingConstraint
from core.writing.request import SceneRequest
from core.writing.sampling import Sampler
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer
from tests.core.writing.constraints.direction_scenes import CASTS, build_writers

SCENES = 12


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Writer]:
    """Return a writer for each corpus, and two of the notes' kind."""
    return build_writers(tmp_path_factory.mktemp("runs"))


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("Open (a [b] c) d", []),
        ("what, Dukat]", ["]"]),
        ("(a\nb", ["("]),
        ("(a]", ["]", "("]),
        ("{", ["{"]),
    ],
)
def test_loose_brackets_are_found(text: str, loose: list[str]) -> None:
    """What counts as loose: a closer without its opener, and an opener whose line ends first."""
    assert find_loose(text) == loose


@pytest.mark.parametrize("temperature", [0.5, 0.8, 1.1, 2.0])
@pytest.mark.parametrize("name", ["script", "prose", "greek", "chinese", "window"])
def test_brackets_are_paired_at_every_temperature(
    writers: dict[str, Writer], name: str, temperature: float
) -> None:
    """A scene with the usual directions, and what goes on from it, has no loose bracket; with a cast neither."""
    writer = writers[name]
    for seed in range(SCENES):
        asked = writer.usual
        cast = CASTS[name][seed % len(CASTS[name])] if seed % 3 == 0 else ()
        if cast:
            asked = type(asked)(cast=cast)
        request = SceneRequest(temperature=temperature, length=150, seed=seed, directions=asked)
        more = writer.go_on(writer.write(request), replace(request, length=60))
        assert find_loose(more.script) == [], (seed, more.script)


def test_brackets_of_a_model_that_writes_nothing_else_are_paired(tmp_path: Path) -> None:
    """Where brackets are all that is drawn, they still come in pairs, and the scene ends."""
    writer = build_writer(tmp_path / "run", SCRIPT)
    assert writer.index is not None
    known = writer.run.vocabulary.characters
    logits = np.full(len(known), -3.0, dtype=np.float32)
    logits[[known.index(sign) for sign in "()[]"]] = 5.0
    for seed in range(SCENES):
        ending = EndingConstraint(writer.index.alphabet)
        ending.begin(100)
        constraints = ConstraintSet([ending], vocabulary=len(known), veto=ending)
        sampler = Sampler(vocabulary=len(known), temperature=1.0, rng=np.random.default_rng(seed))
        text = ""
        while not ending.done:
            drawn = constraints.choose(sampler, logits, forbidden=None)
            if ending.stops_before(drawn):
                break
            constraints.read(drawn)
            text += known[drawn]
        assert find_loose(text) == [], text
