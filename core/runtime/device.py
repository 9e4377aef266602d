"""The graphics card when it cannot be used: why the CPU computes, and starting anew with the CPU alone."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

REASON = "HOLOSUITE_CPU_BECAUSE"  # environment: why a training that was started anew uses the CPU
_DEVICES = Path("/sys/bus/pci/devices")
_NVIDIA, _DISPLAY = "0x10de", "0x03"
_SIGNS = (
    "cuda",
    "cudnn",
    "cublas",
    "oom when allocating",
    "out of memory",
    "resource_exhausted",
    "failed to initialize gpu",
)
_MEMORY = (
    "oom when allocating",
    "out of memory",
    "resource_exhausted",
    "resource exhausted",
    "cuda_error_out_of_memory",
)


def is_card_failure(error: BaseException) -> bool:
    """Tell whether the graphics card is why something failed; every backend has errors of its own, but CUDA's words."""
    text = f"{type(error).__name__} {error}".lower()
    return any(sign in text for sign in _SIGNS) and "device:cpu" not in text and REASON not in os.environ


def explain_failure(error: BaseException) -> str:
    """Return in a few words why the card failed."""
    text = str(error).lower()
    return "the GPU's memory is taken" if any(sign in text for sign in _MEMORY) else "the GPU does not work"


def explain_cpu(devices: Path = _DEVICES) -> str:
    """Return why the CPU computes although there is a graphics card; an empty text where there is none."""
    reason = os.environ.get(REASON, "")
    if reason:
        return reason
    try:
        for device in devices.iterdir():
            vendor = (device / "vendor").read_text(encoding="ascii").strip()
            kind = (device / "class").read_text(encoding="ascii").strip()
            if vendor == _NVIDIA and kind.startswith(_DISPLAY):
                return "there is a GPU, but its driver or CUDA's libraries are missing"
    except (OSError, ValueError):
        return ""
    return ""


@contextmanager
def cpu_instead(script: str, arguments: Sequence[str]) -> Iterator[None]:
    """Start the command `script ARGUMENTS` anew on the CPU where the card fails inside the block, saying so."""
    try:
        yield
    except Exception as error:
        if not is_card_failure(error):
            raise
        reason = explain_failure(error)
        sys.stderr.write(
            f"\n{reason[0].upper()}{reason[1:]}; the training goes on with the CPU, from its beginning.\n"
        )
        restart_on_cpu(script, arguments, reason)


def restart_on_cpu(script: str, arguments: Sequence[str], reason: str) -> None:
    """Replace this process by the same training on the CPU, from its beginning; it keeps its number.

    Half-precision weights on the way are of no use to the CPU, so a checkpoint from the card is dropped.
    """
    kept = [argument for argument in arguments if argument not in ("--resume", "--overwrite")]
    environment = {**os.environ, REASON: reason, "CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, script, *kept, "--overwrite"]
    os.execve(sys.executable, command, environment)  # noqa: S606 -- our own program once more
