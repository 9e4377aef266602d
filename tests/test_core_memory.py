"""Memory that a training keeps: in a process of its own, whose page faults the system counts."""

import platform

import pytest

from tests.children import ROOT, run_python

_PROGRAM = """
import resource
import numpy as np
from core.memory import keep_large_blocks

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


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps what it likes")
def test_large_blocks_are_kept() -> None:
    """What is freed and needed again at every step costs no new pages."""
    done = run_python(["-c", _PROGRAM], cwd=ROOT)
    listens, before, after = done.stdout.split()
    assert listens == "True"
    assert int(before) > 100
    assert int(after) < int(before) / 10
