"""The graphics card that cannot be used: the training goes on with the CPU, and says so."""

import signal
import sys
from pathlib import Path

import pytest

import train
from core.errors import RunError
from core.run.layout import EVENTS
from core.run.store import Run
from core.runtime.device import cpu_instead, explain_cpu, explain_failure, is_card_failure
from core.training.plan import TrainingStopped
from tests.children import ROOT, run_python
from tests.conftest import TINY


@pytest.mark.parametrize(
    ("words", "is_card", "reason"),
    [
        ("CUDA_ERROR_OUT_OF_MEMORY: out of memory", True, "the GPU's memory is taken"),
        (
            "OOM when allocating tensor on /device:GPU:0 by allocator GPU_0_bfc",
            True,
            "the GPU's memory is taken",
        ),
        ("RESOURCE_EXHAUSTED: Out of memory while trying to allocate", True, "the GPU's memory is taken"),
        ("CUDNN_STATUS_NOT_INITIALIZED", True, "the GPU does not work"),
        ("CUDA driver version is insufficient for CUDA runtime version", True, "the GPU does not work"),
        ("OOM when allocating tensor on /job:localhost/device:CPU:0", False, ""),
        ("division by zero", False, ""),
        ("runs/cuda exists already", False, ""),
    ],
)
def test_device_failures_are_told_by_their_words(
    words: str, *, is_card: bool, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with the card is told from other faults; a training starts anew for it once."""
    error = RuntimeError(words)
    assert is_card_failure(error) is is_card
    assert not is_card or explain_failure(error) == reason
    monkeypatch.setenv("HOLOSUITE_CPU_BECAUSE", "once")
    assert not is_card_failure(error)


@pytest.mark.parametrize(
    "error",
    [
        RunError("CUDA_ERROR_OUT_OF_MEMORY exists already"),
        TrainingStopped("cuda : out of memory"),
        OSError("CUDA error: out of memory"),
        ValueError("CUDA error: out of memory"),
        MemoryError("out of memory"),
    ],
)
def test_device_is_not_blamed_for_our_own_errors(error: Exception) -> None:
    """A sentence of ours, a file's error or a wrong value is never the card's, whatever stands in it."""
    assert not is_card_failure(error)


def test_training_beside_a_folder_named_cuda_touches_nothing(
    tmp_path: Path, tiny_scripts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that is in the way stays as it is when its path has a graphics card's words in it."""
    monkeypatch.setattr("os.execve", lambda *_: pytest.fail("begun anew"))
    run = tmp_path / "cuda out of memory"
    run.mkdir()
    (run / "run.json").write_text("mine")
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    assert train.main([*TINY, "--scripts", str(tiny_scripts), "--out", str(run)]) == 2
    for number, handler in kept.items():
        signal.signal(number, handler)
    said = capsys.readouterr().err
    assert "exists already" in said
    assert "CPU" not in said
    assert (run / "run.json").read_text() == "mine"


@pytest.mark.parametrize("resumed", [True, False])
def test_device_fall_back_deletes_only_what_it_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, resumed: bool
) -> None:
    """On the CPU the training starts without the card's checkpoint; one of an earlier process is kept aside."""
    started: list[list[str]] = []
    monkeypatch.setattr("os.execve", lambda _, command, __: started.append(command))
    partial = tmp_path / "run.partial"
    partial.mkdir()
    (partial / "checkpoint.safetensors").write_text("learnt")
    arguments = ["--out", "run", *(["--resume"] if resumed else [])]
    with cpu_instead("train.py", arguments, half_done=partial, resumed=resumed):
        raise RuntimeError("CUDA error: out of memory")
    assert started == [[sys.executable, "train.py", "--out", "run"]]
    assert not partial.exists()
    kept = list(tmp_path.glob("run.partial.gpu-*/checkpoint.safetensors"))
    assert [path.read_text() for path in kept] == (["learnt"] if resumed else [])


def test_device_without_a_driver_is_said(tmp_path: Path) -> None:
    """A card that no driver serves is named; a machine without one has nothing to say."""
    assert explain_cpu(tmp_path) == ""
    card = tmp_path / "0000:01:00.0"
    card.mkdir()
    (card / "vendor").write_text("0x10de\n")
    (card / "class").write_text("0x030200\n")
    assert explain_cpu(tmp_path) == "there is a GPU, but its driver or CUDA's libraries are missing"
    (card / "vendor").write_text("0x8086\n")
    assert explain_cpu(tmp_path) == ""


@pytest.mark.slow
def test_training_goes_on_without_its_card(tmp_path: Path, tiny_scripts: Path) -> None:
    """When the card fails the same process trains on the CPU to a complete run, which says why."""
    script = tmp_path / "train_on_a_full_card.py"
    script.write_text(
        f"""
import os, sys, types
sys.path.insert(0, {str(ROOT)!r})
import core.runtime.device, train
train.__file__ = __file__
if core.runtime.device.REASON not in os.environ:
    def fail(*_, **__):
        raise RuntimeError("CUDA_ERROR_OUT_OF_MEMORY: out of memory")
    # In the place of the module, which takes seconds to load.
    sys.modules["core.training.train"] = types.SimpleNamespace(train=fail)
print(os.getpid(), flush=True)
sys.exit(train.main())
"""
    )
    arguments = [*TINY, "--epochs", "1", "--scripts", str(tiny_scripts), "--out", "run"]
    done = run_python([script, *arguments], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()[:2]
    assert first == second
    assert "The GPU's memory is taken; the training goes on with the CPU" in done.stderr
    assert "the GPU's memory is taken" in Run.read(tmp_path / "run").facts["software"]["device"]
    assert "the GPU's memory is taken" in (tmp_path / "run" / EVENTS).read_text(encoding="utf-8")
