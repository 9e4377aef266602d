"""Several shows in one run: the one that is asked for is written, in its own company, and a code keeps it."""

from dataclasses import replace

import pytest

from core.data.screenplay import speakers_of
from core.errors import PromptError
from core.run.store import Run
from core.writing.codes.code import code_of, read_code
from core.writing.codes.replay import replay
from core.writing.directions import Directions
from core.writing.request import SceneRequest
from core.writing.writer import Writer


@pytest.fixture(scope="module")
def writer(shows_run: Run) -> Writer:
    """Return a writer over two shows; SISKO and ODO are only in the first, HOLMES and WATSON in the other."""
    return Writer(shows_run)


def ask(seed: int = 1, **asked: object) -> SceneRequest:
    """Return a request for a scene of usual directions."""
    return SceneRequest(directions=Directions(), seed=seed, length=300, temperature=1.0, **asked)  # type: ignore[arg-type]  # of several kinds


@pytest.mark.parametrize("takes", [1, 3])
@pytest.mark.parametrize(("show", "strangers"), [(None, {"HOLMES", "WATSON"}), ("Baker", {"SISKO", "ODO"})])
def test_scene_has_no_speaker_of_another_show(
    writer: Writer, show: str | None, strangers: set[str], takes: int
) -> None:
    """Whoever belongs to other shows alone does not speak, in one take or in several."""
    heard = set()
    for seed in range(8):
        heard |= set(speakers_of([writer.write(ask(seed, show=show, takes=takes)).script]))
    assert heard
    assert not heard & strangers


@pytest.mark.parametrize(("show", "foreign"), [(None, "Piccadilly"), ("Baker", "Promenade")])
def test_scene_has_no_name_of_another_show(writer: Writer, show: str | None, foreign: str) -> None:
    """What other shows alone speak of is not written, however likely, unless the line has it already."""
    assert writer.index is not None
    assert foreign in writer.index.words.words
    line = f"QUARK: The {foreign[:5]}"
    for seed in range(8):
        assert foreign not in writer.write(replace(ask(seed, show=show), prompt=line)).script
    quoted = writer.write(replace(ask(show=show), prompt=f"QUARK: {foreign}. The {foreign[:5]}"))
    assert quoted.text.startswith(foreign[5:])


def test_cast_crosses_shows_where_it_is_asked_to(writer: Writer) -> None:
    """A cast of another show's people plays in this one."""
    directions = Directions(cast=("HOLMES", "QUARK"))
    heard = set()
    for seed in range(4):
        asked = SceneRequest(directions=directions, seed=seed, length=300, temperature=1.0, takes=2)
        heard |= set(speakers_of([writer.write(asked).script]))
    assert "HOLMES" in heard
    assert heard <= {"HOLMES", "QUARK"}


@pytest.mark.parametrize("takes", [1, 2])
def test_show_changes_the_text_and_its_code_keeps_it(writer: Writer, takes: int) -> None:
    """The same seed writes another scene for another show, which continues in it and replays from its code."""
    first, other = (writer.write(ask(show=show, takes=takes)) for show in (None, "baker"))
    assert first.text != other.text
    assert other.request.show == "Baker"
    longer = writer.go_on(other, ask(2, takes=takes))
    assert longer.request.show == "Baker"
    code = code_of(longer, writer=writer)
    assert code is not None
    assert replay(read_code(code), writer=writer).script == longer.script


def test_names_of_the_show_come_first(writer: Writer) -> None:
    """What is offered while somebody types begins with the show's own people."""
    for show, others in ((None, {"HOLMES", "WATSON"}), ("Baker", {"SISKO", "ODO"})):
        assert set(writer.speakers(show)[-2:]) == others


def test_unknown_show_is_refused_with_those_there_are(writer: Writer) -> None:
    """A show that the model has not is said, with those that it has."""
    with pytest.raises(PromptError, match="it has DS9, Baker"):
        writer.write(ask(show="Firefly"))


def test_code_of_a_version_that_chose_otherwise_is_refused(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another version keeps other takes of a line, a code is refused, never replayed as another scene."""
    code = code_of(writer.write(ask(takes=3)), writer=writer)
    assert code is not None
    monkeypatch.setattr("core.writing.codes.code.CHOICE", 1)
    with pytest.raises(PromptError, match="chooses its words has changed"):
        replay(read_code(code), writer=writer)
