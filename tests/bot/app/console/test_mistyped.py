"""Mistyped lines in the console: each gets the right form, and none changes its meaning in silence."""

import io
from pathlib import Path

import pytest

from bot.app.console.console import Console, run_console
from bot.app.console.terminal import Terminal
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer

# What was typed, and what the answer has to name.
MISTYPED = [
    ("quit", "/quit"),
    ("exit", "/quit"),
    ("Quit", "/quit"),
    ("help", "/help"),
    ("HELP", "/help"),
    ("about", "/about"),
    ("models", "/models"),
    ("episode", "/episode"),
    ("continue", "/continue"),
    ("hlep", "/help"),
    ("epsiode", "/episode"),
    ("episode temp:0.5", "/episode temp:0.5"),
    ("episode temp=0.5", "/episode temp:0.5"),
    ("continue length:200", "/continue length:200"),
    ("replay code:8Cf", "/replay code:8Cf"),
    ("models use:ds9", "/models use:ds9"),
    ("retrain minutes:5", "/retrain minutes:5"),
    ("sweep temps:0.2,0.5", "/sweep temps:0.2,0.5"),
    ("epsiode temp:0.5", "/episode temp:0.5"),
    ("?", "/help"),
    ("/EPISODE", "/episode"),
    ("/Episode temp:0.5", "/episode"),
    ("/epsiode", "/episode"),
    ("/episod", "/episode"),
    ("/contineu", "/continue"),
    ("/hepl", "/help"),
    ("/repaly code:x", "/replay"),
    ("/model", "/models"),
    ("/swep", "/sweep"),
    ("/retrian", "/retrain"),
    ("/nonsense", "/help"),
    ("/episode temp=0.5", "temp:0.5"),
    ("/episode temp = 0.5", "temp:0.5"),
    ("/episode temperature:0.5", "temp:0.5"),
    ("/episode Temp:0.5", "temp:0.5"),
    ("/episode tmp:0.5", "temp:0.5"),
    ("/episode len:100", "length:100"),
    ("/episode lenght:100", "length:100"),
    ("/episode sed:3", "seed:3"),
    ("/episode orignality:8", "originality:8"),
    ("/episode speling:off", "spelling:off"),
    ("/episode casts:QUARK", "cast:QUARK"),
    ("/episode places:Ops", "place:Ops"),
    ("/continue lengt:100", "length:100"),
    ("/replay cod:8Cf", "code:8Cf"),
    ("/episode temp 0.5", "temp:0.5"),
    ("/episode temp:hot", "temp:0.5"),
    ("/episode temp:0,5", "temp:0.5"),
    ("/episode length:many", "length:500"),
    ("/episode length:1.5", "length:500"),
    ("/episode seed:x", "seed:1993"),
    ("/episode temp:0.5 temp:0.7", "twice"),
    ('/episode line:"QUARK: No', "does not end"),
    ('/episode line:"QUARK: No" yes', "does not end"),
    ("/episode line:\u201cQUARK: No", "does not end"),
    ('/episode line:"QUARK: No temp:0.5', "does not end"),
    ("/episode line:", "line is empty"),
    ("/episode cast:QUARQ", "QUARK"),
    ("/episode cast:quark and odo", "QUARK, ODO"),
    ("/episode cast:quark & odo", "QUARK, ODO"),
    ("/episode cast:QUARK;ODO", "QUARK, ODO"),
    ("/episode cast:KIRRA", "KIRA"),
    ("/episode place:quarks", "Quark's"),
    ("/episode place:Op5s", "Ops"),
    ("/episode spelling:maybe", "spelling:off"),
    ("/sweep temps:0.2,0.5 temp:0.7", "not both"),
    ("/sweep temps:0.2;0.5", "temps:0.2,0.5"),
    ("/continue", "/episode"),
    ("/replay", "/replay code:"),
    ("/exit please", "/quit"),
    ("exit()", "/quit"),
    ("temp:0.5", "/episode temp:0.5"),
    ("cast:QUARK length:100", "/episode cast:QUARK length:100"),
    ("use:run", "/models use:run"),
    ("episode temp 0.5", "/episode temp:0.5"),
    ("episode 0.5", "/episode temp:0.5"),
    ("sweep 0.2,0.5", "/sweep temps:0.2,0.5"),
    ("retrain corpus.txt", "/retrain corpus:corpus.txt"),
    ("replay 8CfUWCK6Gc5EWNvr1F7YF", "/replay code:8CfUWCK6Gc5EWNvr1F7YF"),
    ("models list", "/models"),
    ("EPISODE TEMP:0.5", "/episode temp:0.5"),
    ("/episode 300", "length:300"),
    ("/episode QUARK: No", 'line:"QUARK: No"'),
    ('/episode "QUARK: No p"', 'line:"QUARK: No p"'),
    ('/episode line "QUARK: No p" temp:0.5', 'line:"QUARK: No p"'),
    ("/episode --temp 0.5", "temp:0.5"),
    ("/episode -t 0.5", "temp:0.5"),
    ("/episode temp\uff1a0.5", "temp:0.5"),
    ("/episode temp:0.5,length:100", "space before length:100"),
    ("/episode temp:0.5 length=100", "length:100"),
    ("/episode place:Ops tmp:0.5", "temp:0.5"),
    ("/episode cast:QUARK lenght:100", "length:100"),
    ("/episode line:QUARK: No tmp:0.5", "temp:0.5"),
    ("/episode line:'QUARK: No", "does not end"),
    ('/episode line:QUARK: No" temp:0.5', "does not begin"),
    ('/episode line:"No" "Yes"', "text stands behind"),
    ("/episode line: temp:0.5", "line is empty"),
    ("/episode cast:quark et odo", "QUARK, ODO"),
    ("/episode cast:Od", "ODO"),
    ("/episode takes:three", "takes:3"),
    ("/sweep 0.2,0.5", "temps:0.2,0.5"),
    ("/sweep temps:0.2 0.5", "temps:0.2,0.5"),
    ("/replay 8CfUWCK6Gc5EWNvr1F7YF", "code:8CfUWCK6Gc5EWNvr1F7YF"),
    ("/continue 200", "length:200"),
    ("/continue place:Ops", "/episode place:Ops"),
    ("/retrain corpus.txt", "corpus:corpus.txt"),
    ("/retrain time:5", "minutes:5"),
    ("/retrain minutes:5m", "minutes:15"),
    ("/models run", "use:run"),
    ("/models list", "/models"),
    ("/models use:rnu", "did you mean run?"),
    ("/models delete:run", "came with the console"),
    ("/models rename:a to:b", "name:b"),
    ("/models rename a b", "rename:a name:b"),
    ("rename run to other", "/models rename:run name:other"),
    ("use run", "/models use:run"),
    ("/use run", "/models use:run"),
    ("/models remove:run", "delete:run"),
    ("/models default", "use:default"),
    ("list models", "/models"),
    ("train corpus.txt", "/retrain corpus:corpus.txt"),
    ("length 300", "/episode length:300"),
    ("/seed 3", "/episode seed:3"),
    ("/temp:0.5", "/episode temp:0.5"),
    ("episode: temp:0.5", "/episode temp:0.5"),
    ("/episode speaker:QUARK", "cast:QUARK"),
    ("/episode characters:QUARK", "cast:QUARK"),
    ("/episode setting:Ops", "place:Ops"),
    ("/episode words:100", "length:100"),
    ("/again", "/continue"),
    ("/write", "/episode"),
    ("/help episode", "/help"),
    ("continue please", "/continue"),
    ("please continue", "/continue"),
    ("continue the scene", "/continue"),
    ("exit now", "/quit"),
    (":wq", "/quit"),
    ("stop", "/quit"),
    ("help me", "/help"),
    ("??", "/help"),
    ("--help", "/help"),
    ("help /episode", "/help"),
    ("help episode", "/help"),
    ("ls", "/models"),
    ("info", "/about"),
    ("new episode", "/episode"),
    ("make an episode", "/episode"),
    ("scene cast:QUARK", "/episode cast:QUARK"),
    ("write a scene with quark", "/episode cast:quark"),
    ("episode with quark", "/episode cast:quark"),
    ("epi temp:0.5", "/episode temp:0.5"),
    ("> /episode temp:0.5", "/episode temp:0.5"),
    ("@Holosuite /episode temp=0.5", "/episode temp:0.5"),
    ("`/episode temp:0.5`", "Did you mean /episode temp:0.5?"),
    ("temp 0.5 length 200", "/episode temp:0.5 length:200"),
    ("Temp:0.5", "/episode temp:0.5"),
    ("Length: 100", "/episode length:100"),
    ("Cast:QUARK", "/episode cast:QUARK"),
    ("place: Ops", "/episode place:Ops"),
    ("spelling off", "/episode spelling:off"),
    ("corpus a.txt", "/retrain corpus:a.txt"),
    ("retrain with corpus.txt", "/retrain corpus:corpus.txt"),
    ("/ep temp:0.5", "/episode"),
    ("/QUARK: No", '/episode line:"QUARK: No"'),
    ("/300", "/episode length:300"),
    ("/episode --help", "/help"),
    ("/episode help", "/help"),
    ("/episode {temp:0.5}", "temp:0.5? "),
    ("/episode temp->0.5", "temp:0.5"),
    ("/episode temp is 0.5", "temp:0.5"),
    ("/episode at 0.5", "temp:0.5"),
    ("/episode in ops", "place:ops"),
    ("/episode temp:0_5", "temp:0.5"),
    ("/episode tokens:100", "length:100"),
    ("/episode character:QUARK", "cast:QUARK"),
    ("/episode lin:QUARK: No temp=0.5", 'line:"QUARK: No"?'),
    ("/episode line:QUARK: No, len:20", "length:20"),
    ("/episode line:QUARK: No -t 0.5", "temp:0.5"),
    ("/episode line:QUARK: No --length 20", "length:20"),
    ("/episode line:QUARK: No Cast:ODO", "cast:ODO"),
    ("/episode line:QUARK: No seed 5", "seed:5"),
    ("/episode line:\u00abQUARK: No", "does not end"),
    ("/episode line:`QUARK: No", "does not end"),
    ('/episode line:\\"QUARK: No\\" temp:0.5', "does not begin"),
    ("/episode cast:quark, and odo", "ODO"),
    ("/episode cast:quark|odo", "QUARK, ODO"),
    ("/episode cast:QUARK:ODO", "QUARK, ODO"),
    ("/episode cast:only kira", 'cast:"KIRA"'),
    ("/episode cast:QUARK place Ops", 'cast:"QUARK"'),
    ("/episode cast:everybody", "leave cast: out"),
    ("/episode place:Ops with QUARK", 'place:"Ops"'),
    ("/sweep temps:0,5", "temps:0.5"),
    ("/models use:run delete:run", "and not several"),
    ("/models name:x", "rename:old name:new"),
    ("/models ls", "/models alone"),
    ("/retrain 5 minutes", "minutes:5"),
    ("/retrain from a.txt", "corpus:a.txt"),
    ("/continue more", "/continue alone"),
]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> tuple[Console, io.StringIO, io.StringIO]:
    """Return a console over a small run, what it writes and what it complains of."""
    written, problems = io.StringIO(), io.StringIO()
    run = build_writer(tmp_path_factory.mktemp("console") / "run", SCRIPT).run
    return Console(run, Terminal(written, problems), data=tmp_path_factory.mktemp("data")), written, problems


