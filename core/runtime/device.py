"""The graphics card when it cannot be used: why the CPU computes, and starting anew with the CPU alone."""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.errors import CoreError
from core.runtime.files import disk_errors

REASON = "HOLOSUITE_CPU_BECAUSE"  # environment: why a training that was started anew uses the CPU
_DEVICES = Path("/sys/bus/pci/devices")
_NVIDIA, _DISPLAY = "0x10de", "0x03"
# As the backends write them; the same letters within a path are somebody's folder.
_SIGNS = re.compile(
    r"(?<![\w/.-])(?:cuda|cudnn|cublas)(?=[ _:])|oom when allocating|out of memory|resource_exhausted"
    r"|failed to initialize gpu"
)
_BACKENDS = ("tensorflow", "jax", "jaxlib", "torch")
_MEMORY = (
    "oom when allocating",
    "out of memory",
    "resource_exhausted",
    "resource exhausted",
    "cuda_error_out_of_memory",
)


def is_card_failure(error: BaseException) -> bool:
    """Tell whether the graphics card is why something failed.

    Every backend has errors of its own, but CUDA's words. Ours, and those of files, are never the card's.
    """
    if REASON in os.environ or isinstance(error, CoreError | OSError | MemoryError):
        return False
    is_backends = isinstance(error, RuntimeError) or type(error).__module__.split(".")[0] in _BACKENDS
    text = str(error).lower()
    return is_backends and _SIGNS.search(text) is not None and "device:cpu" not in text


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
def cpu_instead(script: str, arguments: Sequence[str], *, half_done: Path, resumed: bool) -> Iterator[None]:
    """Start the command `script ARGUMENTS` anew on the CPU where the card fails inside the block, saying so.

    Args:
        script: The program.
        arguments: Its command line.
        half_done: The directory in which it leaves a training on its way.
        resumed: Whether what lies there was begun by an earlier process; that is set aside and not deleted.

    Raises:
        DeviceError: The disk refuses.
    """
    try:
        yield
    except Exception as error:
        if not is_card_failure(error):
            raise
        reason = explain_failure(error)
        sys.stderr.write(
            f"\n{reason[0].upper()}{reason[1:]}; the training goes on with the CPU, from its beginning.\n"
        )
        _clear(half_done, keep=resumed)
        restart_on_cpu(script, arguments, reason)


def restart_on_cpu(script: str, arguments: Sequence[str], reason: str) -> None:
    """Replace this process by the same training on the CPU; it keeps its number."""
    kept = [argument for argument in arguments if argument != "--resume"]
    environment = {**os.environ, REASON: reason, "CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, script, *kept], environment)  # noqa: S606 -- our own program once more


def _clear(folder: Path, *, keep: bool) -> None:
    """Make room for the CPU's training: half-precision weights on the way are of no use to it."""
    if not folder.exists():
        return
    with disk_errors(folder):
        if not keep:
            shutil.rmtree(folder)
            return
        aside = next(
            place for number in range(1_000) if not (place := Path(f"{folder}.gpu-{number}")).exists()
        )
        folder.rename(aside)
    sys.stderr.write(f"What the GPU had learnt is kept in {aside}.\n")
