"""Scenes of the shipped model at four temperatures, and their loose brackets: `python -m benchmarks.brackets`."""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # before NumPy: its threads wait for each other on busy cores

from core.run.layout import SHIPPED
from core.run.store import Run
from core.writing.constraints.form import CLOSING
from core.writing.request import SceneRequest
from core.writing.writer import Writer

TEMPERATURES = (0.5, 0.8, 1.1, 2.0)


def find_loose(script: str) -> list[str]:
    r"""Return the brackets without their other half: `"(a]"` -> `["]", "("]`; a line's end closes none."""
    loose: list[str] = []
    for line in script.split("\n"):
        opened: list[str] = []
        for sign in line:
            if sign in CLOSING:
                opened.append(sign)
            elif sign in CLOSING.values():
                if opened and CLOSING[opened[-1]] == sign:
                    opened.pop()
                else:
                    loose.append(sign)
        loose += opened
    return loose


def count_loose(writer: Writer, *, temperature: float, scenes: int, length: int = 500) -> int:
    """Return how many of so many scenes have a loose bracket."""
    requests = (
        SceneRequest(temperature=temperature, length=length, seed=seed, directions=writer.usual)
        for seed in range(scenes)
    )
    return sum(bool(find_loose(writer.write(request).script)) for request in requests)


def main() -> int:
    """Count, print, and return 1 if there was a loose one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=500, help="scenes at each temperature")
    parser.add_argument("--run", type=Path, default=SHIPPED, help="run directory (the shipped one)")
    options = parser.parse_args()
    writer = Writer(Run.read(options.run))
    total = 0
    for temperature in TEMPERATURES:
        found = count_loose(writer, temperature=temperature, scenes=options.scenes)
        total += found
        print(
            f"temperature {temperature:g}: {found} of {options.scenes} scenes have a loose bracket",
            flush=True,
        )
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