@pytest.mark.parametrize(("typed", "named"), MISTYPED, ids=[typed for typed, _ in MISTYPED])
def test_mistyped_line_is_answered_with_the_right_form(
    console: tuple[Console, io.StringIO, io.StringIO], typed: str, named: str
) -> None:
    """No scene is written, and the answer names what was probably meant."""
    answering, written, problems = console
    before, start = written.tell(), problems.tell()
    assert not answering.answer(typed)
    assert written.tell() == before
    assert named in problems.getvalue()[start:]


@pytest.mark.parametrize(
    "line",
    [
        "QUARK: Help me quit, Odo.",
        "Help us, Kira",
        "about that bar",
        "/episode line:'Tis late length:20",
        '/episode line:"ODO: \\"Quit\\" is a word" length:20',
        "/episode cast:GARAK length:20",
        '/episode place:"Upper pylon" length:20',
        "/episode cast:quark,ODO place:ops length:20",
        '/episode line:"ODO: He said "no" to me" length:20',
        "/episode line:ODO: He's late, isn't he? length:20",
        "/episode line:\u201cODO: No\u201d length:20",
        "Help is what we need",
        "Stop him",
        "Go and tell Odo to quit",
        "a scene of joy",
        "QUARK: temp 0.5 is warm",
        "/episode line:\u00bbODO: No\u00ab length:20",
        "/episode line:ODO: It takes 3, at most length:20",
        "/episode line:ODO: He's on length:20",
        "/sweep temps:0, 5 length:20",
        "/sweep temps:0,1 length:20",
        "TIME: It is late",
        "Time: it is late",
    ],
)
def test_line_that_is_meant_as_it_stands_is_written_on(
    console: tuple[Console, io.StringIO, io.StringIO], line: str
) -> None:
    """A script's line with a command's word in it, a new name and an apostrophe are nobody's mistakes."""
    assert console[0].answer(line), console[2].getvalue()[-300:]


def test_default_model_is_used_by_the_name_that_it_is_listed_under(
    console: tuple[Console, io.StringIO, io.StringIO], tmp_path: Path
) -> None:
    """The run that the console came with can be chosen as the list names it."""
    assert console[0].answer("/models use:run")


def test_console_is_left_however_the_slash_is_spaced(
    console: tuple[Console, io.StringIO, io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A space behind the slash is no other command: what follows in the pipe is not done."""
    monkeypatch.setattr("sys.stdin", io.StringIO("/ quit\n/nonsense\n"))
    written = io.StringIO()
    assert run_console(console[0]._run.path, terminal=Terminal(written, written)) == 0
    assert written.getvalue() == ""
