"""Programs of this project as other processes: their settings, and no others' environment."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SECONDS = 240
COMPILED = "TESTS_COMPILED"  # the folder of what XLA has compiled


def share_compiled() -> dict[str, str]:
    """Return the settings with which a training takes what XLA has compiled for an earlier process of this session.

    It is half of a tiny training's time. Within one process no two functions have one name, so that nothing is found.
    """
    folder = os.environ.get(COMPILED)
    return {"TF_XLA_FLAGS": f"--tf_xla_persistent_cache_directory={folder}"} if folder else {}


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without the bot's settings, with the project's packages at hand."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HOLOSUITE_", "DISCORD_", "DATABASE_")) and name != "SHARD_COUNT"
    }
    return {**kept, **share_compiled(), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **more}


def run_python(
    arguments: Sequence[str | Path], *, cwd: Path, typed: str | bytes = b"", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run `python ARGUMENTS` in `cwd` with `typed` on its standard input; return what it said."""
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(**more),
        input=typed.encode() if isinstance(typed, str) else typed,
        capture_output=True,
        check=False,
        timeout=_SECONDS,
    )
    return subprocess.CompletedProcess(
        result.args,
        result.returncode,
        result.stdout.decode(errors="replace"),
        result.stderr.decode(errors="replace"),
    )


def train(*arguments: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `train.py ARGUMENTS` in `cwd`."""
    return run_python([ROOT / "train.py", *arguments], cwd=cwd, **more)
