"""Run directories that somebody crafted: refused with a sentence, soon, and without their size in memory."""

import gzip
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from core.errors import RunError
from core.run.layout import FACTS, RUNS, WEIGHTS, WORDS
from core.run.store import Run, fingerprint
from core.writing.writer import Writer
from tests.children import run_python

USE = """
import resource, sys
from pathlib import Path
from core.errors import RunError
from core.run.store import Run
from core.writing.writer import Writer

taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 250_000_000, taken + 250_000_000))
for path in sys.argv[1:]:
    try:
        Writer(Run.read(Path(path)))
        print("good")
    except RunError as error:
        print(error)
"""


@pytest.fixture
def copy(tiny_run: Run, tmp_path: Path) -> Path:
    """Return a copy of a trained run, to damage."""
    return Path(shutil.copytree(tiny_run.path, tmp_path / "copy"))


def use_within_memory(*paths: Path) -> list[str]:
    """Load runs in a process of its own, with little memory to spare; return what it says of each."""
    done = run_python(["-c", USE, *paths], cwd=paths[0].parent, OPENBLAS_NUM_THREADS="1")
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.splitlines()


def put_weights(run: Path, arrays: dict[str, Any]) -> None:
    """Give a run other weights, and the fingerprint that goes with them."""
    data = save_arrays(arrays)
    facts = json.loads((run / FACTS).read_text(encoding="utf-8"))
    read = Run.read(run)
    (run / WEIGHTS).write_bytes(data)
    facts["fingerprint"] = fingerprint(data, facts["config"], read.vocabulary, facts.get("context"))
    (run / FACTS).write_text(json.dumps(facts), encoding="utf-8")


def put_aid(run: Path, name: str, data: bytes) -> None:
    """Give a run another file of its word lists, and the sum that goes with it."""
    facts = json.loads((run / FACTS).read_text(encoding="utf-8"))
    (run / name).write_bytes(data)
    facts["aids"][name] = hashlib.sha256(data).hexdigest()
    (run / FACTS).write_text(json.dumps(facts), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_run_with_something_else_in_a_files_place_is_damaged(
    kind: str, tiny_run: Run, tmp_path: Path
) -> None:
    """A pipe without a writer, an endless device and a folder are not opened: the run is damaged."""
    copies = []
    for name in (FACTS, WEIGHTS, WORDS, RUNS):
        copy = Path(shutil.copytree(tiny_run.path, tmp_path / name))
        (copy / name).unlink()
        match kind:
            case "pipe":
                os.mkfifo(copy / name)
            case "device":
                (copy / name).symlink_to("/dev/zero")
            case _:
                (copy / name).mkdir()
        copies.append(copy)
    assert ["is damaged" in said for said in use_within_memory(*copies)] == [True] * 4


@pytest.mark.slow
def test_run_with_missing_weights_is_damaged(copy: Path) -> None:
    """A network that lacks one of its arrays is refused, although its fingerprint is right."""
    arrays = load_arrays((copy / WEIGHTS).read_bytes())
    for name in arrays:
        put_weights(copy, {other: array for other, array in arrays.items() if other != name})
        with pytest.raises(RunError, match="is damaged: its weights do not fit together"):
            Writer(Run.read(copy))
    put_weights(copy, {})
    with pytest.raises(RunError, match="is damaged: its weights do not fit together"):
        Writer(Run.read(copy))


@pytest.mark.slow
def test_run_with_weights_of_other_shapes_is_damaged(copy: Path) -> None:
    """Arrays that are flat, cut, turned round or empty are refused, although the fingerprint is right."""
    arrays = load_arrays((copy / WEIGHTS).read_bytes())
    for name, array in arrays.items():
        for strange in (
            array.reshape(-1),
            array[:-1],
            array.T.copy(),
            array[..., :-1],
            np.empty(0, np.float32),
        ):
            if strange.shape == array.shape:
                continue
            put_weights(copy, {**arrays, name: np.ascontiguousarray(strange)})
            with pytest.raises(RunError, match="is damaged"):
                Writer(Run.read(copy))


@pytest.mark.slow
def test_run_with_packed_rubbish_is_damaged(copy: Path) -> None:
    """300 MB of zeros packed small, JSON of a hundred thousand lists, and an empty number are refused as damage."""
    honest = {name: (copy / name).read_bytes() for name in (WORDS, RUNS)}
    put_aid(copy, WORDS, gzip.compress(bytes(300_000_000), 1))
    (said,) = use_within_memory(copy)
    assert "add the word lists anew" in said
    for packed in (b"[" * 100_000, b"5", b"[]", b"null", b"{}"):
        put_aid(copy, WORDS, gzip.compress(packed))
        with pytest.raises(RunError, match="add the word lists anew"):
            Writer(Run.read(copy))
    put_aid(copy, WORDS, honest[WORDS])
    bits = load_arrays(honest[RUNS])["bits"]
    for arrays in ({"bits": bits, "run": np.empty(0, np.int64)}, {"bits": bits}, {"run": np.array([6])}):
        put_aid(copy, RUNS, save_arrays(arrays))
        with pytest.raises(RunError, match="add the word lists anew"):
            Writer(Run.read(copy))


@pytest.mark.slow
def test_run_with_an_endless_file_is_damaged(tiny_run: Run, tmp_path: Path) -> None:
    """Files of a gigabyte, sparse on the disk, are refused by their size before they are read."""
    copies = []
    for name in (FACTS, WEIGHTS, WORDS, RUNS):
        copies.append(Path(shutil.copytree(tiny_run.path, tmp_path / name)))
        with (copies[-1] / name).open("r+b") as file:
            file.truncate(1_000_000_000)
    said = use_within_memory(*copies, tiny_run.path)
    assert ["is damaged" in each for each in said] == [True] * 4 + [False]
    assert said[-1] == "good"
