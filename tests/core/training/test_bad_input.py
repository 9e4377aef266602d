"""Bad input of the training and the scoring: one sentence on standard error, exit status 2, nothing lost."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import train
from core.evaluate import main as evaluate
from core.run.store import Run
from tests.children import environment, run_python
from tests.children import train as run_train
from tests.conftest import TINY

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # Keras and NumPy 2


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """Give the signals back that `train.main` takes."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Return the one sentence with which `train.py` refuses the arguments."""
    try:
        status: int | str | None = train.main([str(argument) for argument in arguments])
    except SystemExit as stopped:
        status = stopped.code
    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    return said.err.strip().splitlines()[-1]


@pytest.mark.parametrize("episodes", ["5-", "a-b", "9-3", "-", "", "-5", "1-2-3", "1.5", "٣", "99999999"])
def test_train_refuses_a_range_that_is_none(episodes: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nonsense for --episodes is refused by name."""
    assert refused(capsys, f"--episodes={episodes}").endswith(
        f"argument --episodes: {episodes!r} names no episodes; write them like 20-69 or 7"
    )


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--window-length", "0", "--window-length must be 1 or more, not 0."),
        ("--epochs", "-1", "--epochs must be 1 or more, not -1."),
        ("--minutes", "nan", "--minutes must be more than 0, not nan."),
        ("--minutes", "inf", "--minutes must be more than 0, not inf."),
        ("--learning-rate", "-1", "--learning-rate must be more than 0, not -1.0."),
        ("--default-temperature", "nan", "--default-temperature must be more than 0, not nan."),
        ("--dropout", "1", "--dropout must be 0 or more and less than 1, not 1.0."),
        ("--validation-share", "nan", "--validation-share must lie between 0 and 1, not nan."),
        ("--seed", "-1", "--seed must be from 0 to 4294967295, not -1."),
        ("--seed", "99999999999", "--seed must be from 0 to 4294967295, not 99999999999."),
        ("--units", "many", "train.py: error: argument --units: invalid int value: 'many'"),
    ],
)
def test_train_refuses_a_setting_that_cannot_be(
    option: str,
    value: str,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A setting outside its range is refused with the range."""
    monkeypatch.setattr(sys, "argv", ["train.py"])
    assert refused(capsys, option, value) == sentence


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("none.json", None, "There is no file"),
        ("a.json", b"KIRA: not JSON", "cannot be read as JSON"),
        ("a.json", b'["a", 5]', "is a JSON list that holds a number"),
        ("a.txt", b"", "is empty"),
        (
            "a.txt",
            b"KIRA: Too short.",
            "too few for windows of 64; add text or choose a smaller --window-length",
        ),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00", "is a picture"),
        ("a.txt", b"a\x00b", "is a binary file"),
        ("folder", None, "has no text to learn from"),
    ],
)
def test_train_refuses_scripts_that_are_none(
    name: str, content: bytes | None, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong with the scripts is said in one sentence, and no run appears."""
    (tmp_path / "folder").mkdir()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert sentence in refused(capsys, "--scripts", tmp_path / name, "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_train_refuses_episodes_beyond_the_end(
    tiny_scripts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A range beyond the last episode is refused with what there is; so are the notes' own on a short series."""
    arguments = ("--scripts", tiny_scripts, "--out", tmp_path / "run")
    assert "has 0 to 11. Choose with --episodes." in refused(capsys, *arguments, "--episodes", "5-12")
    assert "Episodes 20 to 69 are not all there" in refused(capsys, *arguments, "--preset", "notes")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["run", "file", "folder"])
