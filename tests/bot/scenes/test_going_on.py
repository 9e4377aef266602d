"""Scenes that are gone on with again and again: what was read of them is read once, and long ones are read in turns."""

from collections.abc import Callable
from dataclasses import replace

import numpy.typing as npt
import pytest

from bot.scenes.build import build_record, build_work
from bot.scenes.queue import UnfinishedError
from bot.scenes.request import Request, go_on
from bot.storage.tables.scenes import SceneRecord
from core.writing.inference.readers import CachedReader
from core.writing.scene_reader import KeptReaders
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer

TIMES = 40


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """Return a writer over a network of random weights, with a cache."""
    return build_writer(tmp_path_factory.mktemp("run") / "run", SCRIPT)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many characters are read at each reading of a text."""
    counts: list[int] = []
    read_all = CachedReader.read_all

    def count(reader: CachedReader, ids: npt.ArrayLike) -> None:
        counts.append(len(ids))  # type: ignore[arg-type]  # a sequence wherever a scene is read
        read_all(reader, ids)

    monkeypatch.setattr(CachedReader, "read_all", count)
    return counts


def write(
    writer: Writer,
    request: Request,
    source: SceneRecord | None,
    readers: KeptReaders | None,
    cancelled: Callable[[], bool] = lambda: False,
) -> SceneRecord:
    """Return a scene as it is stored."""
    episode = build_work(request, source, writer=writer, readers=readers)(cancelled)
    return replace(build_record(episode, request, writer=writer), id=1)


def begin(writer: Writer, length: int = 30) -> SceneRecord:
    """Return a new scene."""
    return write(writer, Request.new("QUARK: No", length=length, seed=1, temperature=1.0), None, None)


def test_scene_that_is_continued_forty_times_is_read_once(writer: Writer, reads: list[int]) -> None:
    """Each press reads what the one before it has added, and the scene is the same to the letter."""
    scene = alone = begin(writer)
    readers = KeptReaders()
    for number in range(TIMES):
        request = replace(go_on(scene), seed=number, length=30)
        reads.clear()
        scene = write(writer, request, scene, readers)
        assert sum(reads) <= 300  # one part, however long the scene is
        alone = write(writer, request, alone, None)
        assert scene.script == alone.script
    assert len(scene.script) > 1_000


def test_scene_of_others_is_not_taken_for_this_one(writer: Writer) -> None:
    """What was read of one scene serves no other, and what is forgotten serves none."""
    first, readers = begin(writer), KeptReaders()
    second = write(writer, replace(go_on(first), seed=1), first, readers)
    other = replace(second, earlier=second.earlier.replace("o", "a"))
    for scene in (other, second):
        request = replace(go_on(scene), seed=2)
        assert write(writer, request, scene, readers).script == write(writer, request, scene, None).script
    readers.clear()
    request = replace(go_on(second), seed=2)
    assert write(writer, request, second, readers).script == write(writer, request, second, None).script


def test_reader_of_a_scene_that_was_given_up_is_not_kept(writer: Writer) -> None:
    """What was read for somebody who was forgotten meanwhile is not kept; a turn spent on reading is no whole one."""
    scene, readers = begin(writer), KeptReaders()
    work = build_work(replace(go_on(scene), length=30), scene, writer=writer, readers=readers)
    looks = iter((False,))  # and from the end of the reading on, it is no longer wanted
    with pytest.raises(UnfinishedError):
        work(lambda: next(looks, True))
    work(lambda: True)
    assert readers._kept == []


def test_few_readers_are_kept(writer: Writer) -> None:
    """Readers are kept up to so many characters, those that were used last."""
    readers = KeptReaders(most_characters=300)
    scenes = [replace(begin(writer), text=start + begin(writer, 100).text) for start in "ORQK"]
    for scene in scenes:
        write(writer, replace(go_on(scene), length=20), scene, readers)
    assert sum(reader.characters for reader in readers._kept) <= 300
    assert 0 < len(readers._kept) < len(scenes)


def test_long_scene_is_read_in_turns(writer: Writer) -> None:
    """Where a turn is over before all is read, the next one reads on from there, and the scene is the same."""
    scene = begin(writer)
    scene = replace(scene, text=scene.text + "\nODO: No. Not again." * 300)
    request = replace(go_on(scene), seed=3, length=30)
    work = build_work(request, scene, writer=writer)
    turns = 0
    while True:
        turns += 1
        looks = iter((True,) * (turns < 3))
        try:
            episode = work(lambda looks=looks: next(looks, False))  # type: ignore[misc]  # no loop's own variable
        except UnfinishedError:
            continue
        break
    assert turns == 3
    assert episode.script == write(writer, request, scene, None).script


def test_long_scene_is_replayed_in_turns(writer: Writer) -> None:
    """A code of many parts is written as far as there is time for, and then from there."""
    scene = begin(writer)
    for number in range(4):
        scene = write(writer, replace(go_on(scene), seed=number, length=30), scene, None)
    work = build_work(Request.of_code(scene.code), None, writer=writer)
    # Each turn is over at its third look: in the reading or the writing of a part.
    turns = 0
    while True:
        turns += 1
        looks = iter((False, False, False))
        try:
            episode = work(lambda looks=looks: next(looks, True))  # type: ignore[misc]  # as above
        except UnfinishedError:
            continue
        break
    assert turns > 1
    assert episode.earlier + episode.text == scene.earlier + scene.text
