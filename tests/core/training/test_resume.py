"""Stopping and going on: a training that was stopped or killed at any moment ends with the very same run."""

import json
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import TrainConfig
from core.data.sources.source import Source
from core.errors import CoreError, RunError, TrainingError
from core.run.events import Event
from core.run.layout import EVENTS, lock_file, partial_folder
from core.run.store import Run
from core.training.plan import TrainingPlan, TrainingStopped
from core.training.train import train
from tests.children import run_python
from tests.conftest import TINY

pytestmark = [
    pytest.mark.slow,
    # Keras reads its variables in a way that NumPy 2 wants spelled otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

ALL = TrainConfig(units=8, window_length=16, batch=8, epochs=2, dropout=0.2)
LAST = TrainConfig.from_preset("notes", units=8, batch=256, epochs=2)


class Stops:
    """Asks a training to stop after some steps of each process, and never in the last one."""

    def __init__(self, *steps: int) -> None:
        self._steps: Iterator[int] = iter(steps)
        self._left: float = 0.0

    def begin(self) -> None:
        """Start counting for the next process."""
        self._left = next(self._steps, float("inf"))

    def __call__(self) -> bool:
        """Count a step; return whether it was the last one."""
        self._left -= 1
        return self._left <= 0


def train_with_stops(job: TrainingPlan, *steps: int) -> Run:
    """Train with a stop after each number of steps, going on after each."""
    stops = Stops(*steps)
    for resumed in (False, *(True for _ in steps)):
        stops.begin()
        try:
            return train(
                TrainingPlan(job.source, job.config, job.path, resume=resumed),
                stopped=stops,
                checkpoint_seconds=1e9,
            )
        except TrainingStopped:
            assert not job.path.exists()
    raise AssertionError("the last process was stopped too")


@pytest.mark.parametrize(("config", "stops"), [(ALL, (1, 90)), (LAST, (2,))], ids=["all", "last"])
def test_resume_after_any_step_gives_the_same_run(
    config: TrainConfig, stops: tuple[int, ...], tiny_scripts: Path, tmp_path: Path
) -> None:
    """Stopped at the first step, within an epoch or at its end, it ends with the same bits, dropout included."""
    episodes = range(3) if config is LAST else None
    source = Source(str(tiny_scripts), episodes=episodes)
    whole = train(TrainingPlan(source, config, tmp_path / "whole"))
    pieces = train_with_stops(TrainingPlan(source, config, tmp_path / "pieces"), *stops)
    assert pieces.fingerprint == whole.fingerprint
    assert pieces.facts["result"]["targets"] == whole.facts["result"]["targets"]
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith("pieces.")] == []


# Trainings that end themselves by a signal: after an epoch, or (SIGKILL) before they open a file for the n-th time.
# All have one parent, which has loaded Keras for them and computed nothing; it prints what became of each.
_MORTAL = textwrap.dedent(
    """
    import json, os, signal, sys
    import core.training.progress.terminal, core.training.train, train
    cases, call = json.loads(sys.argv[1]), sys.argv[2:]
    show = core.training.progress.terminal.TerminalProgress.__call__

    def end_by(kind, file, moment):
        left = [moment]
        def count():
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), getattr(signal, "SIG" + kind))
        def listen(progress, event):
            show(progress, event)
            if event["event"] == "epoch" and not file:
                count()
        core.training.progress.terminal.TerminalProgress.__call__ = listen
        def look(event, arguments):
            if file and event == "open" and str(arguments[0]).endswith(file):
                count()
        sys.addaudithook(look)

    for number, case in enumerate(cases):
        child = os.fork()
        if not child:
            end_by(*case)
            os._exit(train.main([*call, *(["--resume"] if number else [])]))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        print(*sorted(name for name in os.listdir() if not name.endswith(".lock")), flush=True)
    """
)


