"""The console's language is the environment's: all that it says beside its scenes, and refuses, is translated."""

import io
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.app.console.console import Console
from bot.app.console.terminal import Terminal
from bot.app.console.training import ConsoleTraining, _describe_budget
from bot.discord.language.language import Language
from core.run.events import EventFile
from core.run.store import Run
from tests.bot.bot_process import OLDER
from tests.bot.discord.language.marked import MarkedCatalogue
from tests.bot.discord.language.test_no_english import english_in

MARKED = Language("de", MarkedCatalogue())
TYPED = re.compile(
    r'/\w+|\b[a-z]+:"[^"]*"|\b[a-z]+:\S*|"[^"]*"|\'[^\']*\'|\btemps\b'
)  # is the same everywhere
SENTENCES = [
    "/about",
    "/help",
    "/models",
    "/models use:NOBODY",
    "/models use:DEFAUL",
    "/models delete:ds9",
    "/models rename:ds9",
    "/continue",
    "/replay",
    "/replay code:nonsense",
    "/nothing",
    "/epsode",
    "/temp 0.5",
    "/episode mood:dark",
    "/episode tmp:0.5",
    "/help me",
    "/episode temp:x",
    "/episode temp:",
    "/episode length:1.5",
    "/episode temp:1 temp:2",
    "/episode place:Ops,temp:1",
    '/episode cast:"QUARK" x',
    '/episode cast:QUARK"',
    "/episode cast:QUARK+ODO",
    "/episode cast:QUARKK",
    "/episode place:OPPS",
    "/episode spelling:perhaps",
    "/episode originality:2",
    "/episode length:1",
    '/episode cast:"QUARK" line:"ODO: So"',
    "/sweep temps:1 temp:2",
    "/retrain minutes:1 epochs:2",
    "/retrain minutes:0",
    "/retrain preset:x",
    "/retrain corpus:NOWHERE.TXT",
    "episode temp:0.5",
]  # fmt: skip
SCENES = ["/episode length:20 seed:1", "/continue length:20 seed:2", "/sweep temps:0.2,0.5 length:20 seed:1"]


class Remarks(Terminal):
    """A terminal that shows what is said beside the scenes alone."""

    def show_script(self, script: str) -> None:
        """Leave the model's words out."""


@pytest.fixture(scope="module")
def run() -> Run:
    """Return a run with all its facts."""
    return Run.read(OLDER)


def test_console_speaks_the_language_of_its_environment(run: Run, tmp_path: Path) -> None:
    """Every command's answer, refusal and remark is in the language; what is typed, and scenes, are the same in all."""
    said = io.StringIO()
    console = Console(run, Remarks(said, said, language=MARKED), data=tmp_path)
    for line in SENTENCES:
        console.answer(line)
    assert all(map(console.answer, SCENES))
    check(said.getvalue())


def test_console_tells_of_trainings_in_the_language(tmp_path: Path) -> None:
    """The preview, the progress and the end of a training are in the language."""
    said = io.StringIO()
    said.isatty = lambda: True  # type: ignore[method-assign]  # progress is shown on a terminal alone
    training = ConsoleTraining(data=tmp_path, scripts="", terminal=Remarks(said, said, language=MARKED))
    facts = {"sample": "", "source": "QUARK", "characters": 9, "episodes": 2, "vocabulary": 3, "notes": []}
    training._show_preview({**facts, "start": {"why": ""}}, "quark", _describe_budget(15, None))
    events = EventFile(tmp_path)
    events.progress.note({"event": "progress", "epoch": 1, "loss": 1.0, "bits_per_character": 2.0,
                          "characters_per_second": 3.0, "seconds_left": 9.0, "share": 0.5})  # fmt: skip
    training._show_progress(events.progress)
    new = cast("Any", SimpleNamespace(name="quark", path=tmp_path, facts={"result": {"early": True}}))
    comparison = {"new_bits": 2.0, "old_bits": 1.9, "characters": 1_000, "own_words": 0.5}
    verdict = {"samples": {"old": "", "new": ""}, "bits": 2.0}
    training._show_end({**verdict, "comparison": comparison}, old="ODO", new=new)
    training._show_end(verdict, old="ODO", new=new)
    check(re.sub(r"\x1b\[\d*m|python -m bot \S+ \S+", "", said.getvalue()))


def check(said: str) -> None:
    """Make sure that no English is left in what was said."""
    for line in said.splitlines():
        assert english_in(TYPED.sub(" ", line)) == [], line
