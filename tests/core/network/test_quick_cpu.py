"""The quick way of a training on the CPU is a folder that can be taken out."""

import shutil
from pathlib import Path

import pytest

from core.run.store import Run
from tests.children import ROOT, run_python
from tests.conftest import TINY


@pytest.mark.slow
def test_training_works_without_the_quick_folder(tiny_scripts: Path, tiny_run: Run, tmp_path: Path) -> None:
    """Without the folder the same training makes a run of the same network, about as good."""
    shutil.copytree(
        ROOT / "core", tmp_path / "core", ignore=shutil.ignore_patterns("__pycache__", "quick_cpu")
    )
    shutil.copy(ROOT / "train.py", tmp_path)
    out = tmp_path / "run"
    arguments = ["train.py", "--scripts", str(tiny_scripts), *TINY, "--out", str(out)]
    done = run_python(arguments, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    run = Run.read(out)
    assert run.facts["result"]["parameters"] == tiny_run.facts["result"]["parameters"]
    assert run.bits_per_character == pytest.approx(tiny_run.bits_per_character, abs=0.3)
