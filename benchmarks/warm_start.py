"""Warm against cold: bits per character on held-out text, begun with a run's weights and with random ones.

`python -m benchmarks.warm_start TEXT ... --characters 20000 100000 --minutes 1 3 15`: each text's beginning, trained
on through `train.py` for each of these times, or for each of `--epochs` where a machine is shared; what else is given
goes to it.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

from core.run.layout import HISTORY
from core.run.store import Run

TRAIN = Path(__file__).resolve().parents[1] / "train.py"


def main(arguments: list[str] | None = None) -> int:
    """Print a row for each training."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.warm_start", description=__doc__)
    parser.add_argument("texts", type=Path, nargs="+", help="plain texts in UTF-8")
    parser.add_argument("--characters", type=int, nargs="+", default=[20_000, 100_000], help="of a text")
    parser.add_argument("--starts", nargs="+", default=["shipped", "none"], help="as --start of train.py")
    parser.add_argument("--minutes", nargs="+", default=["1", "3", "15"], help="of a training")
    parser.add_argument("--epochs", nargs="+", help="of a training, instead of minutes")
    options, rest = parser.parse_known_args(arguments)
    budget, plans = ("epochs", options.epochs) if options.epochs else ("minutes", options.minutes)
    print(
        f"| text | characters | start | {budget} given | bits per character after each pass | best | minutes taken |"
    )
    print("|---|---|---|---|---|---|---|", flush=True)
    for text in options.texts:
        whole = text.read_text(encoding="utf-8")
        for characters in options.characters:
            part = whole[:characters]
            for plan, start in product(plans, options.starts):
                with tempfile.TemporaryDirectory() as folder:
                    row = _measure(Path(folder), part, start, [f"--{budget}", plan, *rest])
                print(f"| {text.stem} | {len(part):,} | {start} | {plan} | {row} |", flush=True)
    return 0


def _measure(folder: Path, text: str, start: str, rest: list[str]) -> str:
    (folder / "text.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, str(TRAIN), "--scripts", str(folder / "text.txt"), "--start", start]
    subprocess.run([*command, "--out", str(folder / "run"), *rest], check=True, stderr=subprocess.DEVNULL)
    run = Run.read(folder / "run")
    with (run.path / HISTORY).open(encoding="utf-8") as file:
        passes = [float(row["validation_bits_per_character"]) for row in csv.DictReader(file)]
    shown = ", ".join(f"{bits:.2f}" for bits in passes)
    result = run.facts["result"]
    return f"{shown} | {result['bits_per_character']:.3f} | {result['seconds'] / 60:.1f}"


if __name__ == "__main__":
    sys.exit(main())
