"""Directions that make no sense, or mean harm: a sentence or a scene, never a crash."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.screenplay import speaker_of
from core.errors import PromptError
from core.writing.constraints.cast import MOST_NAMES, split_cast
from core.writing.directions import Directions
from core.writing.request import SceneRequest
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import CHINESE, GREEK, PROSE, SCRIPT, build_writer
from tests.core.writing.constraints.direction_scenes import NONE

anything = st.text(max_size=40)
hostile = st.one_of(
    anything,
    st.sampled_from(
        [
            "", " ", ",", ",,,", ":", "QUARK:", "[Ops]", "**QUARK**", "||spoiler||", "@everyone", "<@1>", "`code`",
            "\n", "\x00", "\x03", "\x1f\x1e", "\ud800", "QUARK\nODO: Ha", "(KIRA)", "K" * 5000, "12", "-", "'", "é",
            "王", "مرحبا", "😀", "ΚΑΛΗ", "\u202eODO", "../../etc", "%s%n", "__proto__", "O'BRIEN", "QUARK, ODO",
            "QUARK ODO KIRA", "quark", " QUARK ", "QUARK [OC]", "a" * 61, "Quark's", "Q:Q", "{}", "\\", "\u200d",
        ]
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Writer]:
    """Return writers over several corpora, one of them without word lists."""
    folder = tmp_path_factory.mktemp("runs")
    corpora = {"script": SCRIPT, "prose": PROSE, "greek": GREEK, "chinese": CHINESE}
    made = {name: build_writer(folder / name, episodes) for name, episodes in corpora.items()}
    return {**made, "bare": build_writer(folder / "bare", SCRIPT, index=False)}


def answer(writer: Writer, directions: Directions, line: str = "") -> str:
    """Return the sentence with which directions are refused, or nothing, having checked their scene."""
    try:
        episode = writer.write(
            SceneRequest(prompt=line, temperature=0.9, length=40, seed=1, directions=directions)
        )
    except PromptError as error:
        return str(error)
    assert episode.directions is not None
    speakers = {speaker_of(text) for text in episode.script.split("\n")} - {None}
    assert not episode.directions.cast or speakers <= set(episode.directions.cast)
    assert len(episode.text) <= 240
    return ""


@given(
    st.sampled_from(["script", "prose", "greek", "chinese", "bare"]),
    st.lists(hostile, max_size=4),
    st.none() | hostile,
    st.one_of(st.just(""), hostile),
    st.none() | st.integers(-(10**9), 10**9),
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()),
)
def test_hostile_directions_give_a_sentence_or_a_scene(
    writers: dict[str, Writer],
    name: str,
    cast: list[str],
    place: str | None,
    line: str,
    originality: int | None,
    switches: tuple[bool, bool, bool, bool],
) -> None:
    """Whatever the texts and numbers are, a person gets something to read, on every kind of run."""
    spelling, form, ending, loops = switches
    asked = Directions(tuple(cast), place, spelling, form, ending, loops, originality)
    sentence = answer(writers[name], asked, line)
    assert sentence == "" or sentence.endswith(".")
    assert len(sentence) < 400


@given(anything)
def test_hostile_list_of_names_is_split_or_refused(text: str) -> None:
    """A list of names that somebody typed is never empty, so that nothing typed is not taken for everybody."""
    assert split_cast(text)


@pytest.mark.parametrize(
    ("cast", "sentence"),
    [
        (("",), "The cast has an empty name"),
        (("**", "QUARK"), "is no name that the model can spell"),
        (("😀",), "is no name that the model can spell"),
        (tuple(f"Q{number}" for number in range(1000)), f"at most {MOST_NAMES} can play"),
        (("QUARK" * 20,), "is too long for a name"),
    ],
)
def test_hostile_cast_is_refused_in_a_sentence(
    writers: dict[str, Writer], cast: tuple[str, ...], sentence: str
) -> None:
    """The sentence says what is wrong with the cast."""
    assert sentence in answer(writers["script"], Directions(cast=cast))


def test_hostile_cast_of_markdown_becomes_names(writers: dict[str, Writer]) -> None:
    """Brackets and stars around a name are left out, as no speaker has them; the same name twice is one."""
    episode = writers["script"].write(
        SceneRequest(
            length=20, seed=1, directions=Directions(cast=("**QUARK**", "[quark]", "QUARK:", "Quark"))
        )
    )
    assert episode.directions is not None
    assert episode.directions.cast == ("QUARK",)


@pytest.mark.parametrize(
    ("asked", "line", "sentence"),
    [
        (Directions(cast=("QUARK",)), "ODO: Stop", "In the line ODO speaks, who is not in the cast"),
        (Directions(place="Ops"), "[Quark's]\n\nODO: Stop", "The line stands under a heading of its own"),
        (Directions(place=""), "", "No name is left of the place"),
        (Directions(place="[]"), "", "No name is left of the place"),
        (Directions(place="Ops" * 40), "", "a heading has at most 60"),
        (Directions(originality=2), "", "set originality to 6 or more"),
        (Directions(originality=-1), "", "set originality to 6 or more"),
    ],
)
def test_contradictory_directions_are_said(
    writers: dict[str, Writer], asked: Directions, line: str, sentence: str
) -> None:
    """What cannot be had together, or at all, is refused in a sentence that says why."""
    assert sentence in answer(writers["script"], asked, line)


def test_contradictory_line_in_the_place_asked_for_is_none(writers: dict[str, Writer]) -> None:
    """A line that stands under the heading of the place already gets no second one."""
    episode = writers["script"].write(
        SceneRequest(
            prompt="[Ops]\n\nODO: Stop", length=20, seed=1, directions=Directions(place="ops", cast=("ODO",))
        )
    )
    assert episode.script.count("[Ops]\n\nODO: Stop") == 1
    assert episode.script.startswith("[Ops]\n\nODO")


def test_directions_without_speakers_refuse_a_cast(writers: dict[str, Writer]) -> None:
    """Prose has no colons, so a cast is refused in a sentence."""
    assert "no speakers with a colon" in answer(writers["prose"], Directions(cast=("Nobody",)))


def test_directions_that_need_aids_are_refused_without(writers: dict[str, Writer]) -> None:
    """A run without word lists says which directions it cannot keep; cast, place, ending and loops it keeps."""
    bare = writers["bare"]
    assert "no word lists for spelling, form" in answer(bare, Directions())
    assert "no word lists for originality" in answer(
        bare, Directions(spelling=False, form=False, originality=8)
    )
    assert bare.usual == Directions(spelling=False, form=False)
    assert answer(bare, Directions(("QUARK",), "Ops", spelling=False, form=False)) == ""
    assert bare.originality("QUARK: No.") is None


def test_endless_word_is_ended(tmp_path: Path) -> None:
    """A line that is one word of a thousand letters is gone on with, and the scene comes to its end."""
    writer = build_writer(tmp_path / "run", SCRIPT)
    for asked in (Directions(), NONE, Directions(cast=("KIRA",))):
        assert answer(writer, asked, "KIRA: " + "o" * 1000) == ""
