"""Writing files so that they are complete or absent, and saying clearly what a disk refused."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import DeviceError


def expand_home(path: str) -> str:
    """Return a path with a home folder in place of its `~`, as a shell has it; one of nobody stays as it is."""
    return os.path.expanduser(path)  # noqa: PTH111 -- pathlib raises where there is no such home


def write_whole(path: Path, data: bytes | str) -> None:
    """Write `data` (text as UTF-8) to `path`, which holds the old or the new content at any moment.

    Raises:
        DeviceError: the disk is full or refuses.
    """
    beside = path.with_name(f".{path.name}.new")
    with disk_errors(path):
        try:
            with beside.open("wb") as file:
                file.write(data.encode() if isinstance(data, str) else data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what a disk refuses inside the block into a DeviceError that says what to do about it."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DeviceError(
                "The disk is full, so {path} could not be written; free some space, then go on.", path=path
            ) from error
        raise DeviceError(
            "{path} could not be written: {reason}.", path=path, reason=error.strerror or error
        ) from error


def read_bounded(path: Path, *, most_bytes: int) -> bytes:
    """Return the content of a regular file of at most so many bytes; a pipe or a device is never opened.

    Raises:
        OSError: it cannot be read, is no file, or is larger.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "no regular file", str(path))
    if found.st_size > most_bytes:
        raise OSError(errno.EFBIG, f"larger than {most_bytes:,} bytes", str(path))
    with path.open("rb") as file:
        return file.read(most_bytes + 1)[:most_bytes]
