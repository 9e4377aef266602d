"""Scenes in many parts: what has been read of them is not read again, and no letter is another for it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.vocabulary import Ids, Vocabulary
from core.run.store import Run
from core.writing.codes.code import Code
from core.writing.codes.replay import Replay
from core.writing.episode import Episode
from core.writing.request import SceneRequest
from core.writing.scene_reader import SceneReader
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer

TEMPERATURES = (1.0, 0.4, 0.0, 0.7, 0.7)


class CountingVocabulary(Vocabulary):
    """A vocabulary that counts the characters that are read with it."""

    count = 0

    def encode(self, text: str) -> Ids:
        """Return the ids of a text."""
        type(self).count += len(text)
        return super().encode(text)


@pytest.fixture(params=["carried", "window", "trained"])
def writer(request: pytest.FixtureRequest, tmp_path: Path) -> Writer:
    """Return a writer of each kind of reader: a state with a cache, a window with one, a state with a context."""
    if request.param == "trained":
        run: Run = request.getfixturevalue("tiny_run")
        return Writer(run)
    kind: dict[str, Any] = {"targets": "last", "window_length": 8} if request.param == "window" else {}
    return build_writer(tmp_path / "run", SCRIPT, **kind)


def write_parts(writer: Writer, prompt: str, reading: SceneReader | None) -> Episode:
    """Write a scene in parts, each at a temperature and with takes of its own."""
    episode: Episode | None = None
    for number, temperature in enumerate(TEMPERATURES):
        directions = writer.usual if number % 2 else None
        request = SceneRequest(
            prompt="" if number else prompt,
            temperature=temperature,
            length=60,
            seed=number,
            takes=1 + number,
            directions=directions,
        )
        if episode is None:
            episode = writer.write(request, reading=reading)
        else:
            episode = writer.go_on(episode, request, reading=reading)
    assert episode is not None
    return episode


@pytest.mark.parametrize("prompt", ["", "QUARK: No"])
def test_parts_are_the_same_and_each_character_is_read_once(writer: Writer, prompt: str) -> None:
    """With a reading that goes from part to part the scene is the same to the letter, and the work is linear."""
    reading = writer.reading()
    reading._vocabulary = CountingVocabulary(writer.run.vocabulary.characters)
    CountingVocabulary.count = 0
    episode = write_parts(writer, prompt, reading)
    assert episode.script == write_parts(writer, prompt, None).script
    assert CountingVocabulary.count == 2 * len(
        episode.prompt + episode.earlier
    )  # by the network, and by the directions
    # Another scene is read from its beginning.
    again = write_parts(writer, prompt, reading)
    assert again.script == episode.script


def test_reader_stands_where_another_one_does(writer: Writer) -> None:
    """A reader that is put where another one stands has the logits of one that has read the text itself."""
    ids = writer.run.vocabulary.encode("ODO: No. No.\nODO: No. N")
    itself, put, other = (writer.generator.reader(temperature=heat) for heat in (0.7, 0.7, 1.0))
    itself.read_all(ids)
    other.read_all(ids)
    put.stand_at(other)
    other.read_all(ids)
    assert np.array_equal(put.logits, itself.logits)
    for reader in (put, itself):
        reader.read_all(ids[:5])
    assert np.array_equal(put.logits, itself.logits)


def test_replay_stops_where_it_is_no_longer_wanted(tmp_path: Path) -> None:
    """Once nobody waits any more, no further part is begun, and a long text is read no further."""
    writer = build_writer(tmp_path / "run", SCRIPT)
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return True

    first = SceneRequest(prompt="ODO: No. " * 2_000, length=1, seed=1, temperature=1.0)
    code = Code(writer.run.fingerprint[:8], "0000", (first, *[SceneRequest(length=1, seed=1)] * 80))
    begun = Replay(code, writer=writer).go_on(cancelled)
    assert begun is not None
    assert (begun.before, begun.text) == ((), "")
    assert asked <= 3
