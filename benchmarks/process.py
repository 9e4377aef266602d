"""The console as a process: how soon it is ready, how much memory it holds, and what it has imported."""

import contextlib
import io
import os
import pty
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.measure import ROOT, Child, Options, Row, Spread, judge, measure_once
from benchmarks.networks import write_random_run
from core.config import TrainConfig
from core.run.layout import SHIPPED

_FORBIDDEN = ("keras", "pandas", "tensorflow")


def rows(options: Options) -> Iterator[Row]:
    """Yield what a person at a terminal, and a pipe, wait for and what the process holds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = SHIPPED
        if not run.is_dir():
            run = write_random_run(folder / "run", TrainConfig()).path
        terminal, piped, memory = [], [], []
        for _ in range(options.rounds(5)):
            ready, megabytes = _start_in_terminal(run, folder)
            terminal.append(ready)
            memory.append(megabytes)
            piped.append(_start_in_pipe(run, folder))
        yield judge(
            "console in a terminal, from its start to its prompt", Spread.of(terminal), "{:.2f} s", most=2
        )
        yield judge(
            "console in a pipe, from its start to its first answer", Spread.of(piped), "{:.2f} s", most=2
        )
        yield judge("console's memory after an episode", Spread.of(memory), "{:.0f} MB", most=150)
        imported = measure_once(Child("process:imports", run=str(run)))
    forbidden = [module for module in _FORBIDDEN if imported[module]]
    yield Row(
        "modules imported by the console; of them Keras, pandas, TensorFlow",
        f"{imported['modules']:.0f}; {', '.join(forbidden) or 'none'}",
        "none",
        not forbidden,
        values=dict(imported),
    )


def _start_in_terminal(run: Path, folder: Path) -> tuple[float, float]:
    """Return the seconds to the prompt, and the memory in MB after an episode."""
    ours, theirs = pty.openpty()
    started = time.perf_counter()
    process = subprocess.Popen(
        _command(run), stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, env=_environment(folder)
    )
    os.close(theirs)
    try:
        _read_until(ours, b"\x1b[?2004h")  # "paste in brackets": a line is read from here on
        ready = time.perf_counter() - started
        os.write(ours, b"/episode length:500 seed:7\r")
        _read_until(ours, b" ms")
        return ready, _peak_of(process.pid)
    finally:
        process.terminate()
        process.wait()
        os.close(ours)


def _start_in_pipe(run: Path, folder: Path) -> float:
    """Return the seconds to the first line of an episode."""
    started = time.perf_counter()
    with subprocess.Popen(
        _command(run),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=_environment(folder),
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise ValueError("The console was started without pipes.")
        process.stdin.write(b"/episode length:100 seed:7\n")
        process.stdin.close()
        process.stdout.readline()
        ready = time.perf_counter() - started
        process.stdout.read()
    return ready


def imports(run: str) -> Iterator[dict[str, float]]:
    """Yield how many modules the console has imported when it leaves, and whether those it must not are there."""
    from bot.__main__ import main  # noqa: PLC0415  # imported here as a start would

    sys.stdin = io.StringIO("/episode length:100 seed:7\n/quit\n")
    with contextlib.redirect_stdout(io.StringIO()):
        main(["--console", "--run", run])
    yield {"modules": len(sys.modules), **{module: float(module in sys.modules) for module in _FORBIDDEN}}


def _command(run: Path) -> list[str]:
    return [sys.executable, "-m", "bot", "--console", "--run", str(run)]


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "HOLOSUITE_DATA": str(folder), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}


def _read_until(terminal: int, words: bytes) -> None:
    seen = b""
    while words not in seen:
        seen += os.read(terminal, 4096)


def _peak_of(process: int) -> float:
    """Return the most memory that a process has held, or holds where the system does not say, in MB."""
    status = Path(f"/proc/{process}/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e6
    return float(psutil.Process(process).memory_info().rss) / 1e6
