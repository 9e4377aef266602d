"""How a run's scenes read beside people's: `python -m core.evaluation.scenes RUN FILE`."""

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a scene or a group of texts has a thread for itself

from core.errors import CoreError
from core.evaluation.scenes.measure import measure_all, temperatures_of
from core.evaluation.scenes.people import read_people
from core.evaluation.scenes.table import draw_table
from core.run.store import Run


def main(arguments: list[str] | None = None) -> int:
    """Print the table, or a line of JSON; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.scenes", description=__doc__)
    parser.add_argument("run", type=Path, help="run directory")
    parser.add_argument("file", type=Path, help="people's scripts: anything that train.py reads")
    parser.add_argument("--series", default="DS9", help="series of a scripts JSON (DS9)")
    parser.add_argument(
        "--held-out", action="store_true", help="measure only the episodes that trainings hold out"
    )
    parser.add_argument("--scenes", type=int, default=100, help="own scenes at each temperature (100)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first scene (0)")
    parser.add_argument(
        "--temperature",
        type=float,
        action="append",
        help="of own scenes (0.5, 0.65, 0.8 and the run's default)",
    )
    parser.add_argument(
        "--takes", type=int, help="versions of each line to choose from (as many as members get)"
    )
    parser.add_argument("--keep", type=Path, help="folder to write the scenes into, for reading")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args(arguments)
    try:
        run = Run.read(options.run)
        people = read_people(run, options.file, series=options.series, held_out=options.held_out)
        columns = measure_all(
            run,
            people,
            temperatures=options.temperature or temperatures_of(run),
            scenes=max(1, options.scenes),
            seed=options.seed,
            takes=options.takes,
            told=_tell,
            keep=options.keep,
        )
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    _tell("")
    print(json.dumps({"run": run.name, **columns}) if options.json else draw_table(columns))
    return 0


def _tell(what: str) -> None:
    """Say on standard error what is done at the moment, in place where that is a terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)
    elif what:
        print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