def test_resume_after_signals_and_kills_gives_the_same_run(
    tiny_run: Run, tiny_scripts: Path, tmp_path: Path
) -> None:
    """Ended by SIGTERM, then by `kill -9` within an epoch's end and while the run is written, it is the same run."""
    path = tmp_path / "tiny"
    call = ["--scripts", str(tiny_scripts), *TINY, "--out", str(path)]
    cases = [
        ("TERM", "", 1),
        ("KILL", ".checkpoint.safetensors.new", 2),
        ("KILL", ".run.json.new", 1),
        ("KILL", "never", 1),
    ]
    done = run_python(["-c", _MORTAL, json.dumps(cases), *call], cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    said = [line for line in done.stdout.splitlines() if "is ready" not in line]
    assert said == ["143", "tiny.partial", "-9", "tiny.partial", "-9", "tiny.partial", "0", "tiny"]
    run = Run.read(path)
    run.weights()
    assert run.fingerprint == tiny_run.fingerprint
    assert (path / "samples.md").read_bytes() == (tiny_run.path / "samples.md").read_bytes()
    assert sorted(item.name for item in path.iterdir()) == sorted(
        item.name for item in tiny_run.path.iterdir()
    )
    events = [json.loads(line) for line in (path / EVENTS).read_text(encoding="utf-8").splitlines()]
    assert [event["resumed"] for event in events if event["event"] == "start"] == [False, True, True, True]
    assert [event["event"] for event in events].count("stopped") == 1


@pytest.fixture(scope="module")
def half_done(tiny_scripts: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingPlan:
    """Return the job of a training that was stopped half-way; treat its folder as read-only."""
    job = TrainingPlan(Source(str(tiny_scripts)), ALL, tmp_path_factory.mktemp("half") / "run")
    refused: list[str] = []

    def intrude(event: Event) -> None:
        with pytest.raises(TrainingError) as caught:
            train(TrainingPlan(job.source, ALL, job.path, overwrite=True))
        refused.append(str(caught.value))

    with pytest.raises(TrainingStopped, match="go on with the same command and --resume"):
        train(job, stopped=lambda: True, listener=intrude)
    sentence = f"Another training is writing {job.path} at this moment; choose another --out."
    assert refused
    assert set(refused) == {sentence}
    return job


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"config": ALL.with_changes(units=9)},
            "was made with another configuration; resume with the same options",
        ),
        ({"config": ALL.with_changes(learning_rate=1e-3)}, "was made with another configuration"),
        ({"config": ALL.with_changes(seed=1)}, "was made with another configuration"),
        ({"episodes": range(11)}, "was made with another corpus"),
    ],
)
def test_resume_with_other_settings_is_refused(
    change: dict[str, object], sentence: str, half_done: TrainingPlan
) -> None:
    """A checkpoint of other settings or other scripts is left alone, with a sentence."""
    episodes, config = change.get("episodes"), change.get("config", ALL)
    source = Source(half_done.source.scripts, episodes=episodes)  # type: ignore[arg-type]  # ranges above
    before = (half_done.folder / "checkpoint.safetensors").read_bytes()
    with pytest.raises(RunError, match=sentence):
        train(TrainingPlan(source, config, half_done.path, resume=True))  # type: ignore[arg-type]  # configurations above
    assert (half_done.folder / "checkpoint.safetensors").read_bytes() == before


def test_training_anew_over_a_half_done_one_is_refused(half_done: TrainingPlan) -> None:
    """Without --resume or --overwrite a half-done training is not touched."""
    with pytest.raises(
        TrainingError, match="stopped half-way; go on with --resume, or drop it with --overwrite"
    ):
        train(half_done)


def test_training_from_scripts_that_are_missing_costs_nothing(half_done: TrainingPlan) -> None:
    """Even with --overwrite a mistyped source leaves the half-done training as it was."""
    before = (half_done.folder / "checkpoint.safetensors").read_bytes()
    with pytest.raises(CoreError, match="There is no file"):
        train(TrainingPlan(Source("mistyped.json"), ALL, half_done.path, overwrite=True))
    assert (half_done.folder / "checkpoint.safetensors").read_bytes() == before


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_resume_from_a_damaged_checkpoint_is_refused(
    share: float, half_done: TrainingPlan, tmp_path: Path
) -> None:
    """A checkpoint cut anywhere is refused with what to do."""
    job = TrainingPlan(half_done.source, ALL, tmp_path / "run", resume=True)
    data = (half_done.folder / "checkpoint.safetensors").read_bytes()
    job.folder.mkdir()
    (job.folder / "checkpoint.safetensors").write_bytes(data[: int(share * len(data))])
    with pytest.raises(RunError, match="is damaged; delete that folder and start anew"):
        train(job)


def test_resume_of_nothing_is_refused(tiny_scripts: Path, tmp_path: Path) -> None:
    """Without a checkpoint there is nothing to go on from."""
    with pytest.raises(RunError, match=r"There is no checkpoint in .* start without --resume"):
        train(TrainingPlan(Source(str(tiny_scripts)), ALL, tmp_path / "run", resume=True))


def test_second_training_of_the_same_run_is_refused(half_done: TrainingPlan) -> None:
    """While one process trains, another one on the same --out is turned away, and the first one goes on."""
    assert (half_done.folder / "checkpoint.safetensors").exists()  # the fixture tried it at every event


def test_overwriting_keeps_the_old_run_until_the_new_one_is_complete(
    tiny_run: Run, tiny_scripts: Path, tmp_path: Path
) -> None:
    """During an --overwrite the old run can be read all the time; a stop leaves it in its place."""
    path = tmp_path / "run"
    shutil.copytree(tiny_run.path, path)
    source, config = Source(str(tiny_scripts)), ALL.with_changes(epochs=1)
    seen: set[str] = set()

    def look(_: Event) -> None:
        seen.add(Run.read(path).fingerprint)

    with pytest.raises(TrainingStopped):
        train(TrainingPlan(source, config, path, overwrite=True), listener=look, stopped=lambda: True)
    lock = lock_file(partial_folder(path)).stat().st_ino
    new = train(TrainingPlan(source, config, path, overwrite=True, resume=True), listener=look)
    assert seen == {tiny_run.fingerprint}
    assert Run.read(path).fingerprint == new.fingerprint != tiny_run.fingerprint
    # A lock's file is the same for ever: made anew, it would let two trainings hold it.
    assert lock_file(partial_folder(path)).stat().st_ino == lock
    assert [item.name for item in tmp_path.iterdir() if item.suffix != ".lock"] == ["run"]
