"""What beginnings cost, and the refusal of a run that loses itself there, such as one of scaled weights."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from benchmarks.networks import write_random_run
from core.config import TrainConfig
from core.data.vocabulary import Vocabulary
from core.errors import RunError
from core.evaluation.acceptance import check_beginnings, check_figure
from core.evaluation.acceptance import main as try_out
from core.evaluation.beginnings import LENGTH, Beginnings, choose_stretches, read_beginnings
from core.evaluation.runaways import RunawayCount, check_scenes, try_scenes
from core.run.layout import FACTS, WEIGHTS
from core.run.store import CONTEXT, Arrays, Run, fingerprint
from core.text import read_text
from core.writing.generator import Generator
from tests.conftest import tiny_episodes


def scaled(run: Run, folder: Path, *, factor: float) -> Run:
    """Return a copy of `run` in `folder` whose recurrent weights are `factor` times as large."""
    shutil.copytree(run.path, folder)
    weights = load_file(folder / WEIGHTS)
    for name in weights:
        if "recurrent" in name or name.startswith("characters"):
            weights[name] = (weights[name] * factor).astype(np.float32)
    return with_weights(run, folder, weights)


def with_weights(run: Run, folder: Path, weights: Arrays) -> Run:
    """Return the run in `folder`, a copy of `run`, with other weights."""
    data = save(dict(weights))
    (folder / WEIGHTS).write_bytes(data)
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    facts["fingerprint"] = fingerprint(data, facts["config"], run.vocabulary, facts.get(CONTEXT))
    (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")
    return Run.read(folder)


@pytest.fixture(scope="module")
def random_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run over the tiny episodes' characters that was not trained."""
    vocabulary = Vocabulary.of("\x03" + "".join(tiny_episodes()))
    config = TrainConfig.from_preset("default", units=24)
    return write_random_run(tmp_path_factory.mktemp("random") / "run", config, vocabulary=vocabulary)


def read(run: Run) -> Beginnings:
    """Return what the tiny episodes' beginnings cost `run`."""
    found = read_beginnings(Generator.of(run.config, run.weights()), run.vocabulary, tiny_episodes())
    assert found is not None
    return found


def test_stretches_begin_at_lines_after_headings_and_after_names() -> None:
    """All three kinds are there, each reads what it should, and the same seed chooses the same."""
    stretches = choose_stretches(tiny_episodes(), most=40)
    assert {stretch.kind for stretch in stretches} == {"line", "heading", "name"}
    given = {kind: {s.given for s in stretches if s.kind == kind} for kind in ("line", "heading", "name")}
    assert given["line"] == {""}
    assert given["heading"] <= {"[Ops]\n", "[Promenade]\n", "[Quark's bar]\n"}
    assert all(name.endswith(":") for name in given["name"])
    assert all(len(stretch.wanted) == LENGTH for stretch in stretches if stretch.kind == "line")
    assert stretches == choose_stretches(tiny_episodes(), most=40)


def test_a_network_that_guesses_is_not_lost(random_run: Run) -> None:
    """Random weights cost about as much as guessing, in every beginning."""
    found = read(random_run)
    assert found.is_sound
    assert found.bits == pytest.approx(np.log2(len(random_run.vocabulary)), abs=1.0)
    assert not found.parts_from(found.bits)


def test_scaled_weights_are_found_where_texts_begin(random_run: Run, tmp_path: Path) -> None:
    """Weights thirty times too large are sure of what is wrong, which is said."""
    found = read(scaled(random_run, tmp_path / "scaled", factor=30))
    assert not found.is_sound
    assert "fails where a text begins" in found.parts_from(1.5)
    with pytest.raises(RunError, match="loses itself when a text begins"):
        check_beginnings({"beginnings": found.to_dict()})


def test_a_run_that_repeats_itself_is_refused(random_run: Run, tmp_path: Path) -> None:
    """Scenes of one character are counted as such, and the reason has an example."""
    stuck = scaled(random_run, tmp_path / "stuck", factor=0)
    weights = load_file(stuck.path / WEIGHTS)
    weights["characters/bias"] = np.where(np.arange(len(stuck.vocabulary)) == 20, 50, 0).astype(np.float32)
    count = try_scenes(with_weights(stuck, stuck.path, weights), seed=7)
    assert count.repeated == count.scenes
    with pytest.raises(RunError, match=r"repeat one character, such as"):
        check_scenes(count)


def test_a_scene_or_two_that_end_early_are_no_reason() -> None:
    """A quarter of the scenes may fail, no more."""
    check_scenes(RunawayCount(scenes=40, ended=6, repeated=4, example=""))
    with pytest.raises(RunError, match="11 end at once"):
        check_scenes(RunawayCount(scenes=40, ended=11, repeated=0, example="ROMEO: IV"))


def test_a_run_that_is_far_from_its_own_figure_is_refused(random_run: Run) -> None:
    """Weights that cost far more than what the training found are not its own; a tenth is the choice of text."""
    check_figure(random_run, {"new_bits": random_run.bits_per_character + 0.1})
    check_figure(random_run, {"problem": "There is no text."})
    with pytest.raises(RunError, match=r"bits per character, and did cost"):
        check_figure(random_run, {"new_bits": 1.25 * random_run.bits_per_character + 0.6})


@pytest.mark.slow
def test_the_trial_refuses_scaled_weights(
    tiny_run: Run, tiny_scripts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run made to fail on purpose is refused with a reason; the run that it was made of is not."""
    broken = scaled(tiny_run, tmp_path / "broken", factor=30)
    facts = json.loads((broken.path / FACTS).read_text(encoding="utf-8"))
    facts["result"]["returned"] = 3.0
    (broken.path / FACTS).write_text(json.dumps(facts), encoding="utf-8")
    assert try_out([str(broken.path), "--scripts", str(tiny_scripts)]) == 2
    error = read_text(json.loads(capsys.readouterr().out)["error"])
    assert "loses itself" in error
    assert "after 3 epochs" in error
    assert try_out([str(tiny_run.path), "--old", str(tiny_run.path), "--scripts", str(tiny_scripts)]) == 0
    comparison = json.loads(capsys.readouterr().out)["comparison"]
    assert comparison["better"] is True
    assert comparison["beginnings"]["share_over_8"] == 0
