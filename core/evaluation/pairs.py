"""Blind reading: a sheet of shuffled pairs of scenes by two runs, and a key apart from it.

`python -m core.evaluation.pairs RUN_A RUN_B --out FOLDER`: give readers the sheet alone.
"""

import argparse
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a scene has a thread for itself

import numpy as np

from core.errors import CoreError, RunError
from core.evaluation.scenes.own import write_scenes
from core.run.store import Run

SHEET = "pairs.md"
KEY = "key.json"
_LENGTH = 600  # characters of a scene: about ten lines

_HEAD = """# Pairs of scenes

Two programs wrote a scene each. Which of the two reads more like a scene of the show: people who talk to each other
about something, in their own voices? Write down a number and a letter for each pair, such as `1 A`. Leave none out.
"""


@dataclass(frozen=True)
class Pair:
    """Two scenes as a reader sees them, and which run wrote each: 0 or 1."""

    scenes: tuple[str, str]
    runs: tuple[int, int]


def shuffle_pairs(first: list[str], second: list[str], *, seed: int) -> list[Pair]:
    """Return pairs of scenes of both runs, in a random order and with either run's scene on top."""
    rng = np.random.default_rng(seed)
    pairs = []
    for index in rng.permutation(min(len(first), len(second))):
        one, other = first[index], second[index]
        swapped = bool(rng.integers(2))
        pairs.append(Pair((other, one), (1, 0)) if swapped else Pair((one, other), (0, 1)))
    return pairs


def write_pairs(folder: Path, pairs: list[Pair], names: tuple[str, str]) -> None:
    """Write the sheet for readers and the key, `{number: {"A": run, "B": run}}`, into `folder`."""
    parts = [_HEAD]
    for number, pair in enumerate(pairs, 1):
        parts += [
            f"## {number} {letter}\n\n```text\n{scene.strip()}\n```\n"
            for letter, scene in zip("AB", pair.scenes, strict=True)
        ]
    table = {
        number: {letter: names[run] for letter, run in zip("AB", pair.runs, strict=True)}
        for number, pair in enumerate(pairs, 1)
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SHEET).write_text("\n".join(parts), encoding="utf-8")
    (folder / KEY).write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Write the sheet and its key; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.pairs", description=__doc__)
    parser.add_argument("first", type=Path, help="run directory")
    parser.add_argument("second", type=Path, help="run directory of the other one")
    parser.add_argument("--out", type=Path, required=True, help="folder for the sheet and the key")
    parser.add_argument("--pairs", type=int, default=30, help="pairs of scenes (30)")
    parser.add_argument("--seed", type=int, default=0, help="fixes scenes and order (0)")
    parser.add_argument("--temperature", type=float, help="of both runs' scenes (each run's default)")
    parser.add_argument("--takes", type=int, nargs=2, help="of each run's lines (its usual ones)")
    options = parser.parse_args(arguments)
    try:
        if any((options.out / name).exists() for name in (SHEET, KEY)):
            raise RunError(f"{options.out} holds pairs already; choose another --out.")
        scenes = []
        for path, takes in zip((options.first, options.second), options.takes or (None, None), strict=True):
            print(f"{options.pairs} scenes by {path}", file=sys.stderr, flush=True)
            scenes.append(
                write_scenes(
                    Run.read(path),
                    temperature=options.temperature,
                    count=max(1, options.pairs),
                    seed=options.seed,
                    takes=takes,
                    length=_LENGTH,
                )
            )
        pairs = shuffle_pairs(*scenes, seed=options.seed)
        write_pairs(options.out, pairs, (str(options.first), str(options.second)))
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"The sheet for readers is {options.out / SHEET}; the key is {options.out / KEY}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
