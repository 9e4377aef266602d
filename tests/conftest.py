"""Fixtures that several rooms' tests share: a tiny corpus, and runs trained on it once."""

import json
import os
from functools import reduce
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before a test loads Keras
os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # before NumPy: its threads wait for each other on busy cores

from core.run.store import Run
from tests.children import run_python

settings.register_profile("house", max_examples=60, deadline=None, derandomize=True, database=None)
settings.load_profile("house")

_LINES = (
    "KIRA: No problem at all.",
    "ODO: I will look into it.",
    "SISKO: Open the bay doors, please.",
    "QUARK: Not for that price!",
    "(The lights go out.)",
    "DAX: It is only a small one.",
    "KIRA [OC]: Ops to Quark.",
    "ODO: You are under arrest.",
    "BASHIR: Hold still.",
    "SISKO: On my way.",
)
_PLACES = ("[Ops]", "[Promenade]", "[Quark's bar]")

# The default preset and the notes', each so small that it trains in seconds.
TINY = ("--units", "24", "--window-length", "16", "--batch", "4", "--epochs", "4")
TINY_NOTES = ("--preset", "notes", "--episodes", "0-11", "--units", "16", "--batch", "64", "--epochs", "2")


def tiny_episodes(count: int = 12) -> list[str]:
    """Return short episodes, all different: a place, then thirty lines of a few."""
    return [
        "\n".join(
            [_PLACES[number % 3], "", *(_LINES[(number * step + step) % len(_LINES)] for step in range(30))]
        )
        for number in range(count)
    ]


@pytest.fixture(scope="session")
def tiny_scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a scripts JSON with one series, DS9, of twelve short episodes."""
    path = tmp_path_factory.mktemp("scripts") / "tiny.json"
    table = {"DS9": {f"episode {number}": text for number, text in enumerate(tiny_episodes())}}
    path.write_text(json.dumps(table), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def _tiny_paths(tiny_scripts: Path) -> dict[str, Path]:
    """Return the directories of three runs, trained one after the other in one child process."""
    folder = tiny_scripts.parent
    baker = {"SISKO": "HOLMES", "ODO": "WATSON", "Promenade": "Piccadilly"}
    others = [
        reduce(lambda found, pair: found.replace(*pair), baker.items(), text) for text in tiny_episodes()
    ]
    shows = {"DS9": dict(enumerate(tiny_episodes())), "Baker": dict(enumerate(others))}
    (folder / "shows.json").write_text(json.dumps(shows), encoding="utf-8")
    calls = {
        "tiny": ("tiny.json", TINY),
        "notes": ("tiny.json", TINY_NOTES),
        "shows": ("shows.json", (*TINY, "--series", "all")),
    }
    arguments = [
        ["--scripts", str(folder / scripts), *call, "--out", str(folder / name)]
        for name, (scripts, call) in calls.items()
    ]
    done = run_python(
        ["-c", f"import sys, train; sys.exit(max(train.main(call) for call in {arguments!r}))"], cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return {"all": folder / "tiny", "last": folder / "notes", "shows": folder / "shows"}


@pytest.fixture(scope="session")
def tiny_run(_tiny_paths: dict[str, Path]) -> Run:
    """Return a run of the default preset (targets all, its state carried), 24 units; treat it as read-only."""
    return Run.read(_tiny_paths["all"])


@pytest.fixture(scope="session")
def notes_run(_tiny_paths: dict[str, Path]) -> Run:
    """Return a run of the notes' preset (targets last, a sliding window), 16 units; treat it as read-only."""
    return Run.read(_tiny_paths["last"])


@pytest.fixture(scope="session")
def shows_run(_tiny_paths: dict[str, Path]) -> Run:
    """Return a run of two shows; HOLMES, WATSON and Piccadilly stand for SISKO, ODO and the Promenade; read-only."""
    return Run.read(_tiny_paths["shows"])
