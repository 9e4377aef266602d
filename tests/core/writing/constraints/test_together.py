"""Directions together: all hold at once, none changes what it permits, and the same ones write the same scene."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.config import END_OF_EPISODE
from core.writing.constraints.build import direct
from core.writing.directions import Directions
from core.writing.episode import Episode
from core.writing.request import SceneRequest
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import (
    SCRIPT,
    build_stubborn_writer,
    heads_off,
    strange_words,
)
from tests.core.writing.constraints.direction_scenes import (
    CASTS,
    CORPORA,
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


def test_directions_all_hold_together(writers: dict[str, Writer], name: str) -> None:
    """With everything asked at once, the cast alone speaks, words are right, and the scene ends as promised."""
    writer = writers[name]
    assert writer.index is not None
    for case in cases(2 * SCENES):
        cast = CASTS[name][case.seed % len(CASTS[name])]
        place = ("Ops", None, "So late")[case.seed % 3] if name in ("script", "window", "notes") else None
        asked = Directions(cast=cast, place=place, originality=writer.index.runs.run + 2)
        episode = write(writer, case, asked)
        assert episode.directions is not None
        if cast:
            check_cast(episode.script, episode.directions.cast)
        check_words(writer, episode, episode.directions.cast)
        check_end(episode)


def test_directions_make_the_same_scene_again(writers: dict[str, Writer], name: str) -> None:
    """The same directions, temperature, length and seed give the same text, also from a writer anew."""
    writer = writers[name]
    fresh = Writer(writer.run)
    for case in cases(SCENES // 4):
        asked = replace(Directions(), cast=CASTS[name][case.seed % len(CASTS[name])])
        assert write(writer, case, asked).script == write(fresh, case, asked).script


@pytest.mark.parametrize("kept", ["spelling", "form", "ending", "loops", "originality", "cast", "all"])
def test_directions_change_nothing_before_they_must(writers: dict[str, Writer], name: str, kept: str) -> None:
    """Up to the first character that a direction does not permit, the text is the raw model's, to the character."""
    writer = writers[name]
    assert writer.index is not None
    limit = writer.index.runs.run
    asked = {
        "originality": replace(NONE, originality=limit),
        "cast": replace(NONE, cast=CASTS[name][0]),
        "all": Directions(cast=CASTS[name][0], originality=limit),
    }.get(kept) or ONLY[kept]
    for case in cases(SCENES // 6, takes=(1,)):
        raw, directed = write(writer, case, None), write(writer, case, asked)
        free = count_permitted(writer, raw, directed)
        assert directed.text[:free] == raw.text[:free]


@pytest.mark.parametrize("kept", ["spelling", "form", "ending", "loops", "cast", "all"])
@pytest.mark.parametrize("corpus", ["script", "prose", "greek", "chinese"])
def test_directions_permit_all_that_the_corpus_has(
    writers: dict[str, Writer], corpus: str, kept: str
) -> None:
    """A network that knew the corpus by heart could write it under every direction, to the character."""
    writer, text = writers[corpus], CORPORA[corpus][0]
    cast = tuple(writer.speakers())
    asked = {"cast": replace(NONE, cast=cast), "all": Directions(cast=cast)}
    made = direct(
        asked.get(kept) or ONLY[kept],
        speakers=writer.speakers(),
        vocabulary=writer.run.vocabulary,
        index=writer.index,
    )
    if made.ending:
        made.ending.begin(len(text))
    for place, character in enumerate(writer.run.vocabulary.encode(text + END_OF_EPISODE).tolist()):
        for part in made.constraints._directions:
            assert part.permits(character), (type(part), text[:place], text[place:][:1])
        made.constraints.read(character)


def test_directions_permit_what_they_allow(writers: dict[str, Writer], name: str) -> None:
    """The quick answer about one character is that of the whole row, everywhere in a scene."""
    writer = writers[name]
    assert writer.index is not None
    asked = Directions(cast=CASTS[name][0], originality=writer.index.runs.run)
    for case in cases(SCENES // 12):
        episode = write(writer, case, asked)
        made = direct(
            episode.directions or asked,
            speakers=writer.speakers(),
            vocabulary=writer.run.vocabulary,
            index=writer.index,
        )
        assert made.ending is not None
        made.ending.begin(case.length)
        for character in writer.run.vocabulary.encode(episode.script).tolist():
            for part in made.constraints._directions:
                for other in range(len(writer.run.vocabulary)):
                    assert part.permits(other) == bool(part.allowed(other)[other])
            made.constraints.read(character)


def test_directions_hold_a_network_that_wants_one_character(tmp_path: Path) -> None:
    """A network that wants the same character for ever, whichever that is, is led to an end all the same."""
    vocabulary = sorted(set("".join(SCRIPT)) | {END_OF_EPISODE})
    for index, character in enumerate(vocabulary):
        writer = build_stubborn_writer(tmp_path / str(index), SCRIPT, favourite=character)
        for temperature in (0.0, 1.0):
            episode = writer.write(
                SceneRequest(
                    temperature=temperature,
                    length=80,
                    seed=index,
                    directions=Directions(cast=("KIRA", "ODO")),
                )
            )
            check_cast(episode.script, ("KIRA", "ODO"))
            check_words(writer, episode)
            check_end(episode)


def test_directions_hold_in_a_scene_that_goes_on(writers: dict[str, Writer]) -> None:
    """A continued scene keeps its directions across the joint, also where the first part was cut in a word."""
    writer = writers["script"]
    for case in cases(SCENES // 2):
        asked = Directions(cast=("QUARK", "KIRA"), ending=bool(case.seed % 2))
        first = write(writer, case, asked)
        second = writer.go_on(first, SceneRequest(temperature=case.temperature, length=60, seed=case.seed))
        assert second.directions == first.directions
        check_cast(second.script, ("QUARK", "KIRA"))
        check_words(writer, second)


def test_directions_go_on_from_a_line_with_words_of_its_own(writers: dict[str, Writer]) -> None:
    """A quoted line may have words that the list has not; what follows has none."""
    writer = writers["script"]
    for case in cases(SCENES // 2):
        episode = write(writer, case, Directions(), line="KIRA: Oddwurd somm")
        rest = episode.text.lstrip("'-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        assert writer.index is not None
        assert strange_words(writer, heads_off(rest, tuple(writer.index.names.words))) == []


def count_permitted(writer: Writer, raw: Episode, directed: Episode) -> int:
    """Return how many characters of a raw text its directions permit, up to where their scene ends."""
    assert directed.directions is not None
    made = direct(
        directed.directions,
        speakers=writer.speakers(),
        vocabulary=writer.run.vocabulary,
        index=writer.index,
    )
    if made.ending:
        made.ending.begin(directed.length)
    ids = writer.run.vocabulary.encode(raw.text).tolist()
    for count, character in enumerate(ids):
        ends = made.ending is not None and (made.ending.done or made.ending.stops_before(character))
        refused = made.ending is not None and made.ending.refuses(character)
        if ends or refused or not all(part.permits(character) for part in made.constraints._directions):
            return count
        made.constraints.read(character)
    return len(ids)
