"""Fixtures that several rooms' tests share: a tiny corpus, and runs trained on it once."""

import json
import os
import sys
import tempfile
import warnings
from functools import reduce
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from tests.children import COMPILED

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before a test loads Keras
os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # before NumPy: its threads wait for each other on busy cores

if sys.dont_write_bytecode:
    # Some containers ask for it. A fifth of a bot's start is compiling this project, and a hundred processes would.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

if COMPILED not in os.environ:
    # Deleted with the process that began the tests; those that it starts find it in their environment.
    _compiled = tempfile.TemporaryDirectory(prefix="holosuite-xla-")
    os.environ[COMPILED] = _compiled.name

from core.config import AUTO, RANDOM, TrainConfig
from core.data.sources.source import Source
from core.run.layout import FACTS
from core.run.store import Run
from core.runtime.threads import count_cores

settings.register_profile("house", max_examples=60, deadline=None, derandomize=True, database=None)
settings.load_profile("house")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are cores: for a part of their time tests wait, for a bot or for a pause."""
    return count_cores() + 1


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

# The default preset and the notes', each so small that it trains in seconds; the notes' learns all of the text at once,
# because a last batch of another size would be compiled anew.
TINY = ("--units", "24", "--window-length", "16", "--batch", "4", "--epochs", "4")
TINY_CONFIG = TrainConfig(units=24, window_length=16, batch=4, epochs=4)
NOTES_CONFIG = TrainConfig.from_preset("notes", units=16, batch=2_000, epochs=12, learning_rate=1e-2)


def tiny_episodes(count: int = 12) -> list[str]:
    """Return short episodes, all different: a place, then thirty lines of a few."""
    return [
        "\n".join(
            [_PLACES[number % 3], "", *(_LINES[(number * step + step) % len(_LINES)] for step in range(30))]
        )
        for number in range(count)
    ]


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that every process of this session has, for what is made once and treated as read-only."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


def train_once(scripts: Path, config: TrainConfig, *, out: Path, series: str = "", start: str = AUTO) -> Run:
    """Return the run at `out`, which the first process that asks for it trains."""
    with FileLock(out.with_suffix(".lock")):
        if not (out / FACTS).exists():
            from core.training.plan import TrainingPlan  # noqa: PLC0415  # Keras takes seconds to load
            from core.training.train import train  # noqa: PLC0415

            with warnings.catch_warnings():
                # Keras reads its variables in a way that NumPy 2 wants spelled otherwise.
                warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
                train(TrainingPlan(Source(str(scripts), series=series), config, out, start=start))
    return Run.read(out)


def write_once(path: Path, content: object) -> Path:
    """Write a JSON file that several processes of this session share; return its path."""
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def tiny_scripts(shared_folder: Path) -> Path:
    """Return a scripts JSON with one series, DS9, of twelve short episodes."""
    table = {"DS9": {f"episode {number}": text for number, text in enumerate(tiny_episodes())}}
    return write_once(shared_folder / "tiny.json", table)


@pytest.fixture(scope="session")
def tiny_run(tiny_scripts: Path) -> Run:
    """Return a run of the default preset (targets all, its state carried), 24 units; treat it as read-only."""
    return train_once(tiny_scripts, TINY_CONFIG, out=tiny_scripts.parent / "tiny")


@pytest.fixture(scope="session")
def notes_run(tiny_scripts: Path) -> Run:
    """Return a run of the notes' preset (targets last, a sliding window), 16 units; treat it as read-only."""
    return train_once(tiny_scripts, NOTES_CONFIG, out=tiny_scripts.parent / "notes", start=RANDOM)


@pytest.fixture(scope="session")
def shows_run(shared_folder: Path) -> Run:
    """Return a run of two shows; HOLMES, WATSON and Piccadilly stand for SISKO, ODO and the Promenade; read-only."""
    baker = {"SISKO": "HOLMES", "ODO": "WATSON", "Promenade": "Piccadilly"}
    others = [
        reduce(lambda found, pair: found.replace(*pair), baker.items(), text) for text in tiny_episodes()
    ]
    shows = {"DS9": dict(enumerate(tiny_episodes())), "Baker": dict(enumerate(others))}
    scripts = write_once(shared_folder / "shows.json", shows)
    return train_once(scripts, TINY_CONFIG, out=shared_folder / "shows", series="all")
