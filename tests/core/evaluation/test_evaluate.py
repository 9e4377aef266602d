"""`python -m core.evaluate`: what a text costs under a run, with its cache of the text so far and without."""

import json
import re
import shutil
from pathlib import Path

import pytest

from core.evaluate import main
from core.run.layout import FACTS
from core.run.store import Run, fingerprint
from tests.conftest import tiny_episodes

pytestmark = pytest.mark.slow


def evaluate(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    """Return the lines that the command prints."""
    assert main(list(map(str, arguments))) == 0
    return capsys.readouterr().out.splitlines()


def test_evaluate_prints_what_the_training_found(
    tiny_run: Run, tiny_scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The held-out episodes cost what the facts say: with the cache first, then by the network alone."""
    line, begun = evaluate(capsys, tiny_run.path, tiny_scripts, "--held-out")[:2]
    found = re.search(
        r"DS9: ([\d.]+) bits per character \(.*; ([\d.]+) by the network without its cache", line
    )
    assert found
    assert "where lines begin, read from nothing:" in begun
    result = tiny_run.facts["result"]
    assert float(found[1]) == pytest.approx(result["cached_bits_per_character"], abs=1e-4)
    # Validation reads the held-out text as a batch's streams side by side: of these 758 characters four stretches, of
    # which three begin from nothing in the middle, and not the last ones, which fill no window. Read as one stream they
    # cost what is printed here, to a thousandth.
    assert float(found[2]) == pytest.approx(result["bits_per_character"], rel=0.1)


def test_evaluate_of_a_run_of_windows_has_one_figure(
    notes_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The notes' preset is the network and nothing else."""
    text = tmp_path / "scene.txt"
    text.write_text(tiny_episodes()[0], encoding="utf-8")
    (line,) = evaluate(capsys, notes_run.path, text)
    assert re.fullmatch(r".*scene\.txt: [\d.]+ bits per character \([\d,]+ characters\)", line)


def test_evaluate_shows_a_person_how_far_it_is(
    tiny_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal the characters read so far are counted, in a line that goes when the figure comes."""
    text = tmp_path / "scene.txt"
    text.write_text("\n".join(tiny_episodes()), encoding="utf-8")
    assert main([str(tiny_run.path), str(text)]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("core.evaluate._SHOWN_SECONDS", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main([str(tiny_run.path), str(text)]) == 0
    shown = capsys.readouterr().err
    assert re.search(r"\r[\d,]+ characters read", shown)
    assert shown.endswith("\r\x1b[K")


def test_a_run_from_before_the_cache_writes_without(
    tiny_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run whose settings do not name the cache is read without one, so that its episodes stay what they were."""
    old = tmp_path / "old"
    shutil.copytree(tiny_run.path, old)
    facts = json.loads((old / FACTS).read_text(encoding="utf-8"))
    del facts["config"]["cache_model"], facts["result"]["cached_bits_per_character"]
    weights = (old / "weights.safetensors").read_bytes()
    facts["fingerprint"] = fingerprint(weights, facts["config"], tiny_run.vocabulary, facts.get("context"))
    (old / FACTS).write_text(json.dumps(facts), encoding="utf-8")
    run = Run.read(old)
    assert run.config.cache_model == "none"
    assert run.bits_per_character == run.facts["result"]["bits_per_character"]
    text = tmp_path / "scene.txt"
    text.write_text(tiny_episodes()[0], encoding="utf-8")
    line = evaluate(capsys, old, text)[0]
    assert line.endswith("characters)")
