"""Each direction holds in every scene: random networks, corpora in four alphabets, temperatures from 0 to 2."""

import re
from dataclasses import replace

import numpy as np
import pytest

from core.data.screenplay import speaker_of
from core.writing.constraints.base import ConstraintSet
from core.writing.constraints.repetition import LIMITS, RepetitionConstraint
from core.writing.directions import Directions
from core.writing.sampling import Sampler
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import repeated_run
from tests.core.writing.constraints.direction_scenes import (
    CASTS,
    NONE,
    ONLY,
    SCENES,
    build_writers,
    cases,
    check_cast,
    check_end,
    check_words,
    write,
)


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Writer]:
    """Return a writer for each corpus, and two of the notes' kind."""
    return build_writers(tmp_path_factory.mktemp("runs"))


@pytest.fixture(params=["script", "prose", "greek", "chinese", "window", "notes"])
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of each writer in turn."""
    return str(request.param)


def test_cast_alone_speaks(writers: dict[str, Writer], name: str) -> None:
    """With a cast, no line of any scene has another speaker, whatever else is asked."""
    for case in cases():
        cast = CASTS[name][case.seed % len(CASTS[name])]
        asked = replace(NONE if case.seed % 3 else Directions(), cast=cast, form=bool(case.rng.integers(2)))
        episode = write(writers[name], case, asked)
        assert episode.directions is not None
        if cast:
            check_cast(episode.script, episode.directions.cast)


def test_cast_has_everybody_play(writers: dict[str, Writer]) -> None:
    """The network chooses among the cast: over some scenes each of them speaks, also one it has never seen."""
    asked = Directions(cast=("QUARK", "KIRA", "MORA"))
    scripts = [write(writers["script"], case, asked).script for case in cases(60)]
    spoken = {speaker_of(line) for script in scripts for line in script.split("\n")}
    assert spoken == {"QUARK", "KIRA", "MORA", None}


def test_place_opens_the_scene(writers: dict[str, Writer]) -> None:
    """The first line is the heading of the place, as the corpus spells it, and the scene is that of its prompt."""
    for case in cases(SCENES // 2):
        episode = write(writers["script"], case, replace(Directions(), place="quark's"))
        assert episode.script.startswith("[Quark's]\n\n")
        if case.length > 1:
            typed = write(writers["script"], case, Directions(), line="[Quark's]\n\nKIRA: No")
            placed = write(writers["script"], case, Directions(place="Quark's"), line="KIRA: No")
            assert placed.script == typed.script


def test_spelling_writes_words_of_the_list(writers: dict[str, Writer], name: str) -> None:
    """Every word of every scene is one of the corpus's, with spelling alone and with the rest."""
    for case in cases():
        asked = ONLY["spelling"] if case.seed % 2 else Directions()
        check_words(writers[name], write(writers[name], case, asked))


def test_ending_is_found_within_the_tolerance(writers: dict[str, Writer], name: str) -> None:
    """Scenes are as long as asked and at most 200 characters longer, and leave no bracket open."""
    for case in cases():
        check_end(write(writers[name], case, ONLY["ending"] if case.seed % 2 else Directions()))


def test_ending_comes_after_a_sentence_or_a_line(writers: dict[str, Writer]) -> None:
    """The scene ends with a sentence's mark, a closed bracket, or where its line ended."""
    for case in cases(takes=(1,)):
        episode = write(writers["script"], case, Directions())
        if episode.ended or re.search(r"[.!?)\]]['\"]?$|\n$", episode.text):
            continue
        longer = replace(case, length=len(episode.text) + 1)
        assert write(writers["script"], longer, Directions()).text == episode.text + "\n"


@pytest.mark.parametrize("phrase", ["The sea was calm. ", "it was out and the ship went, ", "Nobody came\n"])
def test_loops_of_words_are_left(writers: dict[str, Writer], phrase: str) -> None:
    """A network that says one phrase for ever is led on: no run of words stands more often than the limits say."""
    writer = writers["prose"]
    assert writer.index is not None
    vocabulary = writer.run.vocabulary
    wanted = vocabulary.encode(phrase).tolist()
    for seed in range(SCENES // 8):
        rng = np.random.default_rng(seed)
        sampler = Sampler(vocabulary=len(vocabulary), temperature=0.2 * (seed % 2), rng=rng)
        constraints = ConstraintSet(
            [RepetitionConstraint(writer.index.alphabet, named_lines=False)],
            vocabulary=len(vocabulary),
        )
        written: list[int] = []
        for place in range(600):
            logits = rng.normal(size=len(vocabulary)).astype(np.float32)
            logits[wanted[place % len(wanted)]] = 20
            written.append(constraints.choose(sampler, logits, forbidden=None))
            constraints.read(written[-1])
        words = writer.index.alphabet.words(vocabulary.decode(written).lower().replace("-", " "))
        assert [repeated_run(words, *limit) for limit in LIMITS] == [[], [], [], []]


def test_loops_of_words_in_lines_do_not_come(writers: dict[str, Writer]) -> None:
    """With speakers and a list of words, no run of ten words stands twice on a page."""
    for case in cases(SCENES // 2):
        for name in ("script", "greek"):
            writer = writers[name]
            assert writer.index is not None
            text = write(writer, replace(case, length=700), Directions()).text
            assert (
                repeated_run([word.lower() for word in writer.index.alphabet.words(text)], 10, 1, 390) == []
            )


def test_loops_of_signs_do_not_come(writers: dict[str, Writer], name: str) -> None:
    """No sign that is no letter stands more than six times in a row."""
    for case in cases():
        text = write(writers[name], case, ONLY["loops"]).text
        assert not re.search(r"([^\w'’])\1{6}", text)


def test_form_starts_each_line_as_the_corpus_does(writers: dict[str, Writer]) -> None:
    """Every line of a script is a heading, a direction in brackets, or a known speaker's with a text."""
    line_of = re.compile(r"\[[^\n]*\]|\([^\n]*\)|(QUARK|ODO|KIRA)( \[[^\]\n]+\]| \([^)\n]+\))*: \S.*")
    for case in cases():
        episode = write(writers["script"], case, replace(Directions(), spelling=bool(case.seed % 2)))
        for line in filter(None, episode.script.split("\n")):
            assert line_of.fullmatch(line) or line == episode.script.rsplit("\n", 1)[-1], line


def test_form_of_prose_starts_lines_with_its_words(writers: dict[str, Writer]) -> None:
    """Where nobody speaks, lines begin with words that begin lines of the corpus."""
    for case in cases():
        episode = write(writers["prose"], case, Directions())
        for line in filter(None, episode.script.split("\n")[:-1]):
            assert re.match(r"(It|The|Nobody)\b", line), line


def test_originality_keeps_runs_under_the_limit(writers: dict[str, Writer], name: str) -> None:
    """No scene has more words in a row as they stand in the corpus than was asked for."""
    writer = writers[name]
    assert writer.index is not None
    least = writer.index.runs.run
    for case in cases(SCENES // 2):
        limit = least + int(case.rng.integers(0, 4))
        episode = write(writer, case, replace(Directions(), originality=limit))
        found = writer.originality(episode.script)
        assert found is not None
        assert found.longest <= limit
