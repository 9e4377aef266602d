"""Scenes and codes made by an earlier version, which every later one has to write again to the character.

`golden.json` holds the SHA-256 of each scene's text, and its code, from the code of 4b4e103, over the
shipped run and two small runs that `train.py` of that day made (`old_runs`). Scenes that had a bracket
without its other half are as they are since none has.
"""

import hashlib
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from core.run.store import Run
from core.writing.codes.code import read_code
from core.writing.codes.replay import replay
from core.writing.directions import Directions
from core.writing.episode import Episode
from core.writing.request import SceneRequest
from core.writing.writer import Writer
from tests.children import ROOT

HERE = Path(__file__).parent
SCENES = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))
each_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene['run']}: {scene['name']}")


@cache
def writer_of(run: str) -> Writer:
    """Return a writer over the shipped run or an old one."""
    return Writer(Run.read((HERE if run.startswith("old_runs") else ROOT) / run))


def digest(episode: Episode) -> str:
    """Return the SHA-256 of a scene's text."""
    return hashlib.sha256(episode.script.encode()).hexdigest()


def directions_of(values: dict[str, Any] | None, writer: Writer) -> Directions | None:
    """Return the usual directions with `values` changed, or None for the raw model."""
    if values is None:
        return None
    return replace(
        writer.usual, **{**values, **({"cast": tuple(values["cast"])} if "cast" in values else {})}
    )


@each_scene
def test_scene_of_an_earlier_version_is_written_again(scene: dict[str, Any]) -> None:
    """The same command over the same run gives the text that it gave before."""
    writer = writer_of(scene["run"])
    episode: Episode | None = None
    for request in scene["requests"]:
        asked = SceneRequest(
            prompt=request.get("line", ""),
            directions=directions_of(request["directions"], writer),
            temperature=request.get("temperature"),
            length=request["length"],
            seed=request["seed"],
        )
        episode = writer.write(asked) if episode is None else writer.go_on(episode, asked)
    assert episode is not None
    assert digest(episode) == scene["sha256"]


@each_scene
def test_code_of_an_earlier_version_is_replayed(scene: dict[str, Any]) -> None:
    """A code that an earlier version gave stands for the text that it stood for."""
    assert digest(replay(read_code(scene["code"]), writer=writer_of(scene["run"]))) == scene["sha256"]
