"""Memory that a training keeps: in a process of its own, whose page faults the system counts."""

import platform

import pytest

from tests.children import ROOT, run_python

_KEEPING = """
import resource
import numpy as np
from core.runtime.memory import keep_large_blocks

def faults_of_steps():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.ones(2**24, dtype=np.uint8)  # 16 MiB, written and given back
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

np.ones(2**24, dtype=np.uint8)
before = faults_of_steps()
listens = keep_large_blocks()
np.ones(2**24, dtype=np.uint8)
print(listens, before, faults_of_steps())
"""


_GIVING_BACK = """
import time
from contextlib import nullcontext
import numpy as np
from core.runtime.memory import giving_back

def megabytes():
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))

def left_after(context):
    before = megabytes()
    with context:
        # Blocks too small to come from the system one by one, with something that stays between them.
        blocks = [(np.ones(50_000, dtype=np.uint8), np.ones(2_000, dtype=np.uint8)) for _ in range(2000)]
        stay = [small for _, small in blocks]
        del blocks
        time.sleep(0.5)
        return megabytes() - before, stay

print(*(left_after(context())[0] for context in (nullcontext, giving_back)))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps what it likes")
def test_large_blocks_are_kept() -> None:
    """What is freed and needed again at every step costs no new pages."""
    done = run_python(["-c", _KEEPING], cwd=ROOT)
    listens, before, after = done.stdout.split()
    assert listens == "True"
    assert int(before) > 100
    assert int(after) < int(before) / 10


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps what it likes")
def test_freed_pieces_are_given_back() -> None:
    """What is freed between blocks that stay leaves the process, while it still works."""
    done = run_python(["-c", _GIVING_BACK], cwd=ROOT)
    kept, given_back = map(float, done.stdout.split())
    assert kept > 80
    assert given_back < 40
