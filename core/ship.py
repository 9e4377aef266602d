"""A run made small enough to ship: `python -m core.ship RUN PLACE`, weights in half precision, no Keras file."""

import argparse
import shutil
import sys
from pathlib import Path

import numpy as np

from core.errors import CoreError
from core.events import EVENTS
from core.files import disk_errors
from core.run import FACTS, WEIGHTS, Run, check_free, publish, write_run

_LEFT_OUT = (EVENTS, FACTS, WEIGHTS, "model.keras")


def ship(run: Run, place: Path, *, overwrite: bool) -> Run:
    """Write a copy of `run` to `place` with its weights in half precision, and return it.

    Raises:
        RunError: `place` is taken, or the run is damaged.
        DeviceError: the disk refuses.
    """
    check_free(place, overwrite=overwrite)
    folder = place.with_name(f"{place.name}.partial")
    weights = {name: array.astype(np.float16) for name, array in run.weights().items()}
    with disk_errors(folder):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(run.path, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    facts = {name: value for name, value in run.facts.items() if name not in ("name", "fingerprint")}
    write_run(
        folder,
        name=place.name,
        config=run.config,
        vocabulary=run.vocabulary,
        weights=weights,
        facts=facts,
    )
    return publish(folder, place, overwrite=overwrite)


def main(arguments: list[str] | None = None) -> int:
    """Ship the run that the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.ship", description=__doc__)
    parser.add_argument("run", type=Path, help="run directory")
    parser.add_argument("place", type=Path, help="directory to make")
    parser.add_argument("--overwrite", action="store_true", help="replace the run that is there")
    options = parser.parse_args(arguments)
    try:
        run = ship(Run.read(options.run), options.place, overwrite=options.overwrite)
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{run.path}: {sum(item.stat().st_size for item in run.path.iterdir()) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
