"""Damaged files of every kind, read as a preview reads them: `python -m benchmarks.fuzz_corpora FOLDER --count 2000`.

Each file of the folder is cut short, has bits flipped, and is spliced with another, by a seed. Every damaged file is
read by a child process that may have 1 GB of memory and 60 s; it has to end with facts or with a sentence.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SECONDS, BYTES = 60, 1_000_000_000
_READ = """
import json, sys, time
from pathlib import Path
from core.config import TrainConfig
from core.data.formats.archive import Limits
from core.data.report import describe
from core.data.sources.source import Source
from core.errors import CoreError
for path in sys.argv[1:]:
    begun = time.monotonic()
    try:
        describe(Source(path, "all"), TrainConfig(), limits=Limits())
        what = "read"
    except CoreError as error:
        what = "refused" if str(error) else "refused without a word"
    except Exception as error:
        what = f"crash: {type(error).__name__}: {error}"[:300]
    print(json.dumps([Path(path).name, what, time.monotonic() - begun]), flush=True)
"""
_AT_ONCE = 50  # files that one process reads, one after the other


def main(arguments: list[str] | None = None) -> int:
    """Print what came of the files; return 1 where one crashed, hung, or left something behind."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz_corpora", description=__doc__)
    parser.add_argument("folder", type=Path, help="sound files of all kinds")
    parser.add_argument("--count", type=int, default=2_000, help="damaged files")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    sound = sorted(path for path in options.folder.rglob("*") if path.is_file())
    bad: list[str] = []
    counts: dict[str, int] = {}
    slowest = 0.0
    for first in range(0, options.count, _AT_ONCE):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for number in range(first, min(options.count, first + _AT_ONCE)):
                chosen, other = (sound[index] for index in rng.integers(len(sound), size=2))
                paths.append(Path(folder) / f"{number}{chosen.suffix}")
                paths[-1].write_bytes(damage(chosen.read_bytes(), other.read_bytes(), rng))
            before = {path.name for path in Path(folder).iterdir()}
            for name, what, seconds in _read(paths):
                counts[what.split(":")[0]] = counts.get(what.split(":")[0], 0) + 1
                slowest = max(slowest, seconds)
                if what not in {"read", "refused"} or seconds > SECONDS:
                    bad.append(f"{name}: {what}, {seconds:.1f} s")
            if left := {path.name for path in Path(folder).iterdir()} - before:
                bad.append(f"left behind: {sorted(left)}")
    print(f"{options.count} damaged files of {len(sound)}: {counts}; the slowest took {slowest:.1f} s")
    print("\n".join(bad))
    return 1 if bad else 0


def damage(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Return `data` cut short, with bits flipped, with a stretch gone, or spliced with `other`."""
    length = max(1, len(data))
    first, last = sorted(int(place) for place in rng.integers(length, size=2))
    match int(rng.integers(4)):
        case 0:
            return data[:first]
        case 1:
            flipped = bytearray(data)
            for place in rng.integers(length, size=int(rng.integers(1, 20))):
                if flipped:
                    flipped[int(place)] ^= 1 << int(rng.integers(8))
            return bytes(flipped)
        case 2:
            return data[:first] + data[last:]
        case _:
            return data[:first] + other[int(rng.integers(max(1, len(other)))) :]


def _read(paths: list[Path]) -> list[tuple[str, str, float]]:
    """Return what came of each file; where a process ends early, the rest goes to another."""
    found: list[tuple[str, str, float]] = []
    left = list(map(str, paths))
    while left:
        begun = time.monotonic()
        try:
            done = subprocess.run(
                [sys.executable, "-c", _READ, *left],
                capture_output=True,
                text=True,
                timeout=SECONDS * len(left),
                check=False,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES)),
            )
            said = done.stdout
        except subprocess.TimeoutExpired as error:
            said = (error.stdout or b"").decode() if isinstance(error.stdout, bytes) else error.stdout or ""
        lines = [json.loads(line) for line in said.splitlines()]
        found += [(name, what, seconds) for name, what, seconds in lines]
        left = left[len(lines) :]
        if left:
            found.append((Path(left[0]).name, "crash: its process ended or hung", time.monotonic() - begun))
            left = left[1:]
    return found


if __name__ == "__main__":
    sys.exit(main())
