"""Whether short trainings end in networks that keep their heads where a text begins: corpora times seeds.

`python -m benchmarks.stability --corpus FILE --seeds 10 --minutes 1` trains with every seed, reads 400 stretches of 150
characters from an empty state, learnt and held out, then writes a scene after `NAME:` for each of the 20 most frequent
names at two temperatures. Without --corpus, invented ones of two sizes are learnt. `--code FOLDER` trains with another
checkout's `train.py`, such as a `git worktree` of an earlier version.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a group of texts has a thread for itself

from benchmarks.measure import ROOT
from benchmarks.networks import write_scripts
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


@dataclass(frozen=True)
class Outcome:
    """What came of one training."""

    corpus: str
    seed: int
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


def examine(run: Run, source: Source, *, seed: int) -> Outcome:
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
        seed=seed,
        bits=float(run.facts["result"]["bits_per_character"]),
        begun=found[1].bits if found[1] is not None else 0.0,
        lost_learnt=lost[0],
        lost_held_out=lost[1],
        scenes=len(shares),
        shortest=min(shares, default=1.0),
        short=sum(share < _LEAST for share in shares),
    )


def train_all(
    corpora: Sequence[Path], seeds: int, options: Sequence[str], *, series: str, code: Path, folder: Path
) -> Iterator[Outcome]:
    """Train every corpus with every seed by `train.py` in `code`, and yield what came of each."""
    for path in corpora:
        for seed in range(1, seeds + 1):
            out = folder / f"{path.stem}-{seed}"
            command = [sys.executable, "train.py", f"--scripts={path.resolve()}", f"--series={series}"]
            command += [f"--seed={seed}", f"--out={out}", *options]
            done = subprocess.run(command, cwd=code, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{path.name}, seed {seed}: {done.stderr.strip()[-300:]}", file=sys.stderr, flush=True)
                continue
            yield examine(Run.read(out), Source(scripts=str(path), series=series), seed=seed)


def main() -> int:
    """Print a row for each training; return 1 if one is not sound."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stability", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, action="append", help="scripts, as for train.py; may come again"
    )
    parser.add_argument("--series", default="DS9", help="of a JSON table (DS9)")
    parser.add_argument("--seeds", type=int, default=2, help="trainings of each corpus (2)")
    parser.add_argument("--code", type=Path, default=ROOT, help="checkout whose train.py is used (this one)")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each training")
    options, others = (
        parser.parse_known_args()
    )  # what is left goes to train.py: --minutes, --epochs, --units ...
    print(
        "| corpus | seed | bits | begun | lost, learnt | lost, held out | shortest scene | short |",
        file=sys.stderr,
    )
    outcomes = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        corpora = options.corpus or [folder / f"invented-{size:g}" for size in _INVENTED]
        if not options.corpus:
            for path, size in zip(corpora, _INVENTED, strict=True):
                write_scripts(path, megabytes=size)
        for outcome in train_all(
            corpora, options.seeds, others, series=options.series, code=options.code, folder=folder
        ):
            outcomes.append(outcome)
            print(json.dumps(asdict(outcome)) if options.json else _row(outcome), flush=True)
    sound = sum(outcome.is_sound for outcome in outcomes)
    print(f"{sound} of {len(outcomes)} trainings are sound.", file=sys.stderr)
    return int(sound < len(outcomes))


def _row(outcome: Outcome) -> str:
    return (
        f"| {outcome.corpus} | {outcome.seed} | {outcome.bits:.3f} | {outcome.begun:.3f} | {outcome.lost_learnt:.1%} "
        f"| {outcome.lost_held_out:.1%} | {outcome.shortest:.0%} | {outcome.short} of {outcome.scenes} |"
    )


if __name__ == "__main__":
    sys.exit(main())
