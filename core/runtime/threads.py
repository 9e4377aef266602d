"""The processor's cores: how many there are to use, and how a training shares a batch among them."""

import os

# A core's share of a batch is a multiple of this: a product of six rows takes as long as one of eight.
_TEXTS = 4


def count_cores() -> int:
    """Return how many cores this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):  # on Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def count_threads() -> int:
    """Return how many threads to compute with: OMP_NUM_THREADS, as other numeric programs, or one a core."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, int(asked) if asked.isdecimal() else count_cores())


def share_batch(batch: int) -> list[int]:
    """Return the sizes of the parts of a batch that the cores compute side by side; only the last may be smaller.

    With two cores, 16 -> [8, 8], 18 -> [12, 6] and 3 -> [3].
    """
    share = _TEXTS * -(-batch // (_TEXTS * count_threads()))
    return [min(share, batch - first) for first in range(0, batch, share)]
