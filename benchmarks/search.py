"""The search for a recipe: short trainings that differ in one thing each, and what each costs and gives.

`python -m benchmarks.search --scripts FILE --out FOLDER` trains what is not yet in FOLDER, so it can be stopped and
called again, and prints one table of all of it.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the generator is timed on one core

import numpy as np

from benchmarks.measure import ROOT
from core.config import END_OF_EPISODE
from core.data.corpus import Corpus, hold_out, read_corpus
from core.data.sources.source import Source
from core.errors import CoreError
from core.evaluation.likelihood import nats_of
from core.run.layout import HISTORY, partial_folder
from core.run.store import Run
from core.writing.generator import Generator

# Small and short, so that much can be tried, without dropout, and the network alone.
EPISODES = range(100)
BASE = (
    *("--units", "256", "--epochs", "1", "--episodes", f"0-{EPISODES[-1]}"),
    *("--dropout", "0", "--cache-model", "none"),
)
TRIALS: dict[str, tuple[str, ...]] = {
    "base": (),
    "units 128": ("--units", "128"),
    "units 512": ("--units", "512"),
    "2 layers": ("--layers", "2"),
    "batch 8": ("--batch", "8"),
    "batch 32": ("--batch", "32"),
    "batch 64": ("--batch", "64"),
    "window 32": ("--window-length", "32"),
    "window 128": ("--window-length", "128"),
    "learning rate 0.0025": ("--learning-rate", "0.0025"),
    "learning rate 0.005": ("--learning-rate", "0.005"),
    "learning rate 0.01": ("--learning-rate", "0.01"),
    "learning rate 0.02": ("--learning-rate", "0.02"),
    "learning rate 0.012, batch 32": ("--learning-rate", "0.012", "--batch", "32"),
    "constant learning rate": ("--schedule", "constant"),
    "dropout 0.1": ("--dropout", "0.1"),
    "2 layers, dropout 0.1 after each": ("--layers", "2", "--dropout", "0.1"),
    "state not carried": ("--no-carry-state",),
}
_WINDOW = 64
_OPENING = 40  # characters; about the heading of a first scene


@dataclass(frozen=True)
class Trial:
    """What one training cost and gave."""

    name: str
    options: tuple[str, ...]
    bits: float  # bits per character on the held-out episodes
    training_bits: float  # the same on the last epoch's training text, while it was learnt
    minutes: float
    speed: float  # characters learnt a second
    generator: float  # microseconds a character, one core
    megabytes: float  # weights in half precision


def train_trial(name: str, options: Sequence[str], *, scripts: str, series: str, out: Path) -> Trial:
    """Train what `out` does not hold yet, and return what the run says.

    Raises:
        CoreError: the training failed; its own sentence is on standard error.
    """
    place = out / name.replace(" ", "-").replace(",", "")
    if not place.exists():
        command = [sys.executable, "train.py", "--scripts", scripts, "--series", series, "--start", "none"]
        command += ["--out", str(place)]
        going_on = ["--resume"] if partial_folder(place).exists() else []
        done = subprocess.run([*command, *BASE, *options, *going_on], cwd=ROOT, check=False)
        if done.returncode:
            raise CoreError(f"The trial {name!r} was not trained; see above.")
    run = Run.read(place)
    facts = run.facts["result"]
    history = (place / HISTORY).read_text(encoding="utf-8").splitlines()
    column = history[0].split(",").index("bits_per_character")
    return Trial(
        name=name,
        options=tuple(options),
        bits=facts["bits_per_character"],
        training_bits=float(history[-1].split(",")[column]),
        minutes=facts["seconds"] / 60,
        speed=facts["targets"] / facts["seconds"],
        generator=generator_microseconds(run),
        megabytes=2 * sum(array.size for array in run.weights().values()) / 1e6,
    )


def generator_microseconds(run: Run, *, characters: int = 2000, rounds: int = 5) -> float:
    """Return the time that the NumPy generator takes for a character, the least of a few rounds."""
    generator = Generator.of(run.config, run.weights())
    ids = np.random.default_rng(0).integers(0, len(run.vocabulary), characters)
    times = []
    for _ in range(rounds):
        reader = generator.reader()
        started = time.perf_counter()
        for character in ids:
            reader.read(int(character))
        times.append(time.perf_counter() - started)
    return 1e6 * min(times) / characters


def empty_windows_bits(run: Run, corpus: Corpus, *, window_length: int = _WINDOW) -> float:
    """Return the bits per character of the held-out text, every window read from an empty state."""
    generator = Generator.of(run.config, run.weights())
    text = END_OF_EPISODE.join(hold_out(corpus, share=run.config.validation_share)[1])
    ids = run.vocabulary.encode(text)
    rows = [ids[start : start + window_length] for start in range(0, len(ids) - window_length, window_length)]
    start = run.vocabulary.characters.find(END_OF_EPISODE)
    nats = statistics.fmean(float(row.mean()) for row in nats_of(generator, rows, start=start))
    return nats / math.log(2)


def opening_bits(run: Run, corpus: Corpus, *, after: str) -> float:
    """Return the bits per character of the held-out episodes' beginnings, read after one character."""
    episodes = hold_out(corpus, share=run.config.validation_share)[1]
    ids = [run.vocabulary.encode(text[:_OPENING]) for text in episodes]
    nats = nats_of(Generator.of(run.config, run.weights()), ids, start=run.vocabulary.characters.index(after))
    return statistics.fmean(float(row.mean()) for row in nats) / math.log(2)


