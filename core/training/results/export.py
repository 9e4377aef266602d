"""A run made small enough to ship: `python -m core.training.results.export RUN PLACE`, half precision, no Keras file.

Its card gets scenes at several temperatures, and the notes of whoever ships it.
"""

import argparse
import shutil
import sys
from pathlib import Path

import numpy as np

from core.errors import CoreError
from core.run.card import write_card
from core.run.layout import CARD, CONTENTS, EVENTS, FACTS, MODEL, WEIGHTS, partial_folder
from core.run.store import Run, check_free, publish, write_run
from core.runtime.files import disk_errors, write_whole
from core.writing.request import SceneRequest
from core.writing.writer import Writer

_LEFT_OUT = (EVENTS, FACTS, WEIGHTS, CARD, MODEL)
_TEMPERATURES = (0.2, 0.5, 0.7, 1)
_SCENE = 400  # characters


def ship(run: Run, place: Path, *, overwrite: bool, notes: str = "") -> Run:
    """Write a copy of `run` to `place` with its weights in half precision, `notes` on its card, and return it.

    Raises:
        RunError: `place` is taken, or the run is damaged.
        DeviceError: the disk refuses.
    """
    check_free(place, overwrite=overwrite)
    folder = partial_folder(place)
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
    files = {name: what for name, what in CONTENTS.items() if (folder / name).exists()}
    files[WEIGHTS] += ", in half precision"
    added = "\n\n".join(part for part in (notes.strip(), _show_scenes(Run.read(folder))) if part)
    write_whole(
        folder / CARD,
        write_card(
            place.name, run.config, {**facts, "created": run.facts["created"]}, files=files, notes=added
        ),
    )
    return publish(folder, place, overwrite=overwrite)


def _show_scenes(run: Run) -> str:
    """Return a Markdown section with a scene at each of several temperatures, from one seed."""
    writer = Writer(run)
    ordinary = run.config.temperature_scale == "logits"
    parts = ["## Scenes"]
    for share in _TEMPERATURES:
        # Where the temperature divides probabilities, the useful ones lie near the run's own.
        temperature = share if ordinary else round(2 * share * run.config.default_temperature, 4)
        script = writer.write(
            SceneRequest(
                temperature=temperature,
                length=_SCENE,
                seed=1,
                directions=writer.usual,
                takes=writer.usual_takes,
            )
        ).script.strip()
        parts.append(f"`/episode temp:{temperature:g} length:{_SCENE} seed:1`\n\n```text\n{script}\n```")
    return "\n\n".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Ship the run that the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.training.results.export", description=__doc__)
    parser.add_argument("run", type=Path, help="run directory")
    parser.add_argument("place", type=Path, help="directory to make")
    parser.add_argument("--overwrite", action="store_true", help="replace the run that is there")
    parser.add_argument("--notes", type=Path, help="Markdown to stand on the card")
    options = parser.parse_args(arguments)
    try:
        notes = options.notes.read_text(encoding="utf-8") if options.notes else ""
        run = ship(Run.read(options.run), options.place, overwrite=options.overwrite, notes=notes)
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    print(f"{run.path}: {sum(item.stat().st_size for item in run.path.iterdir()) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
