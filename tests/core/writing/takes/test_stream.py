"""Scenes written in takes: the same text for the same seed, one line kept of several, directions in all of them."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from core.writing.codes.code import code_of, read_code
from core.writing.codes.replay import replay
from core.writing.constraints.build import direct
from core.writing.directions import Directions
from core.writing.request import SceneRequest
from core.writing.takes.line import HARD, Take
from core.writing.takes.rules import SceneRules
from core.writing.takes.stream import Draws, TakesStream
from core.writing.takes.subject import RareWords
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import CHINESE, PROSE, SCRIPT, build_writer

CORPORA = {"script": SCRIPT, "prose": PROSE, "chinese": CHINESE}
USUAL = Directions()


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Writer]:
    """Return a writer over each corpus."""
    folder = tmp_path_factory.mktemp("runs")
    return {name: build_writer(folder / name, episodes) for name, episodes in CORPORA.items()}


def keep_first(takes: Sequence[Take], before: str) -> int:
    """Keep the first take of each line."""
    return 0


def keep_longest(takes: Sequence[Take], before: str) -> int:
    """Keep the longest take of each line."""
    return int(np.argmax([len(take.ids) for take in takes]))


def rare_words(writer: Writer) -> RareWords:
    """Return which words are rare in a corpus so small that a few are common."""
    assert writer.index is not None
    return RareWords(writer.index.alphabet, common=frozenset({"that", "it's"}), names=writer.speakers())


def write(
    writer: Writer,
    *,
    takes: int,
    seed: int = 1,
    line: str = "",
    temperature: float = 0.7,
    length: int = 200,
    directions: Directions | None = USUAL,
    choose: Callable[[Sequence[Take], str], int] = keep_longest,
    rules: SceneRules | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> str:
    """Return what is written in takes after `line`."""
    vocabulary = writer.run.vocabulary
    end = vocabulary.characters.index("\x03")
    stream = TakesStream(
        writer.generator,
        vocabulary,
        Draws(temperature, seed),
        takes=takes,
        end=end,
        choose=choose,
        rules=rules,
        rare=rare_words(writer),
        cancelled=cancelled,
    )
    reader = writer.generator.reader(temperature=temperature)
    reader.read_all(vocabulary.encode("\x03" + line))
    directed = None
    if directions is not None:
        directed = direct(
            directions,
            speakers=writer.speakers(),
            vocabulary=vocabulary,
            index=writer.index,
        )
        directed.constraints.read_all(vocabulary.encode(line))
    ids = stream.stream(reader, directed=directed, before=line, length=length, forbidden_first=end)
    return vocabulary.decode(list(ids))


@pytest.mark.parametrize("directions", [None, USUAL])
def test_takes_write_the_same_scene_again(writers: dict[str, Writer], directions: Directions | None) -> None:
    """The same seed gives the same text, another seed another one."""
    for writer in writers.values():
        first, again, other = (write(writer, takes=4, seed=seed, directions=directions) for seed in (1, 1, 2))
        assert first == again
        assert first != other


def test_take_does_not_hang_on_the_others(writers: dict[str, Writer]) -> None:
    """The first take of each line is the same, alone or among many."""
    alone, among_many = (write(writers["script"], takes=takes, choose=keep_first) for takes in (1, 7))
    assert alone == among_many


@pytest.mark.parametrize("name", list(CORPORA))
def test_takes_keep_to_the_length_without_an_ending(writers: dict[str, Writer], name: str) -> None:
    """A scene that seeks no ending has the length asked for, or ended itself before; nobody is asked to write on."""
    asked = Directions(ending=False)
    for length in (1, 2, 30, HARD + 50):
        text = write(writers[name], takes=3, length=length, directions=asked)
        assert len(text) == length or (len(text) < length and text.endswith("\x03"))


@pytest.mark.parametrize("line", ["KIRA: No", "QUARK: So late!\n", "[Ops]\n\n"])
def test_takes_go_on_in_the_middle_of_a_line(writers: dict[str, Writer], line: str) -> None:
    """Every take begins exactly behind the starting text, and the first one ends with that line."""
    seen: list[tuple[str, list[str]]] = []
    decode = writers["script"].run.vocabulary.decode

    def choose(takes: Sequence[Take], before: str) -> int:
        seen.append((before, [decode(take.ids) for take in takes]))
        return 0

    text = write(writers["script"], takes=3, line=line, choose=choose)
    assert seen[0][0] == line
    so_far = line
    for before, takes in seen:
        assert before == so_far
        assert all("\n" not in take.strip("\n") for take in takes)
        so_far += takes[0]
    assert so_far.rstrip("\n") == (line + text).rstrip("\n")


def test_takes_of_prose_end_within_their_limit(writers: dict[str, Writer]) -> None:
    """A text without line breaks is cut into takes of some hundred characters."""
    lengths: list[int] = []

    def choose(takes: Sequence[Take], before: str) -> int:
        lengths.extend(len(take.ids) for take in takes)
        return 0

    write(writers["chinese"], takes=2, length=2 * HARD, temperature=2.0, directions=None, choose=choose)
    assert max(lengths) <= HARD


def test_takes_stop_when_they_are_cancelled(writers: dict[str, Writer]) -> None:
    """Once nobody wants the scene, no further line is written."""
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 3

    assert len(write(writers["prose"], takes=2, length=5000, cancelled=cancelled)) < 5000
    assert len(asked) == 4


def test_takes_share_who_speaks(writers: dict[str, Writer]) -> None:
    """Where the script has speakers, a line's head is drawn once, and every take is of what follows."""
    befores: list[str] = []

    def choose(takes: Sequence[Take], before: str) -> int:
        befores.append(before.rpartition("\n")[2])
        return 0

    rules = SceneRules(names=writers["script"].speakers(), headings=False)
    write(writers["script"], takes=3, choose=choose, rules=rules, length=400)
    heads = [before for before in befores if len(before) < 20]
    assert heads
    assert all(head == "(" or head.endswith(": ") for head in heads)


def test_scene_opens_with_a_heading_under_rules(writers: dict[str, Writer]) -> None:
    """Where scenes stand under headings, a script from nothing begins with one."""
    rules = SceneRules(names=writers["script"].speakers(), headings=True)
    texts = [write(writers["script"], takes=2, seed=seed, rules=rules, length=80) for seed in range(8)]
    assert all(text.startswith("[") for text in texts)


def test_code_writes_a_scene_in_takes_again(writers: dict[str, Writer]) -> None:
    """The number of takes stands in the code, so that the scene comes out the same; other takes, another scene."""
    writer = writers["script"]
    scenes = [
        writer.write(SceneRequest(seed=7, length=200, takes=takes, directions=writer.usual))
        for takes in (1, 3)
    ]
    again = [replay(read_code(code_of(scene, writer=writer) or ""), writer=writer) for scene in scenes]
    assert [scene.script for scene in again] == [scene.script for scene in scenes]
    assert scenes[0].script != scenes[1].script