def table(trials: Sequence[Trial]) -> str:
    """Return the trials as a Markdown table, beside the first of them."""
    lines = [
        "| trial | bits/char | against base | on training text | minutes | characters/s | generator, µs | MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines.extend(
        f"| {trial.name} | {trial.bits:.3f} | {trial.bits - trials[0].bits:+.3f} | {trial.training_bits:.3f} | "
        f"{trial.minutes:.1f} | {trial.speed:,.0f} | {trial.generator:.0f} | {trial.megabytes:.1f} |"
        for trial in trials
    )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Train and show the trials that the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("trials", nargs="*", help="names of trials (all)")
    parser.add_argument("--scripts", required=True, help="scripts to learn from")
    parser.add_argument("--series", default="DS9", help="series of a scripts JSON")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    options = parser.parse_args(arguments)
    unknown = set(options.trials) - set(TRIALS)
    if unknown:
        parser.error(f"there is no trial {', '.join(sorted(unknown))}; choose from: {'; '.join(TRIALS)}")
    trials: list[Trial] = []
    try:
        for name in options.trials or TRIALS:
            trials.append(
                train_trial(
                    name,
                    TRIALS[name],
                    scripts=options.scripts,
                    series=options.series,
                    out=options.out.resolve(),
                )
            )
            print(f"{name}: {trials[-1].bits:.4f}", file=sys.stderr, flush=True)
        print(table(trials))
        for line in _states(options):
            print(line)
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        options.json.write_text(
            json.dumps([asdict(trial) for trial in trials], indent=2) + "\n", encoding="utf-8"
        )
    return 0


def _states(options: argparse.Namespace) -> Iterator[str]:
    """Yield what an empty state at every window costs a run trained with and without carrying it, and a lost start."""
    corpus: Corpus | None = None
    for name in ("base", "state-not-carried"):
        place = options.out / name
        if not place.exists():
            continue
        corpus = corpus or read_corpus(
            Source(options.scripts, options.series, EPISODES), cleaning="script", rare_count=5
        )
        run = Run.read(place)
        bits = empty_windows_bits(run, corpus)
        yield f"\n{name}, each window of {_WINDOW} from an empty state: {bits:.3f} bits per character"
        known, lost = (opening_bits(run, corpus, after=after) for after in (END_OF_EPISODE, "\n"))
        yield (
            f"\n{name}, the first {_OPENING} characters of an episode: {known:.3f} bits per character after the "
            f"end-of-episode character, {lost:.3f} after a line break"
        )


if __name__ == "__main__":
    sys.exit(main())
