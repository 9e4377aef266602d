"""The run directory: complete or absent, checked on reading, and never lost to a kill."""

import csv
import hashlib
import json
import shutil
import stat
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config import TrainConfig
from core.data.vocabulary import Vocabulary
from core.errors import RunError
from core.run.card import card_rows
from core.run.layout import FACTS, WEIGHTS
from core.run.store import Run, check_free, fingerprint, publish, restore, write_run
from core.writing.request import SceneRequest
from core.writing.writer import Writer
from tests.children import run_python


@pytest.fixture
def copy(tiny_run: Run, tmp_path: Path) -> Path:
    """Return a copy of a trained run, to damage."""
    return Path(shutil.copytree(tiny_run.path, tmp_path / "copy"))


def use(path: Path) -> str:
    """Do all that is done with a run, and return what it writes."""
    run = Run.read(path)
    writer = Writer(run)
    card_rows(run.config, run.facts)
    writer.speakers()
    writer.places()
    return writer.write(SceneRequest(length=30, seed=1)).text


@pytest.mark.slow
def test_run_directory_holds_what_the_design_lists(tiny_run: Run) -> None:
    """A complete run has its files and nothing of the half-done training."""
    assert sorted(item.name for item in tiny_run.path.iterdir()) == [
        "README.md",
        "events.jsonl",
        "history.csv",
        "loss.png",
        "model.keras",
        "originality.safetensors",
        "run.json",
        "samples.md",
        "weights.safetensors",
        "words.json.gz",
    ]
    beside = [item.name for item in tiny_run.path.parent.iterdir()]
    assert not [name for name in beside if name.startswith(("tiny.partial", "tiny.replaced"))]
    assert (tiny_run.path / "loss.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_run_says_where_it_comes_from(tiny_run: Run) -> None:
    """The facts name the data and its fingerprint, the result, the cast and the software."""
    facts = tiny_run.facts
    assert facts["data"]["source"] == "tiny.json, series DS9"
    assert len(facts["data"]["fingerprint"]) == 64
    assert sorted(facts["cast"]["speakers"]) == ["BASHIR", "DAX", "KIRA", "ODO", "QUARK", "SISKO"]
    assert sorted(facts["cast"]["places"]) == ["Ops", "Promenade", "Quark's bar"]
    assert facts["software"]["backend"].startswith("tensorflow ")
    result = facts["result"]
    assert result["bits_per_character"] == pytest.approx(result["validation_loss"] / np.log(2))
    assert tiny_run.bits_per_character == result["cached_bits_per_character"]


@pytest.mark.slow
def test_run_history_has_a_row_an_epoch(tiny_run: Run) -> None:
    """The history's losses stand in nats and in bits, and the best by both ways of reading is the run's result."""
    rows = list(csv.DictReader((tiny_run.path / "history.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 4
    for row in rows:
        assert float(row["bits_per_character"]) == pytest.approx(float(row["loss"]) / np.log(2))
    names = ("validation_bits_per_character", "beginnings_bits_per_character")
    best = min(rows, key=lambda row: sum(float(row[name]) for name in names))
    result = tiny_run.facts["result"]
    assert float(best["validation_loss"]) == result["validation_loss"]
    assert float(best["beginnings_bits_per_character"]) == result["beginnings"]["bits"]
    assert result["beginnings"]["share_over_8"] == result["returned"] == 0


@pytest.mark.slow
def test_run_card_and_samples_can_be_read(tiny_run: Run) -> None:
    """The card shows the facts and every setting; the samples show what it wrote after each epoch."""
    card = (tiny_run.path / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# tiny\n")
    assert "| trained on | tiny.json, series DS9: 12 episodes," in card
    assert "| units | 24 |" in card
    samples = (tiny_run.path / "samples.md").read_text(encoding="utf-8")
    assert samples.count("\n## After ") == 4


@pytest.mark.slow
def test_run_works_as_a_read_only_copy(copy: Path, tiny_run: Run) -> None:
    """A copy without the right to write anything in it writes the same episode."""
    for item in copy.iterdir():
        item.chmod(stat.S_IRUSR)
    copy.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert use(copy) == use(tiny_run.path)
    copy.chmod(stat.S_IRWXU)


@pytest.mark.slow
@pytest.mark.parametrize("name", [FACTS, WEIGHTS])
def test_run_without_a_file_is_incomplete(name: str, copy: Path) -> None:
    """A run that lacks one of its two files says which."""
    (copy / name).unlink()
    with pytest.raises(RunError, match=f"is incomplete: {name} is missing. Train it anew"):
        use(copy)


@pytest.mark.slow
@pytest.mark.parametrize("name", [FACTS, WEIGHTS])
@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
def test_run_with_a_truncated_file_is_damaged(name: str, share: float, copy: Path) -> None:
    """A file cut anywhere is noticed."""
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data[: int(share * len(data))])
    with pytest.raises(RunError, match=f"is damaged: {name}"):
        use(copy)


@pytest.mark.slow
def test_run_with_altered_weights_is_damaged(copy: Path) -> None:
    """A single bit turned anywhere in the weights is noticed."""
    data = (copy / WEIGHTS).read_bytes()
    for place in np.linspace(0, len(data) - 1, 24).astype(int).tolist():
        (copy / WEIGHTS).write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(RunError, match="is not the file it was"):
            use(copy)


@pytest.mark.slow
def test_run_with_altered_facts_is_damaged_or_the_same(copy: Path, tiny_run: Run) -> None:
    """A byte turned anywhere in the facts either raises a RunError or changes nothing of what the run writes."""
    data = (copy / FACTS).read_bytes()
    text = use(tiny_run.path)
    refused = 0
    for place in range(0, len(data), max(1, len(data) // 400)):
        for byte in (data[place] ^ 1, data[place] ^ 0x80, ord("}")):
            (copy / FACTS).write_bytes(data[:place] + bytes([byte]) + data[place + 1 :])
            try:
                assert use(copy) == text
            except RunError:
                refused += 1
    assert refused > 300


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 2}, "was made by a newer version of Holosuite; update to use it"),
        ({"format": "1"}, "is not what a training writes"),
        ({"format": None}, "is not what a training writes"),
        ({"fingerprint": "0" * 64}, "weights.safetensors is not the file it was"),
        ({"fingerprint": None}, "lacks something"),
        ({"vocabulary": "ba"}, "lacks something"),
        ({"vocabulary": ["a"]}, "lacks something"),
        ({"vocabulary": 5}, "lacks something"),
        ({"config": None}, "lacks something"),
        ({"config": []}, "lacks something"),
        ({"config": {"units": "many"}}, "lacks something"),
        ({"config": {"warp": 9}}, "lacks something"),
        ({"config": {"units": -1}}, "lacks something"),
        ({"result": {}}, "lacks something"),
        ({"cast": {"speakers": [5], "places": []}}, "lacks something"),
        ({"cast": None}, "lacks something"),
        ({"data": {"source": 5}}, "facts about this run are damaged"),
        ({"software": []}, "facts about this run are damaged"),
    ],
)
def test_run_with_strange_facts_is_refused(change: dict[str, Any], sentence: str, copy: Path) -> None:
    """Facts of a newer format, or that a training would not write, are refused with a sentence."""
    facts = json.loads((copy / FACTS).read_text(encoding="utf-8"))
    (copy / FACTS).write_text(json.dumps({**facts, **change}), encoding="utf-8")
    with pytest.raises(RunError, match=sentence):
        use(copy)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"5", b"null", b"not JSON", b"\xff\xfe\x00", b"[" * 100_000, b'{"name": "x"}']
)
def test_run_with_other_facts_is_damaged(content: bytes, tmp_path: Path) -> None:
    """A facts file that is no JSON, or JSON of another shape, is refused with a sentence."""
    (tmp_path / FACTS).write_bytes(content)
    with pytest.raises(RunError, match=r"is damaged: run\.json"):
        Run.read(tmp_path)


