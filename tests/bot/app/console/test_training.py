"""Trainings in the console: from a file to a run in use, and what is done with such runs."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.console.commands import parse_call
from bot.app.console.models import ConsoleModels
from bot.app.console.options import COMMANDS
from bot.app.console.terminal import Terminal
from bot.app.console.training import ConsoleTraining
from core.errors import CoreError
from core.run.events import Progress
from core.run.store import Run
from tests.children import run_python


@pytest.mark.slow
def test_console_trains_and_keeps_runs(tmp_path: Path, tiny_scripts: Path, tiny_run: Run) -> None:
    """A run is trained from a file, writes at once, and can be listed, renamed, packed, left and deleted."""
    typed = f"""/retrain corpus:{tiny_scripts} epochs:1 name:Terok
/about
/models
/models rename:terok name:Nor
/models download:nor
/models use:default
/about
/models delete:nor
/models
"""
    done = run_python(
        ["-m", "bot", "--run", tiny_run.path], cwd=tmp_path, typed=typed, HOLOSUITE_DATA=str(tmp_path / "var")
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "9,263 characters in 12 episodes" in said
    assert "-- tiny writes:" in said
    assert "-- terok writes from now on" in said
    assert "\nterok\n" in said
    assert "\n* terok " in said
    assert "terok is called nor now." in said
    assert "nor.zip (" in said
    assert said.split("tiny writes from now on")[1].startswith(".\ntiny\n")
    assert "nor was deleted." in said
    assert said.rstrip().splitlines()[-1].startswith("* tiny ")
    assert (tmp_path / "nor.zip").stat().st_size > 100_000
    assert list((tmp_path / "var" / "jobs").iterdir()) == []
    assert [item for item in (tmp_path / "var" / "runs").iterdir() if item.suffix != ".lock"] == []


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/retrain corpus:nothing.txt", "There is no file nothing.txt"),
        ("/retrain corpus:~/nothing.txt", "There is no file /.*nothing.txt"),
        ("/retrain corpus:~nobody-at-all/nothing.txt", "There is no file ~nobody-at-all/nothing.txt"),
        ("/retrain minutes:1 epochs:1", "not both"),
        ("/retrain minutes:0", "more than 0 minutes"),
        ("/retrain epochs:-1", "1 epoch and more"),
        ("/retrain preset:large", "no preset 'large'"),
        ("/models use:nobody", "no run called nobody"),
        ("/models delete:../../etc", "no run called"),
    ],
)
def test_training_and_models_refuse(tmp_path: Path, tiny_run: Run, line: str, sentence: str) -> None:
    """What cannot be done is said, and nothing is left behind."""
    training = ConsoleTraining(data=tmp_path, scripts="", terminal=Terminal())
    models = ConsoleModels(data=tmp_path, shipped=tiny_run, terminal=Terminal())
    call = parse_call(line, COMMANDS)
    answer = training.retrain if call.name == "retrain" else models.answer
    with pytest.raises(CoreError, match=sentence):
        answer(call, tiny_run)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def test_progress_shows_the_time_left_in_80_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person waits for is not what a narrow terminal cuts off."""
    monkeypatch.setenv("COLUMNS", "80")
    screen = Screen()
    training = ConsoleTraining(data=tmp_path, scripts="", terminal=Terminal(screen))
    progress = Progress()
    progress.note({
        "event": "progress", "epoch": 11, "step": 12_345, "steps": 45_678, "loss": 1.2, "bits_per_character": 1.7,
        "characters_per_second": 123_456.0, "seconds_left": 4_000.0, "share": 0.27,
    })  # fmt: skip
    training._show_progress(progress)
    shown = screen.getvalue().strip("\r")
    assert len(shown) < 80
    assert "27 %, 1:06:40 left, epoch 12" in shown


def test_end_says_why_it_came_early_and_which_figure_is_better(tmp_path: Path, tiny_run: Run) -> None:
    """A training that stopped by itself is told of, and a comparison says that lower is better."""
    written = io.StringIO()
    training = ConsoleTraining(data=tmp_path, scripts="", terminal=Terminal(written))
    facts = {**tiny_run.facts, "result": {**tiny_run.facts["result"], "early": True}}
    compared = {"new_bits": 2.17, "old_bits": 1.22, "characters": 5_000}
    verdict = {"samples": {}, "comparison": compared, "bits": 2.17}
    training._show_end(verdict, old="ds9", new=replace(tiny_run, facts=facts))
    assert "It ended before its time" in written.getvalue()
    assert "new 2.170 bits per character, old 1.220" in written.getvalue()
    assert "lower is better" in written.getvalue()
