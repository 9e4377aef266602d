"""Whether short trainings end in networks that keep their heads where a text begins: corpora, seeds and starts.

`python -m benchmarks.stability --corpus FILE --seeds 10 --minutes 1` trains with every seed, reads 400 stretches of 150
characters from an empty state, learnt and held out, then writes a scene after `NAME:` for each of the 20 most frequent
names at two temperatures. `--start none shipped` trains from both weights; without it as `train.py` chooses. Without
--corpus, invented ones of two sizes are learnt. `--code FOLDER` trains with another checkout's `train.py`, such as a
`git worktree` of an earlier version, which may know no `--start none`: `--start ""` tells it nothing. `--kept FILE`
goes on where a stopped one was.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a group of texts has a thread for itself

from benchmarks.measure import ROOT
from benchmarks.networks import write_scripts
from core.config import AUTO
from core.data.corpus import hold_out, read_corpus
from core.data.sources.source import Source
from core.evaluation.beginnings import MOST_LOST, read_beginnings
from core.run.store import Run
from core.writing.request import SceneRequest
from core.writing.writer import Writer

_NAMES = 20
_TEMPERATURES = (0.5, 0.8)
_LENGTH = 300  # characters of a scene
_LEAST = 0.8  # of the length that is asked for
_INVENTED = (0.05, 0.3)  # MB
_HEAD = """| corpus | start | seed | learnt | bits | begun | lost, learnt | lost, held out | shortest scene | short |
|---|---|---|---|---|---|---|---|---|---|"""


@dataclass(frozen=True)
class Outcome:
    """What came of one training."""

    corpus: str
    start: str  # as train.py was told
    seed: int
    learnt: int  # characters, each as often as it was read
    bits: float  # held out, in long streams
    begun: float  # held out, where lines begin
    lost_learnt: float  # share of stretches over 8 bits a character
    lost_held_out: float
    scenes: int
    shortest: float  # scene, as a share of the length asked for
    short: int  # scenes under 0.8 of it

    @property
    def is_sound(self) -> bool:
        """Whether a member could use the run."""
        return max(self.lost_learnt, self.lost_held_out) <= MOST_LOST and not self.short


def examine(run: Run, source: Source, *, start: str, seed: int) -> Outcome:
    """Return what a run of `source` makes of beginnings, learnt and held out, and of names."""
    corpus = read_corpus(
        source,
        cleaning=run.config.cleaning,
        rare_count=run.config.rare_count,
        vocabulary=run.vocabulary,
    )
    writer = Writer(run)
    learnt, held_out = hold_out(corpus, share=run.config.validation_share)
    found = [read_beginnings(writer.generator, run.vocabulary, texts) for texts in (learnt, held_out)]
    lost = [0.0 if begun is None else begun.share_over_8 for begun in found]
    shares = [
        len(writer.write(request).text) / _LENGTH
        for name in writer.speakers()[:_NAMES]
        for temperature in _TEMPERATURES
        for request in [
            SceneRequest(
                prompt=f"{name}:", length=_LENGTH, seed=seed, temperature=temperature, directions=writer.usual
            )
        ]
    ]
    return Outcome(
        corpus=Path(source.scripts).name,
        start=start,
        seed=seed,
        learnt=int(run.facts["result"]["targets"]),
        bits=float(run.facts["result"]["bits_per_character"]),
        begun=found[1].bits if found[1] is not None else 0.0,
        lost_learnt=lost[0],
        lost_held_out=lost[1],
        scenes=len(shares),
        shortest=min(shares, default=1.0),
        short=sum(share < _LEAST for share in shares),
    )


def train_all(
    trainings: Sequence[tuple[Path, str, int]],
    options: Sequence[str],
    *,
    settings: argparse.Namespace,
    folder: Path,
) -> Iterator[Outcome]:
    """Train each (corpus, start, seed) by a `train.py`, and yield what came of it; a training that fails is told of."""
    for path, start, seed in trainings:
        out = folder / f"{path.stem}-{seed}"
        command = [sys.executable, "train.py", f"--scripts={path.resolve()}", f"--series={settings.series}"]
        command += [f"--seed={seed}", f"--out={out}", *options]
        if start:
            command += [f"--start={start}"]
        if settings.characters:
            command += [f"--epochs={max(1, round(settings.characters / _size(path)))}"]
        done = subprocess.run(command, cwd=settings.code, capture_output=True, text=True, check=False)
        if done.returncode:
            print(
                f"{path.name}, {start}, seed {seed}: {done.stderr.strip()[-300:]}",
                file=sys.stderr,
                flush=True,
            )
            continue
        source = Source(scripts=str(path), series=settings.series)
        yield examine(Run.read(out), source, start=start, seed=seed)
        shutil.rmtree(out)


def _size(path: Path) -> int:
    """Return the characters of a text, or of the texts of a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(len(file.read_text(encoding="utf-8")) for file in files)


def main() -> int:
    """Print a row for each training; return 1 if one is not sound."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stability", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, action="append", help="scripts, as for train.py; may come again"
    )
    parser.add_argument("--series", default="DS9", help="of a JSON table (DS9)")
    parser.add_argument(
        "--start",
        nargs="+",
        default=[AUTO],
        help="weights to begin with, as for train.py; an empty one is not told to it",
    )
    parser.add_argument("--seeds", type=int, default=2, help="trainings of each corpus (2)")
    parser.add_argument(
        "--characters", type=int, help="as many epochs as read about so many, at least one (as train.py)"
    )
    parser.add_argument("--code", type=Path, default=ROOT, help="checkout whose train.py is used (this one)")
    parser.add_argument(
        "--kept", type=Path, help="file of outcomes so far, a line of JSON each; those are not done again"
    )
    # What is left goes to train.py: --minutes, --epochs, --units ...
    settings, others = parser.parse_known_args()
    print(_HEAD, flush=True)
    outcomes = _read_kept(settings.kept)
    for outcome in outcomes:
        print(_row(outcome), flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        corpora = settings.corpus or [folder / f"invented-{size:g}" for size in _INVENTED]
        if not settings.corpus:
            for path, size in zip(corpora, _INVENTED, strict=True):
                write_scripts(path, megabytes=size)
        done = {(outcome.corpus, outcome.start, outcome.seed) for outcome in outcomes}
        # A seed of every corpus before the next one: a benchmark that is stopped has seen all of them.
        seeds = range(1, settings.seeds + 1)
        every = [(path, start, seed) for seed in seeds for path in corpora for start in settings.start]
        trainings = [each for each in every if (each[0].name, *each[1:]) not in done]
        for outcome in train_all(trainings, others, settings=settings, folder=folder):
            outcomes.append(outcome)
            print(_row(outcome), flush=True)
            if settings.kept:
                with settings.kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(outcome)) + "\n")
    sound = sum(outcome.is_sound for outcome in outcomes)
    print(f"{sound} of {len(outcomes)} trainings are sound.")
    return int(sound < len(outcomes))


def _read_kept(path: Path | None) -> list[Outcome]:
    if path is None or not path.exists():
        return []
    return [Outcome(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _row(outcome: Outcome) -> str:
    return (
        f"| {outcome.corpus} | {outcome.start} | {outcome.seed} | {outcome.learnt:,} | {outcome.bits:.3f} "
        f"| {outcome.begun:.3f} "
        f"| {outcome.lost_learnt:.1%} | {outcome.lost_held_out:.1%} | {outcome.shortest:.0%} "
        f"| {outcome.short} of {outcome.scenes} |"
    )


if __name__ == "__main__":
    sys.exit(main())