def test_run_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    """No directory, or a file in its place, is refused with the command that trains a run."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for name in ("none", "file", "file/none"):
        with pytest.raises(RunError, match=r"There is no run in .*python train.py --out"):
            Run.read(tmp_path / name)


@pytest.mark.slow
def test_run_of_an_older_version_can_be_read(copy: Path) -> None:
    """A run whose configuration lacks a setting of today, or has one that went, writes on."""
    facts = json.loads((copy / FACTS).read_text(encoding="utf-8"))
    del facts["config"]["start_share"]
    facts["config"] |= {"validation": "tail", "weight_decay": 0.1, "averaging": 0.9, "recurrent_dropout": 0.1}
    facts["config"]["first_series"] = "all"
    weights, vocabulary = (copy / WEIGHTS).read_bytes(), Vocabulary(facts["vocabulary"])
    facts["fingerprint"] = fingerprint(weights, facts["config"], vocabulary, facts.get("context"))
    (copy / FACTS).write_text(json.dumps(facts), encoding="utf-8")
    run = Run.read(copy)
    assert run.config.start_share == 0
    assert Writer(run).write(SceneRequest(length=20, seed=1)).text


def test_fingerprint_changes_with_all_that_decides_a_text() -> None:
    """Other weights, settings or characters give another fingerprint; the same ones the same."""
    settings, vocabulary = asdict(TrainConfig()), Vocabulary("ab")
    first = fingerprint(b"weights", settings, vocabulary)
    assert first == fingerprint(b"weights", asdict(TrainConfig()), Vocabulary("ab"))
    others = {
        fingerprint(b"Weights", settings, vocabulary),
        fingerprint(b"weights", {**settings, "default_temperature": 0.6}, vocabulary),
        fingerprint(b"weights", settings, Vocabulary("ac")),
    }
    assert len(others | {first}) == 4


def write_named_run(folder: Path, name: str) -> None:
    """Write the smallest run that can be read into `folder`."""
    folder.mkdir(parents=True)
    write_run(
        folder,
        name=name,
        config=TrainConfig(),
        vocabulary=Vocabulary("ab"),
        weights={"x": np.zeros(3, dtype=np.float32)},
        facts={"result": {"bits_per_character": 1.5}, "cast": {"speakers": [], "places": []}},
    )


def test_publish_moves_a_run_to_its_place(tmp_path: Path) -> None:
    """The folder that was written beside becomes the run."""
    write_named_run(tmp_path / "x.partial", "new")
    assert publish(tmp_path / "x.partial", tmp_path / "x", overwrite=False).name == "new"
    assert [item.name for item in tmp_path.iterdir()] == ["x"]


def test_publish_refuses_a_place_that_is_taken(tmp_path: Path) -> None:
    """An existing run is replaced only when that is asked for, and then nothing of it is left."""
    write_named_run(tmp_path / "x", "old")
    write_named_run(tmp_path / "x.partial", "new")
    with pytest.raises(
        RunError, match="exists already; choose another --out, or replace it with --overwrite"
    ):
        publish(tmp_path / "x.partial", tmp_path / "x", overwrite=False)
    assert Run.read(tmp_path / "x").name == "old"
    assert publish(tmp_path / "x.partial", tmp_path / "x", overwrite=True).name == "new"
    assert [item.name for item in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize(
    "make", [lambda path: path.write_text("x"), lambda path: (path / "mine").mkdir(parents=True)]
)
def test_publish_never_replaces_what_is_no_run(make: Callable[[Path], object], tmp_path: Path) -> None:
    """A file, or a folder with something else in it, is refused even with --overwrite."""
    make(tmp_path / "x")
    with pytest.raises(RunError, match="is not a run, so it will not be replaced"):
        check_free(tmp_path / "x", overwrite=True)


def test_restore_brings_the_old_run_back(tmp_path: Path) -> None:
    """After a kill between the two renames of an overwrite the old run stands in its place again."""
    write_named_run(tmp_path / "x.replaced", "old")
    restore(tmp_path / "x")
    assert Run.read(tmp_path / "x").name == "old"
    restore(tmp_path / "x")
    assert [item.name for item in tmp_path.iterdir()] == ["x"]


# Writes a run over an old one again and again, each time in a process that is killed one file operation later.
_KILLED_WRITES = textwrap.dedent(
    """
    import json, os, shutil, signal, sys
    from pathlib import Path
    from core.run.store import Run, publish, restore
    from core.errors import RunError
    from tests.core.run.test_store import write_named_run

    HOOKED = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree"}
    place = Path(sys.argv[1])
    found = []
    for moment in range(1, 200):
        shutil.rmtree(place, ignore_errors=True)
        write_named_run(place / "x", "old")
        child = os.fork()
        if not child:
            left = [moment]
            def kill(event, arguments):
                if event in HOOKED and str(place) in str(arguments[0]):
                    left[0] -= 1
                    if not left[0]:
                        os.kill(os.getpid(), signal.SIGKILL)
            sys.addaudithook(kill)
            write_named_run(place / "x.partial", "new")
            publish(place / "x.partial", place / "x", overwrite=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        try:
            at_once = Run.read(place / "x").name
        except RunError:
            at_once = None
        restore(place / "x")
        found.append([at_once, Run.read(place / "x").name])
        if os.WIFEXITED(status):
            break
    print(json.dumps(found))
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="kills a forked process")
def test_publish_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    """Killed before any file operation of writing and replacing a run, the old or the new one is there, whole."""
    done = run_python(["-c", _KILLED_WRITES, tmp_path / "place"], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found: list[list[str | None]] = json.loads(done.stdout)
    assert len(found) > 8
    assert {restored for _, restored in found} == {"old", "new"}
    assert [at_once for at_once, _ in found].count(None) <= 1  # between the two renames alone
    assert found[-1] == ["new", "new"]


def digests(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each file's name and SHA-256."""
    for item in sorted(folder.iterdir()):
        yield item.name, hashlib.sha256(item.read_bytes()).hexdigest()


@pytest.mark.slow
def test_run_is_not_changed_by_reading(copy: Path) -> None:
    """Reading and writing with a run leaves its directory as it was."""
    before = list(digests(copy))
    use(copy)
    assert list(digests(copy)) == before
