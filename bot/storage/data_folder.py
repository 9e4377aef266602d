"""The data folder: all that is written lies below it, for its owner alone, and never beside the program."""

import contextlib
import os
import secrets
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import ConfigError

OWNER_ALONE = 0o700
LOCK = "bot.lock"  # held by the bot that serves from the folder
PROGRAM = Path(__file__).resolve().parents[2]  # where the packages are


def open_data_folder(data: Path) -> None:
    """Make the data folder, or check the one that is there; what is written from now on is its owner's alone.

    Raises:
        ConfigError: it holds the program or the shipped models, which a clean-up must never come near; or it cannot
            be made.
    """
    os.umask(0o077)
    place = data.resolve()
    for part in ("bot", "core", "models"):
        if (PROGRAM / part).is_relative_to(place) or place.is_relative_to(PROGRAM / part):
            raise ConfigError(
                "HOLOSUITE_DATA is {path!r}, a folder with the program in it; name one that holds nothing else, "
                "such as var.",
                path=str(data),
            )
    try:
        place.mkdir(parents=True, exist_ok=True)
        # A folder of another owner, such as a mounted one, is as its owner wants it.
        with contextlib.suppress(PermissionError):
            place.chmod(OWNER_ALONE)
    except OSError as error:
        raise ConfigError("The folder {path} cannot be used; check HOLOSUITE_DATA.", path=data) from error


def hold_data_folder(data: Path) -> FileLock:
    """Hold the data folder against a second bot, until the lock is released or this process ends.

    Raises:
        ConfigError: Another bot serves from it.
    """
    lock = FileLock(data / LOCK, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise ConfigError(
            "Another bot is running with the data folder {path}; stop that one, or set another HOLOSUITE_DATA.",
            path=data,
        ) from error
    except OSError as error:
        raise ConfigError("The folder {path} cannot be used; check HOLOSUITE_DATA.", path=data) from error
    return lock


def read_machine(data: Path) -> str:
    """Return the name of this data directory, which it gets the first time.

    Raises:
        ConfigError: the directory cannot be written.
    """
    path = data / "machine"
    try:
        data.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError), path.open("x", encoding="ascii") as file:
            file.write(secrets.token_hex(8))
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("The folder {path} cannot be used; check HOLOSUITE_DATA.", path=data) from error
