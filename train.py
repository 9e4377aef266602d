"""Train a network on scripts: the command line over `core.training`."""

import argparse
import os
import signal
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before Keras loads: TensorFlow's greetings help nobody

from core.config import NOTES_EPISODES, PRESETS, TrainConfig
from core.errors import CoreError


def parse_episodes(text: str) -> range:
    """Return the range that `20-69` or `7` names."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def build_parser() -> argparse.ArgumentParser:
    """Return the command line, with an option for every setting of a training."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument(
        "--scripts", help="JSON table, .txt file, folder of them, or address (the lecture notes' file)"
    )
    parser.add_argument("--series", default="DS9", help="column of the JSON table")
    parser.add_argument(
        "--episodes", type=parse_episodes, help="positions of the episodes, such as 20-69 (all)"
    )
    parser.add_argument("--out", type=Path, default=Path("runs/new"), help="directory of the run to make")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace the run, or half-done training, in --out"
    )
    parser.add_argument(
        "--preset", choices=sorted(PRESETS), default="default", help="where the settings start from"
    )
    for setting in fields(TrainConfig):
        if setting.name == "preset":
            continue
        kind = next(iter(get_args(setting.type)), setting.type)
        extra: dict[str, Any] = (
            {"choices": setting.metadata["choices"]} if setting.metadata["choices"] else {"type": kind}
        )
        if kind is bool:
            extra = {"action": argparse.BooleanOptionalAction}
        parser.add_argument(
            f"--{setting.name.replace('_', '-')}",
            default=argparse.SUPPRESS,
            help=setting.metadata["help"],
            **extra,
        )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line says and return the exit status: 0, 2 for bad input, 130 for a stop."""
    options = vars(build_parser().parse_args(arguments))
    own = {
        name: options.pop(name)
        for name in ("scripts", "series", "episodes", "out", "resume", "overwrite", "preset")
    }
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: stopped.append(received))
    try:
        config = TrainConfig.from_preset(own["preset"], **options)
        from core.corpus import Source  # noqa: PLC0415  # pandas and Keras take seconds; --help should not
        from core.progress import TerminalProgress  # noqa: PLC0415
        from core.training import Job, TrainingStopped, train  # noqa: PLC0415

        episodes = own["episodes"] or (
            NOTES_EPISODES if own["preset"] == "notes" and own["series"] == "DS9" else None
        )
        source = Source(
            series=own["series"], episodes=episodes, **({"scripts": own["scripts"]} if own["scripts"] else {})
        )
        progress = TerminalProgress()
        job = Job(source, config, own["out"], resume=own["resume"], overwrite=own["overwrite"])
        try:
            run = train(job, listener=progress, stopped=lambda: bool(stopped))
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
