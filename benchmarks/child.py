"""The far end of `measure.Child`: runs one measuring function, a turn for every line on standard input."""

import importlib
import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Take turns until standard input ends."""
    task = json.loads(sys.argv[1])
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # progress bars and the like are no answers
    if task["one_core"] and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    module, name = task["function"].split(":")
    turns = getattr(importlib.import_module(f"benchmarks.{module}"), name)(**task["arguments"])
    for _ in sys.stdin:
        print(json.dumps(next(turns)), file=answers, flush=True)


def peak_memory() -> float:
    """Return the most memory that this process has held, in MB (10**6 bytes)."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e6
    import resource  # noqa: PLC0415  # not on Windows; on Linux it counts the parent's memory too

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


if __name__ == "__main__":
    main()
