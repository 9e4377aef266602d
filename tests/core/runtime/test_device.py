"""The graphics card that cannot be used: the training goes on with the CPU, and says so."""

from pathlib import Path

import pytest

from core.run.events import EVENTS
from core.run.store import Run
from core.runtime.device import explain_cpu, explain_failure, is_card_failure
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
import os, sys
sys.path.insert(0, {str(ROOT)!r})
import core.runtime.device, train
train.__file__ = __file__
import core.training.stages
if core.device.REASON not in os.environ:
    def fail(*_, **__):
        raise RuntimeError("CUDA_ERROR_OUT_OF_MEMORY: out of memory")
    core.stages.train_in_stages = fail
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
