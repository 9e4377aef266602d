"""Bits per character of any text under a run: `python -m core.evaluate RUN FILE...`."""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Self

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the generator has a thread for each core itself

from core.errors import CoreError
from core.evaluation.score import Score, score_file
from core.run.store import Run
from core.writing.generator import Generator

_SHOWN_SECONDS = 0.5


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each file, and one for all; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.evaluate", description=__doc__)
    parser.add_argument("run", type=Path, help="run directory")
    parser.add_argument("files", type=Path, nargs="+", help="texts of any kind that train.py takes")
    parser.add_argument(
        "--series", default="all", help="series of a scripts JSON, with commas between them (all)"
    )
    parser.add_argument("--held-out", action="store_true", help="only the episodes that trainings hold out")
    options = parser.parse_args(arguments)
    try:
        run = Run.read(options.run)
        generator = Generator.of(run.config, run.weights(), run.vocabulary, run.tables)
        scores = []
        for path in options.files:
            with _Reading() as reading:
                for score in score_file(
                    run,
                    generator,
                    path,
                    series=options.series,
                    held_out=options.held_out,
                    advance=reading.advance,
                ):
                    reading.clear()
                    _print(score)
                    scores.append(score)
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    if not scores:
        print(f"There is no text to score in {', '.join(map(str, options.files))}.", file=sys.stderr)
        return 2
    if len(scores) > 1:
        total = Score(
            "all",
            sum(score.characters for score in scores),
            sum(score.bits for score in scores),
            sum(score.bits_alone for score in scores),
            sum(score.unknown for score in scores),
        )
        _print(total)
    return 0


class _Reading:
    """How many characters have been read so far, in a line of a terminal that is written over."""

    def __init__(self) -> None:
        self._characters = 0
        self._shown = 0.0  # when

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def advance(self, characters: int) -> None:
        """Count some more, and show the number now and then."""
        self._characters += characters
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._shown >= _SHOWN_SECONDS:
            self._shown = now
            print(f"\r{self._characters:,} characters read", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            print("\r\N{ESCAPE}[K", end="", file=sys.stderr, flush=True)
            self._shown = 0.0


def _print(score: Score) -> None:
    share = 100 * score.unknown / (score.characters + score.unknown)
    unknown = (
        f", {score.unknown:,} unknown characters ({share:.1f} %) mapped or dropped" if score.unknown else ""
    )
    alone = ""
    if score.bits != score.bits_alone:
        alone = f"; {score.bits_per_character_alone:.4f} by the network without its cache of the text so far"
    print(
        f"{score.name}: {score.bits_per_character:.4f} bits per character "
        f"({score.characters:,} characters{unknown}{alone})",
        flush=True,
    )
    if score.beginnings is not None:
        begun = score.beginnings
        print(
            f"  where lines begin, read from nothing: {begun.bits:.4f} bits per character alone, "
            f"{begun.share_over_8:.1%} of {begun.stretches} over 8 bits",
            flush=True,
        )
        if parted := begun.parts_from(score.bits_per_character_alone):
            print(f"  {parted}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
