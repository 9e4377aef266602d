"""A program of this project in a copy of a process that has loaded it: loading is two thirds of a bot's start."""

import asyncio
import multiprocessing
import os
import runpy
import sys
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.children import ROOT

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["bot.app.serve", __name__])


class ForkedProcess(asyncio.subprocess.Process):
    """A copy of another process, with what tests use of one that was started."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid or 0

    @property
    def returncode(self) -> int | None:
        """Its exit status, or minus the signal that ended it; none while it runs."""
        return self._process.exitcode

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self._process.kill()

    def send_signal(self, signal: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, signal)

    async def wait(self) -> int:
        """Wait for its end and return its exit status."""
        while self.returncode is None:  # noqa: ASYNC110 -- its end is told to no event loop
            await asyncio.sleep(0.01)
        return self.returncode


async def fork_module(module: str, *, environment: dict[str, str], log_file: Path) -> ForkedProcess:
    """Run `python -m MODULE` with an environment, all that it says in a file."""
    # A test that fails may leave it running; a daemon ends with the tests.
    process = _CONTEXT.Process(target=_run, args=(module, environment, log_file), daemon=True)
    await asyncio.to_thread(process.start)
    return ForkedProcess(process)


def _run(module: str, environment: dict[str, str], log_file: Path) -> None:
    with log_file.open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
