"""A training's memory as the C library keeps it: freed pages given back while compiling, kept while learning."""

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Of glibc's malloc.h: blocks above the first are taken from the system one by one, and memory above the second at
# the end of the heap is given back to it.
_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1
_M_ARENA_MAX = -8  # how many heaps the threads share
_LARGEST = 2**30  # bytes; the greatest that fits its `int` with room to spare
_SECONDS = 0.05  # between two times of giving back


@contextmanager
def giving_back() -> Iterator[None]:
    """Return to the system again and again what is freed inside the block; without glibc, nothing changes.

    A compiler takes and frees memory in many phases, and what one of them leaves in pieces the next cannot use: what
    a training takes beyond its framework was a fifth less so. Threads that begin from here on share one heap, so that
    each can use what another left: about twenty megabytes less.
    """
    library = _glibc()
    if library is None:
        yield
        return
    library.mallopt(_M_ARENA_MAX, 1)
    done = threading.Event()

    def give_back() -> None:
        while not done.wait(_SECONDS):
            library.malloc_trim(0)

    thread = threading.Thread(target=give_back, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        library.malloc_trim(0)


def keep_large_blocks() -> bool:
    """Tell glibc to keep what is freed, and return whether it listens; elsewhere nothing changes.

    Every step of a training needs the same tens of megabytes for a moment. Returned to the system in between, they
    come back page by page, each cleared first, which took a fifth of a step. A process that calls this should be a
    training's own.
    """
    library = _glibc()
    if library is None:
        return False
    return bool(library.mallopt(_M_MMAP_THRESHOLD, _LARGEST)) and bool(
        library.mallopt(_M_TRIM_THRESHOLD, _LARGEST)
    )


def _glibc() -> ctypes.CDLL | None:
    """Return the C library if it has the functions wanted here; musl and other systems have neither."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    wanted = ("mallopt", "malloc_trim")
    return library if all(getattr(library, name, None) is not None for name in wanted) else None
