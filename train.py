"""Train a network on scripts: the command line over `core.training.train`."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before Keras loads: TensorFlow's greetings help nobody
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the generator has a thread for each core itself

from core.config import NOTES_EPISODES, TrainConfig
from core.errors import CoreError
from core.runtime.device import cpu_instead
from core.training.options import build_parser

if TYPE_CHECKING:
    from core.data.sources.source import Source


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line says and return the exit status: 0, 2 for bad input, 130 for a stop."""
    options = vars(build_parser().parse_args(arguments))
    own = {
        name: options.pop(name)
        for name in (
            *("scripts", "series", "episodes", "out", "start", "resume", "overwrite", "preset"),
            *("preview", "json"),
        )
    }
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: stopped.append(received))
    try:
        config = TrainConfig.from_preset(own["preset"], **options)
        if own["preview"]:
            return _preview(own, config, frozenset(options))
        with _silence():
            # Keras takes seconds; --help should not.
            from core.training.plan import TrainingPlan, TrainingStopped  # noqa: PLC0415
            from core.training.progress.terminal import TerminalProgress  # noqa: PLC0415
            from core.training.train import train  # noqa: PLC0415

        source = _source(own)
        progress = TerminalProgress()
        plan = TrainingPlan(
            source,
            config,
            own["out"],
            start=own["start"],
            given=frozenset(options),
            resume=own["resume"],
            overwrite=own["overwrite"],
        )
        try:
            given = sys.argv[1:] if arguments is None else arguments
            with cpu_instead(__file__, given, half_done=plan.folder, resumed=plan.resume):
                run = train(plan, listener=progress, stopped=lambda: bool(stopped))
        except TrainingStopped as error:
            progress.close()
            print(error, file=sys.stderr)
            return 128 + stopped[0] if stopped else 130
        finally:
            progress.close()
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    print(
        f"{run.path} is ready: {run.bits_per_character:.3f} bits per character. Try `python -m bot --run {run.path}`."
    )
    if note := (run.facts["result"].get("beginnings") or {}).get("note"):
        print(note)
    return 0


def _source(own: dict[str, Any]) -> "Source":
    """Return what the command line says to learn from."""
    from core.data.sources.source import NOTES_SERIES, Source  # noqa: PLC0415  # the readers take a second to load

    # The lecture's own episodes, unless the scripts are no such table.
    is_table = str(own["scripts"] or ".json").endswith(".json")
    lecture = is_table and own["preset"] == "notes" and own["series"] in ("", NOTES_SERIES)
    episodes = own["episodes"] or (NOTES_EPISODES if lecture else None)
    scripts = {"scripts": own["scripts"]} if own["scripts"] else {}
    return Source(series=own["series"], episodes=episodes, **scripts)


def _preview(own: dict[str, Any], config: TrainConfig, given: frozenset[str]) -> int:
    """Print what a training would learn from, as lines or as one line of JSON."""
    from core.evaluation.preview import preview, print_report  # noqa: PLC0415  # likewise

    facts = preview(_source(own), config, start=own["start"], given=given)
    print(json.dumps(facts, ensure_ascii=False) if own["json"] else "\n".join(print_report(facts)))
    return 0


@contextmanager
def _silence() -> Iterator[None]:
    """Close standard error for a while: TensorFlow's C++ part greets before it reads its log level."""
    sys.stderr.flush()
    with os.fdopen(os.dup(2), "wb") as kept, Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept.fileno(), 2)


if __name__ == "__main__":
    sys.exit(main())
