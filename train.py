"""Train a network on scripts: the command line over `core.training.train`."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before Keras loads: TensorFlow's greetings help nobody
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the generator has a thread for each core itself

from core.config import NOTES_EPISODES, TrainConfig
from core.errors import CoreError
from core.runtime.device import cpu_instead
from core.training.options import build_parser


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line says and return the exit status: 0, 2 for bad input, 130 for a stop."""
    options = vars(build_parser().parse_args(arguments))
    own = {
        name: options.pop(name)
        for name in ("scripts", "series", "episodes", "out", "start", "resume", "overwrite", "preset")
    }
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: stopped.append(received))
    try:
        config = TrainConfig.from_preset(own["preset"], **options)
        with _silence():
            from core.data.corpus import Source  # noqa: PLC0415  # pandas and Keras take seconds; --help should not
            from core.training.plan import TrainingPlan, TrainingStopped  # noqa: PLC0415
            from core.training.progress import TerminalProgress  # noqa: PLC0415
            from core.training.stages import train_in_stages  # noqa: PLC0415

        # The lecture's own episodes, unless the scripts are no such table.
        is_table = str(own["scripts"] or ".json").endswith(".json")
        lecture = is_table and own["preset"] == "notes" and own["series"] == "DS9"
        episodes = own["episodes"] or (NOTES_EPISODES if lecture else None)
        source = Source(
            series=own["series"], episodes=episodes, **({"scripts": own["scripts"]} if own["scripts"] else {})
        )
        progress = TerminalProgress()
        plan = TrainingPlan(
            source, config, own["out"], start=own["start"], resume=own["resume"], overwrite=own["overwrite"]
        )
        try:
            given = sys.argv[1:] if arguments is None else arguments
            with cpu_instead(__file__, given, half_done=plan.half_done, resumed=plan.resume):
                run = train_in_stages(plan, listener=progress, stopped=lambda: bool(stopped))
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
