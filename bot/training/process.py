"""Child processes for work that the bot itself must not do: trainings, previews and evaluations, at low priority."""

import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

from core.errors import CoreError
from core.runtime.threads import count_cores
from core.text import Text, read_text

PROJECT = Path(__file__).resolve().parents[2]
TRAIN = PROJECT / "train.py"
NICENESS = 15
NEEDED = ("keras", "pandas")  # of what `pip install '.[train]'` adds
# Of no use to a child: the bot's secrets, and those of the database and the store.
SECRETS = (
    "DISCORD_TOKEN", "DATABASE_URL", "HOLOSUITE_STORE", "AWS", "AZURE_", "GOOGLE_", "IDENTITY", "MSI_", "PG", "SERVICE",
)  # fmt: skip
THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "TF_NUM_INTRAOP_THREADS",
    "RAYON_NUM_THREADS",
)  # fmt: skip
LOCK = "training.lock"  # in the data directory
CACHE = "cache"  # in the data directory: what packages would otherwise write in the home
FREE_BYTES = 200_000_000  # on the disk, to begin a training


class ProcessError(CoreError):
    """A child process could not do its work."""


class BusyError(ProcessError):
    """Another training runs on this machine."""


@dataclass(frozen=True)
class Child:
    """A training's process: a number, and when it was started, because numbers are given again."""

    pid: int
    started: float  # seconds since 1970

    def is_alive(self) -> bool:
        """Tell whether it runs, also after this program was started anew."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1.0
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def signal(self, number: int) -> None:
        """Send a signal to it and whatever it started, if it is still there."""
        if self.is_alive():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)


def missing_packages() -> str:
    """Return a sentence where this installation cannot train, else an empty text."""
    if all(find_spec(name) for name in NEEDED) and TRAIN.is_file():
        return ""
    return Text(
        "This bot was installed without what training needs; its owner adds it with pip install 'holosuite[train]'."
    )


def full_disk(folder: Path, *, needed: int = FREE_BYTES) -> str:
    """Return a sentence where the disk has too little room, else an empty text."""
    free = shutil.disk_usage(folder).free
    if free >= needed:
        return ""
    return Text(
        "The bot's disk is full ({free:,.0f} MB are left); its owner has to make room first.", free=free / 1e6
    )


def child_environment(data: Path) -> dict[str, str]:
    """Return this process's environment for a child: no secrets, and threads that leave the bot a core.

    Downloads, settings and temporary files of packages lie in the data directory: nothing else may be writable.
    """
    cache = (data / CACHE).resolve()
    (cache / "tmp").mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SECRETS)}
    threads = str(max(1, count_cores() - 1))
    return {
        **kept,
        **dict.fromkeys(THREADS, threads),
        "OPENBLAS_NUM_THREADS": "1",  # NumPy's work there is scoring, which has threads of its own
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # a graphics card may have other users
        "XDG_CACHE_HOME": str(cache),
        "XDG_CONFIG_HOME": str(cache),
        "KERAS_HOME": str(cache / "keras"),
        "MPLCONFIGDIR": str(cache / "matplotlib"),
        "CUDA_CACHE_PATH": str(cache / "cuda"),
        "TMPDIR": str(cache / "tmp"),
        "MALLOC_ARENA_MAX": "2",  # heaps that threads reserve count against a limit of memory
        "PYTHONPATH": str(PROJECT),
        "PYTHONIOENCODING": "utf-8",
    }


def start_training(
    arguments: Sequence[str], *, data: Path, log: Path
) -> tuple[Child, "subprocess.Popen[bytes]"]:
    """Start train.py in the data directory, in a session of its own: it outlives the bot.

    The process holds the lock of the data directory until it ends, however it ends.

    Raises:
        BusyError: another one holds it.
        ProcessError: it cannot be started.
    """
    try:
        with (data / LOCK).open("ab") as lock, log.open("ab") as said:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            process = subprocess.Popen(  # noqa: S603 -- our own program, and arguments that were checked
                [*_nice(), sys.executable, str(TRAIN), *arguments],
                cwd=data,
                env=child_environment(data),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                pass_fds=[lock.fileno()],
            )
        return Child(process.pid, psutil.Process(process.pid).create_time()), process
    except BlockingIOError as error:
        raise BusyError("Another training runs on this machine.") from error
    except (OSError, psutil.Error) as error:
        raise ProcessError(
            "The training could not be started ({name}).", name=type(error).__name__
        ) from error


def find_training(out: str, data: Path) -> Child | None:
    """Return the process that trains a run, where the bot died before it could note which one that is."""
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if str(TRAIN) in command and out in command:
            with contextlib.suppress(psutil.Error):
                # Another data folder's may have the same names below it.
                if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == data:
                    return Child(process.pid, process.create_time())
    return None


def kill_trainings(data: Path, *, number: int = signal.SIGKILL, seconds: float = 10.0) -> None:
    """End the trainings that work in a data directory, whoever started them, and wait for their ends."""
    ended = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError):
            if str(TRAIN) in process.cmdline() and Path(process.cwd()) == data:
                os.killpg(process.pid, number)
                ended.append(process)
    _, left = psutil.wait_procs(ended, timeout=seconds)
    for process in left:
        with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


async def ask_child(
    module: str, arguments: Sequence[str], *, data: Path, seconds: float, megabytes: int | None = None
) -> dict[str, Any]:
    """Run `python -m MODULE ARGUMENTS` in the data directory and return the JSON that it prints.

    `megabytes` is all the memory that it may have, where the system can hold it to that.

    Raises:
        ProcessError: it took too long or too much memory, died, or says what is wrong.
    """
    process = await asyncio.create_subprocess_exec(
        *_nice(),
        sys.executable,
        "-m",
        module,
        *arguments,
        cwd=data,
        env=child_environment(data),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        if megabytes is not None:
            _limit_memory(process.pid, megabytes)
        said, _ = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError as error:
        raise ProcessError("That took more than {seconds:g} s; give less text.", seconds=seconds) from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    try:
        answer = json.loads(said)
    except ValueError as error:
        if megabytes is not None:
            raise ProcessError(
                "That takes more than the {megabytes:,} MB of memory that reading may have; give less text.",
                megabytes=megabytes,
            ) from error
        raise ProcessError(
            "A helper of the bot ended unexpectedly; is this machine's memory full?"
        ) from error
    if not isinstance(answer, dict) or "error" in answer:
        raise ProcessError(read_text(answer["error"]))
    return answer


def _limit_memory(pid: int, megabytes: int) -> None:
    """Hold a child to so much address space; it has not read anything yet."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 -- Unix has it alone

        limit = megabytes * 1_000_000
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))


def read_log_end(log: Path) -> str:
    """Return the last line that a training said, or an empty text."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - 4_000))
            lines = file.read().decode(errors="replace").replace("\r", "\n").strip().split("\n")
    except OSError:
        return ""
    return lines[-1].strip()


def _nice() -> list[str]:
    program = shutil.which("nice")
    return [program, "-n", str(NICENESS)] if program else []
