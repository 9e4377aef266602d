"""A run's word lists: words, line starts and a filter, kept in two files that are whole, checked, and no text."""

import gzip
import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.config import END_OF_EPISODE
from core.data.corpus import read_corpus
from core.data.sources.source import Source
from core.data.vocabulary import Vocabulary
from core.errors import RunError
from core.run.layout import FACTS, RUNS, VECTORS, WORDS
from core.run.store import Run
from core.run.word_vectors import WordVectors
from core.training.results.index import main
from core.writing.constraints.index import build_index
from core.writing.constraints.index_files import add_index, read_index
from core.writing.constraints.word_lists.lexicon import Lexicon
from core.writing.directions import Directions
from core.writing.request import SceneRequest
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import CHINESE, GREEK, PROSE, SCRIPT, build_writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the directory of a run with word lists, to damage."""
    return build_writer(tmp_path / "run", SCRIPT).run.path


@pytest.mark.parametrize("episodes", [SCRIPT, PROSE, GREEK, CHINESE])
def test_aids_are_read_as_they_were_built(tmp_path: Path, episodes: list[str]) -> None:
    """Words, names, first words, shape and filter come back from their files, whatever the alphabet."""
    writer = build_writer(tmp_path / "run", episodes)
    built, read = build_index(episodes, writer.run.vocabulary), writer.index
    assert read is not None
    for name in ("words", "names", "starts"):
        assert getattr(read, name).words == getattr(built, name).words
    assert read.shape == built.shape
    assert read.runs.run == built.runs.run
    assert read.runs.bits.tobytes() == built.runs.bits.tobytes()


def test_aids_are_the_same_files_from_the_same_corpus(tmp_path: Path) -> None:
    """Building twice gives the same bytes, so that a code knows the lists it was made with."""
    first = build_writer(tmp_path / "first", SCRIPT).run.path
    second = build_writer(tmp_path / "second", SCRIPT).run.path
    assert [(first / name).read_bytes() for name in (WORDS, RUNS)] == [
        (second / name).read_bytes() for name in (WORDS, RUNS)
    ]


def test_aids_hold_no_text(path: Path) -> None:
    """The list is of single words and names in the order of the alphabet; no two words of it make a passage."""
    document = json.loads(gzip.decompress((path / WORDS).read_bytes()))
    assert set(document) == {"format", "words", "names", "starts", "shape", "common", "foreign", "subjects"}
    assert document["words"] == sorted(set(document["words"]))
    assert not [word for word in document["words"] if " " in word or "\n" in word or len(word) > 40]
    assert document["names"] == ["KIRA", "ODO", "QUARK"]


def test_run_without_aids_writes(path: Path) -> None:
    """A run of an older version has none; it writes, and is directed as far as goes."""
    facts = json.loads((path / FACTS).read_text(encoding="utf-8"))
    del facts["aids"]
    (path / FACTS).write_text(json.dumps(facts), encoding="utf-8")
    for name in (WORDS, RUNS):
        (path / name).unlink()
    writer = Writer(Run.read(path))
    assert writer.index is None
    assert writer.write(SceneRequest(length=30, seed=1, directions=writer.usual)).text
    assert writer.write(SceneRequest(length=30, seed=1)).text


def empty(path: Path) -> None:
    """Leave an empty file."""
    path.write_bytes(b"")


def cut(path: Path) -> None:
    """Cut a file in the middle."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    """Change one byte."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def lay_a_folder(path: Path) -> None:
    """Put a folder in a file's place."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [Path.unlink, empty, cut, flip, lay_a_folder])
@pytest.mark.parametrize("name", [WORDS, RUNS])
def test_aids_that_are_damaged_are_named(path: Path, name: str, damage: Callable[[Path], None]) -> None:
    """A missing, cut or altered file is said in a sentence that names it and what to do."""
    damage(path / name)
    with pytest.raises(RunError) as caught:
        Writer(Run.read(path))
    assert name in str(caught.value)
    assert "python -m core.training.results.index" in str(caught.value)


@pytest.mark.parametrize(
    "sums", [{}, [], "x", 7, {WORDS: "0"}, {WORDS: None, RUNS: None}, [WORDS, RUNS], {"words": {}}]
)
def test_aids_of_odd_facts_are_said(path: Path, sums: object) -> None:
    """Facts about the word lists that are none count as none, or as damage: never a traceback."""
    facts = json.loads((path / FACTS).read_text(encoding="utf-8"))
    (path / FACTS).write_text(json.dumps({**facts, "aids": sums}), encoding="utf-8")
    run = Run.read(path)
    if not sums:
        assert read_index(run) is None
        return
    with pytest.raises(RunError):
        read_index(run)


@pytest.mark.parametrize("damage", [Path.unlink, empty, cut, flip, lay_a_folder])
def test_word_vectors_are_read_as_they_were_built(path: Path, damage: Callable[[Path], None]) -> None:
    """Vectors come back from their file, to half precision; a damaged one is named."""
    run = Run.read(path)
    vectors = WordVectors(("door", "arrest"), np.array([[0.5, 1.0], [2.0, -4.0]], np.float32))
    run = add_index(run, replace(build_index(SCRIPT, run.vocabulary), vectors=vectors))
    read = read_index(run)
    assert read is not None
    assert read.vectors.words == vectors.words
    assert read.vectors.vectors.tolist() == vectors.vectors.tolist()
    damage(path / VECTORS)
    with pytest.raises(RunError, match=VECTORS):
        read_index(run)


def test_aids_can_be_added_anew(path: Path) -> None:
    """Adding them again mends a damaged run, and its fingerprint is the same."""
    run = Run.read(path)
    (path / WORDS).unlink()
    mended = add_index(run, build_index(SCRIPT, run.vocabulary))
    assert mended.fingerprint == run.fingerprint
    assert Writer(mended).write(SceneRequest(length=30, seed=1, directions=Directions())).text


@pytest.mark.slow
def test_index_adds_the_aids_that_training_would(tiny_run: Run, tiny_scripts: Path, tmp_path: Path) -> None:
    """A run that lost its word lists gets the same ones from its scripts, without what was held out."""
    path = Path(shutil.copytree(tiny_run.path, tmp_path / "copy"))
    before = [(path / name).read_bytes() for name in (WORDS, RUNS)]
    for name in (WORDS, RUNS):
        (path / name).unlink()
    assert main([str(path), "--scripts", str(tiny_scripts)]) == 0
    assert [(path / name).read_bytes() for name in (WORDS, RUNS)] == before
    run = Run.read(path)
    corpus = read_corpus(
        Source(str(tiny_scripts)), cleaning="script", rare_count=5, vocabulary=run.vocabulary
    )
    learnt = [text for number, text in enumerate(corpus.episodes) if number != 9]
    assert Writer(run).index is not None
    assert before[1] == add_aids_to_copy(run, learnt, tmp_path / "learnt")
    assert before[1] != add_aids_to_copy(run, list(corpus.episodes), tmp_path / "all")


def add_aids_to_copy(run: Run, episodes: list[str], path: Path) -> bytes:
    """Return the filter that a copy of a run gets from these episodes."""
    shutil.copytree(run.path, path)
    add_index(Run.read(path), build_index(episodes, run.vocabulary))
    return (path / RUNS).read_bytes()


@pytest.mark.slow
def test_index_refuses_other_scripts(
    tiny_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scripts that the run was not trained on give a sentence with the ones that it was."""
    path = Path(shutil.copytree(tiny_run.path, tmp_path / "copy"))
    (tmp_path / "other.txt").write_text("KIRA: Something else, in all.\n" * 40, encoding="utf-8")
    assert main([str(path), "--scripts", str(tmp_path / "other.txt")]) == 2
    assert "was trained on other scripts (tiny.json, series DS9)" in capsys.readouterr().err


def test_lexicon_knows_its_words_and_no_others() -> None:
    """Over random words, a path through the tree ends exactly where a word does, and leads on as the words do."""
    rng = random.Random(4)  # noqa: S311  # test data
    words = {"".join(rng.choices("abc-'", k=rng.randrange(1, 7))) for _ in range(150)}
    vocabulary = Vocabulary.of("abcd-'" + END_OF_EPISODE)
    lexicon = Lexicon(words, vocabulary)
    for prefix in {word[:length] for word in words for length in range(len(word) + 1)}:
        node = lexicon.root
        for character in vocabulary.encode(prefix).tolist():
            following = lexicon.step(node, character)
            assert following is not None
            node = following
        assert node.ends == (prefix in words)
        leads = {word[len(prefix)] for word in words if word.startswith(prefix) and word != prefix}
        assert {vocabulary.characters[index] for index in lexicon.row(node).nonzero()[0]} == leads
    assert lexicon.step(lexicon.root, vocabulary.characters.index("d")) is None