def test_train_refuses_a_place_that_is_taken(
    kind: str, tiny_run: Run, tiny_scripts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An existing run, file or folder at --out is left as it was."""
    place = tmp_path / "out"
    if kind == "run":
        shutil.copytree(tiny_run.path, place)
    elif kind == "file":
        place.write_text("mine", encoding="utf-8")
    else:
        place.mkdir()
        (place / "mine").touch()
    before = sorted(tmp_path.iterdir()), place.stat().st_mtime_ns
    assert "exists already" in refused(capsys, "--scripts", tiny_scripts, "--out", place)
    assert (sorted(tmp_path.iterdir()), place.stat().st_mtime_ns) == before


@pytest.mark.slow
def test_train_refuses_a_place_that_cannot_be_written(
    tiny_scripts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A directory that cannot be made is named."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    sentence = refused(capsys, "--scripts", tiny_scripts, "--out", tmp_path / "file" / "run")
    assert "could not be written" in sentence


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (shutil.rmtree, "There is no run in"),
        (lambda path: (path / "weights.safetensors").unlink(), "is incomplete"),
        (lambda path: (path / "run.json").write_text("{", encoding="utf-8"), "is damaged"),
        (lambda path: os.truncate(path / "weights.safetensors", 100), "is damaged"),
        (lambda path: (path / "run.json").write_text('{"format": 9}', encoding="utf-8"), "a newer version"),
    ],
)
def test_train_and_evaluate_refuse_a_run_that_is_none(
    damage: object,
    sentence: str,
    tiny_run: Run,
    tiny_scripts: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A missing, incomplete, damaged or newer run is refused with a sentence, to start from or to score with."""
    run = tmp_path / "run"
    shutil.copytree(tiny_run.path, run)
    assert callable(damage)
    damage(run)
    options = ("--scripts", tiny_scripts, *TINY)
    assert sentence in refused(capsys, *options, "--start", run, "--out", tmp_path / "new")
    assert evaluate([str(run), str(tiny_scripts)]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.slow
def test_train_says_that_the_network_is_missing(tmp_path: Path) -> None:
    """As a program it says one sentence and nothing else: without a network, the address and the way out."""
    done = run_train(
        "--out", "run", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"), HTTPS_PROXY="http://127.0.0.1:9"
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "check the network, or name a file you have with --scripts FILE." in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()
    assert list((tmp_path / "cache").rglob("*scripts*")) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a file system of 400 kB in memory, where mounting one is allowed."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=400k", "tmpfs", str(place)]
    if (
        sys.platform != "linux"
        or mount is None
        or subprocess.run([mount, *options], capture_output=True, check=False).returncode
    ):
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run([str(shutil.which("umount")), "-l", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("left", [0, 60_000, 200_000, 330_000])
def test_train_on_a_full_disk_loses_nothing(
    left: int, small_disk: Path, tiny_scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk that fills up at any moment ends the training with a sentence, and leaves no half a run."""
    with (small_disk / "ballast").open("wb") as ballast:
        ballast.write(bytes(400_000 - left))
        with contextlib.suppress(OSError):  # the disk is full then, as it should be
            ballast.write(bytes(max(0, 9_600 - left)))
            ballast.flush()
    arguments = (
        "--scripts",
        tiny_scripts,
        *TINY,
        "--batch",
        "8",
        "--epochs",
        "1",
        "--out",
        small_disk / "run",
    )
    sentence = refused(capsys, *arguments)
    assert sentence.startswith("The disk is full, so ")
    assert sentence.endswith("could not be written; free some space, then go on.")
    assert not (small_disk / "run").exists()


@pytest.mark.slow
def test_evaluate_says_what_is_wrong(
    tiny_run: Run, notes_run: Run, tiny_scripts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing, empty or binary file, no table, an unknown series, and what was not held out get a sentence."""
    files = {
        "none.txt": None,
        "empty.txt": b"",
        "binary.txt": b"a\x00",
        "foreign.txt": "Ää".encode(),
        "odd.json": b"{}",
        "unknown.txt": "日本".encode(),
        "short.json": json.dumps({"DS9": {"a": "KIRA: No."}}).encode(),
    }
    for name, content in files.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
    cases = [
        (tiny_run, ["none.txt"], "There is no file"),
        (tiny_run, ["none.json"], "There is no file"),
        (tiny_run, ["empty.txt"], "is empty"),
        (notes_run, ["empty.txt"], "is empty"),
        (tiny_run, ["unknown.txt"], "has no characters that the run knows"),
        (tiny_run, ["binary.txt"], "is a binary file"),
        (tiny_run, ["foreign.txt"], "100 % of its characters are unknown to the run"),
        (tiny_run, ["odd.json"], "is JSON without any episodes"),
        (tiny_run, [str(tiny_scripts), "--series", "TNG"], "has no series 'TNG'. It has: DS9."),
        (tiny_run, ["short.json", "--held-out"], "There is no text to score in"),
        (notes_run, [str(tiny_scripts), "--held-out"], "score it without --held-out"),
    ]
    for run, (file, *options), sentence in cases:
        assert evaluate([str(run.path), str(tmp_path / file), *options]) == 2
        said = capsys.readouterr()
        assert sentence in said.err
        assert said.err.count("\n") == 1


@pytest.mark.slow
def test_train_stopped_by_ctrl_c_says_how_to_go_on(tiny_scripts: Path, tmp_path: Path) -> None:
    """Ctrl-C ends a training with its checkpoint written, exit status 130 and how to go on."""
    options = [
        "--scripts",
        str(tiny_scripts),
        *TINY,
        "--epochs",
        "1000",
        "--patience",
        "1000",
        "--out",
        "run",
    ]
    process = subprocess.Popen(
        [sys.executable, str(Path(train.__file__)), *options],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    events = tmp_path / "run.partial" / "events.jsonl"
    while not (events.exists() and '"event": "epoch"' in events.read_text(encoding="utf-8")):
        assert process.poll() is None
        time.sleep(0.05)  # a file tells nobody that it grows
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "Stopped; go on with the same command and --resume (kept in run.partial)." in said
    assert "Traceback" not in said
    assert (tmp_path / "run.partial" / "checkpoint.safetensors").exists()


def test_help_is_quick_and_says_every_setting(tmp_path: Path) -> None:
    """`--help` needs neither Keras nor pandas."""
    script = (
        "import sys, train\n"
        "try: train.main(['--help'])\n"
        "except SystemExit: print(sorted({'keras', 'pandas', 'numpy'} & set(sys.modules)))"
    )
    done = run_python(["-c", script], cwd=tmp_path)
    assert "--window-length" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
