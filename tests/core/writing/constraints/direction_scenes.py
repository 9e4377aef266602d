"""Scenes to try directions on, and what each direction promises of them.

`DIRECTION_SCENES=5000 pytest tests/core/writing/constraints` writes so many scenes a test, not two dozen.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.data.screenplay import speaker_of
from core.writing.constraints.ending import MOST_BEYOND
from core.writing.directions import Directions
from core.writing.episode import Episode
from core.writing.request import SceneRequest
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import (
    CHINESE,
    GREEK,
    PROSE,
    SCRIPT,
    build_writer,
    heads_off,
    strange_words,
)

SCENES = int(os.environ.get("DIRECTION_SCENES", "24"))
NONE = Directions(spelling=False, form=False, ending=False, loops=False)
ONLY = {
    "spelling": Directions(form=False, ending=False, loops=False),
    "form": Directions(spelling=False, ending=False, loops=False),
    "ending": Directions(spelling=False, form=False, loops=False),
    "loops": Directions(spelling=False, form=False, ending=False),
}
CORPORA = {"script": SCRIPT, "prose": PROSE, "greek": GREEK, "chinese": CHINESE}
CASTS: dict[str, list[tuple[str, ...]]] = {
    "script": [("QUARK", "ODO"), ("KIRA",), ("odo", "Quark"), ("MORA", "KIRA"), ("QUARK", "QURIK")],
    "prose": [()],
    "greek": [("ΝΙΚΗ",), ("ΠΑΝΟΣ", "ΝΙΚΗ")],
    "chinese": [("王",), ("李", "王")],
}
CASTS |= {"window": CASTS["script"], "notes": CASTS["script"]}
LENGTHS = (1, 2, 7, 30, 120, 260)  # characters
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Case:
    """One scene to write."""

    temperature: float
    length: int
    seed: int
    takes: int
    rng: np.random.Generator  # for whatever else a test varies


def build_writers(folder: Path) -> dict[str, Writer]:
    """Return a writer for each corpus, and two of the notes' kind that slide a window."""
    window: dict[str, Any] = {"targets": "last", "window_length": 8}
    return {
        **{name: build_writer(folder / name, episodes) for name, episodes in CORPORA.items()},
        "window": build_writer(folder / "window", SCRIPT, **window),
        "notes": build_writer(folder / "notes", SCRIPT, temperature_scale="probabilities", **window),
    }


def cases(scenes: int = SCENES, *, takes: tuple[int, ...] = (1, 1, 3)) -> Iterator[Case]:
    """Yield scenes of several lengths at temperatures from 0 to 2, all different and the same in every run.

    Their lines are written `takes` times, in turn.
    """
    for seed in range(scenes):
        rng = np.random.default_rng(seed)
        even = (0.0, 0.2, 0.5, 0.8, 1.0, 2.0)
        temperature = float(rng.choice(even)) if seed % 2 else float(rng.uniform(0, 2))
        yield Case(temperature, int(rng.choice(LENGTHS)), seed, takes[seed % len(takes)], rng)


def write(writer: Writer, case: Case, directions: Directions | None, line: str = "") -> Episode:
    """Write the scene of a case."""
    return writer.write(
        SceneRequest(
            prompt=line,
            temperature=case.temperature,
            length=case.length,
            seed=case.seed,
            takes=case.takes,
            directions=directions,
        )
    )


def check_cast(script: str, cast: tuple[str, ...]) -> None:
    """Check that nobody else has a line."""
    speakers = {speaker_of(line) for line in script.split("\n")} - {None}
    assert speakers <= set(cast)


def check_words(writer: Writer, episode: Episode, cast: tuple[str, ...] = ()) -> None:
    """Check that each whole word that was written is in the list; a name before a colon may be one of the cast."""
    assert writer.index is not None
    text = episode.script
    if not (episode.ended or (episode.directions and episode.directions.ending)):
        text = text[: len(text) - len(re.split(r"[^\w'’-]", text)[-1])]  # the length may cut a word
    assert strange_words(writer, heads_off(text, (*cast, *writer.index.names.words))) == []


def check_end(episode: Episode) -> None:
    """Check that the text ends within the tolerance, with no bracket open and no sentence that is cut in a word."""
    assert len(episode.text) <= episode.length + MOST_BEYOND
    if episode.ended:
        return
    assert len(episode.text) >= episode.length
    # The tolerance is wide enough for every ending to be found inside it.
    assert len(episode.text) < episode.length + MOST_BEYOND
    line = episode.script.rstrip("\n").rsplit("\n", 1)[-1]
    is_open: list[str] = []
    for sign in line:
        if is_open and sign == is_open[-1]:
            is_open.pop()
        elif sign in _CLOSING and len(is_open) < 3:
            is_open.append(_CLOSING[sign])
    assert is_open == [], (episode.script, episode)
