"""Memory that a training takes and gives back at every step stays with the process, where the C library allows it."""

import ctypes
import sys

# Of glibc's malloc.h: blocks above the first are taken from the system one by one, and memory above the second at
# the end of the heap is given back to it.
_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1
_LARGEST = 2**30  # bytes; the greatest that fits its `int` with room to spare


def keep_large_blocks() -> bool:
    """Tell glibc to keep what is freed, and return whether it listens; elsewhere nothing changes.

    Every step of a training needs the same tens of megabytes for a moment. Returned to the system in between, they
    come back page by page, each cleared first, which took a fifth of a step. A process that calls this should be a
    training's own.
    """
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None)
    mallopt, malloc_trim = getattr(library, "mallopt", None), getattr(library, "malloc_trim", None)
    if mallopt is None or malloc_trim is None:
        return False  # musl has neither
    malloc_trim(0)  # what compiling left behind is not needed again
    return bool(mallopt(_M_MMAP_THRESHOLD, _LARGEST)) and bool(mallopt(_M_TRIM_THRESHOLD, _LARGEST))
