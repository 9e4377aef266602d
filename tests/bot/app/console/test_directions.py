"""Directions in the console: the options, what stands under a scene, and going on, replaying and completing."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app.console.console import Console
from bot.app.console.prompt import complete
from bot.app.console.terminal import Terminal
from core.data.screenplay import speaker_of
from tests.core.writing.constraints.direction_runs import GREEK, SCRIPT, build_writer

Ask = Callable[[str], str]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Return a function that types a command and returns what the console answers, of either kind."""
    return ask_of(tmp_path / "run", SCRIPT)


def ask_of(folder: Path, episodes: list[str], *, index: bool = True) -> Ask:
    """Return a console over a new run, as a function from a command to its answer."""
    written, problems = io.StringIO(), io.StringIO()
    console = Console(build_writer(folder, episodes, index=index).run, Terminal(written, problems))

    def answer(line: str) -> str:
        starts = written.tell(), problems.tell()
        done = console.answer(line)
        stream, start = (written, starts[0]) if done else (problems, starts[1])
        return stream.getvalue()[start:]

    return answer


def speakers(answer: str) -> set[str | None]:
    """Return who speaks in what the console showed."""
    script = answer.split("\n-- ", 1)[0]
    return {speaker_of(line) for line in script.split("\n")} - {None}


def code(answer: str) -> str:
    """Return the code under a scene."""
    found = re.search(r"^-- code:(\w+)$", answer, re.MULTILINE)
    assert found is not None
    return found[1]


def test_console_directs_a_scene_and_what_follows_it(ask: Ask) -> None:
    """Cast and place hold in the scene, the cast also in what goes on with it until another is named."""
    first = ask('/episode length:300 seed:1 cast:"quark, Odo" place:"quark\'s"')
    assert first.startswith("[Quark's]\n\n")
    assert "QUARK" in speakers(first) <= {"QUARK", "ODO"}
    assert speakers(ask("/continue length:300 seed:2")) <= {"QUARK", "ODO"}
    last = ask('/continue length:300 seed:2 cast:"KIRA"')
    assert speakers(last.partition("\n")[2]) == {"KIRA"}


def test_console_replays_a_directed_scene(ask: Ask) -> None:
    """The code under a scene, and under what went on with it, brings back the whole of it."""
    first = ask('/episode length:80 seed:1 temp:0.8 cast:"QUARK, ODO" originality:7')
    assert ask(f"/replay code:{code(first)}") == first
    second = ask("/continue length:40 seed:5 spelling:off")
    again = ask(f"/replay code:{code(second)}")
    assert again.startswith(first.split("\n-- ", 1)[0].rstrip("\n"))
    assert code(again) == code(second)


def test_console_says_how_original_a_scene_is(ask: Ask, tmp_path: Path) -> None:
    """A sentence stands under each scene, and none where the run cannot tell."""
    assert "-- No phrase of 7 words is copied.\n" in ask("/episode length:20 seed:1")
    bare = ask_of(tmp_path / "bare", SCRIPT, index=False)
    assert "copied" not in bare("/episode length:20 seed:1")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("/episode spelling:perhaps", "spelling must be on or off"),
        ("/episode cast:", "cast is empty"),
        ("/episode place:", "place is empty"),
        ("/episode originality:two", "originality must be a whole number"),
        ("/episode originality:2", "set originality to 6 or more"),
        ('/episode cast:"QUARK" line:"ODO: So"', "In the line ODO speaks"),
        ("/replay", "Give the code that stands under a scene"),
        ("/replay code:nonsense", "is no episode code"),
    ],
)
def test_console_refuses_directions_in_a_sentence(ask: Ask, command: str, sentence: str) -> None:
    """What cannot be done is said, with what to write instead."""
    assert sentence in ask(command)


def test_console_says_that_another_run_wrote_a_scene(ask: Ask, tmp_path: Path) -> None:
    """A code of a run that is not in use names both runs."""
    other = ask_of(tmp_path / "other", GREEK)
    assert "can be replayed only where that run is in use" in other(
        f"/replay code:{code(ask('/episode seed:1'))}"
    )


def test_console_offers_speakers_and_places() -> None:
    """Names are completed inside a cast, after each comma, and places after place:."""
    people, places = ["QUARK", "ODO"], ["Quark's", "Ops"]
    offered = [
        list(complete(text, people, places)) for text in ('/episode cast:"Q', '/episode cast:"QUARK, o')
    ]
    assert [[name for name, _ in names] for names in offered] == [["QUARK"], ["ODO"]]
    assert [name for name, _ in complete("/episode place:", people, places)] == ['"Quark\'s" ', '"Ops" ']
    assert "cast:" in [name for name, _ in complete("/episode c", people, places)]
    for place in ("ops", '"Ops"'):
        assert "cast:" in [name for name, _ in complete(f"/episode place:{place} c", people, places)]
