"""Forks of directions and of the cache: takes of a line go on from one text without knowing of each other."""

from collections.abc import Iterator

import numpy as np
import pytest

from core.config import CacheKind
from core.writing.constraints.build import ConstrainedWriting, direct
from core.writing.directions import Directions
from core.writing.inference.caches import Caches
from core.writing.inference.word_cache import Signs
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import CHINESE, PROSE, SCRIPT, build_writer

CORPORA = {"script": SCRIPT, "prose": PROSE, "chinese": CHINESE}


@pytest.fixture(scope="module", params=list(CORPORA))
def writer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """Return a writer over each corpus."""
    return build_writer(tmp_path_factory.mktemp("runs") / "one", CORPORA[request.param])


def direct_all(writer: Writer) -> ConstrainedWriting:
    """Return all directions at the start of a text."""
    assert writer.index is not None
    directed = direct(
        Directions(originality=writer.index.runs.run),
        speakers=writer.speakers(),
        vocabulary=writer.run.vocabulary,
        index=writer.index,
    )
    assert directed.ending is not None
    directed.ending.begin(60)
    return directed


def passages(writer: Writer, episodes: list[str]) -> Iterator[tuple[list[int], list[int], list[int]]]:
    """Yield pieces of a corpus, with some slips in them: one to begin with, and two to go on."""
    rng = np.random.default_rng(3)
    ids = writer.run.vocabulary.encode("\n".join(episodes))
    for _ in range(12):
        texts = []
        for most in (300, 60, 60):
            start = int(rng.integers(len(ids)))
            text = ids[start : start + int(rng.integers(1, most))].copy()
            text[rng.random(len(text)) < 0.02] = rng.integers(len(writer.run.vocabulary))
            texts.append([int(character) for character in text])
        yield texts[0], texts[1], texts[2]


def answers(directed: ConstrainedWriting, text: list[int], *, vocabulary: int) -> list[list[bool]]:
    """Return what may follow and whether the scene is done, after each character of `text`."""
    found = []
    for character in text:
        directed.constraints.read(character)
        permitted = [directed.constraints.permits(index) for index in range(vocabulary)]
        assert directed.ending is not None
        stops = [directed.ending.stops_before(index) for index in range(vocabulary)]
        found.append([*permitted, *directed.constraints.allowed(character), *stops, directed.ending.done])
    return found


def test_fork_of_directions_goes_on_by_itself(writer: Writer) -> None:
    """A fork answers as directions that read the whole text; what it reads does not change the one it came from."""
    size = len(writer.run.vocabulary)
    corpus = next(text for text in CORPORA.values() if text[0][0] in writer.run.vocabulary.characters)
    for opening, one, other in passages(writer, corpus):
        directed, first, second = (direct_all(writer) for _ in range(3))
        directed.constraints.read_all(opening)
        first.constraints.read_all(opening)
        second.constraints.read_all(opening)
        forks = directed.fork(), directed.fork()
        assert answers(forks[0], one, vocabulary=size) == answers(first, one, vocabulary=size)
        assert answers(forks[1], other, vocabulary=size) == answers(second, other, vocabulary=size)
        third = direct_all(writer)
        third.constraints.read_all(opening)
        assert answers(directed, other, vocabulary=size) == answers(third, other, vocabulary=size)


@pytest.mark.parametrize("kind", ["words", "characters"])
def test_fork_of_cache_goes_on_by_itself(kind: CacheKind) -> None:
    """A fork mends as a cache that read the whole text; what it reads does not change the one it came from."""
    rng = np.random.default_rng(1)
    caches = Caches(kind, Signs.of("a:\n"))
    for _ in range(20):
        opening, one, other = (rng.integers(3, size=int(rng.integers(80))).tolist() for _ in range(3))
        cache, first, second = (caches.begin() for _ in range(3))
        for text, readers in ((opening, (cache, first, second)), (one, (first,)), (other, (second,))):
            for character in text:
                for each in readers:
                    each.read(character)
        for text, expected in ((one, first), (other, second)):
            fork = cache.fork()
            for character in text:
                fork.read(character)
            mended, wanted = np.zeros(3, dtype=np.float32), np.zeros(3, dtype=np.float32)
            fork.mend(mended)
            expected.mend(wanted)
            np.testing.assert_array_equal(mended, wanted)
