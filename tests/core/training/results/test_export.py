"""Shipping a run: small, the same writer, with a card of its own."""

import re
from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.evaluation.score import score_texts
from core.run.layout import FACTS
from core.run.store import Run
from core.training.results.export import main, ship
from core.writing.generator import Generator
from core.writing.request import SceneRequest
from core.writing.writer import Writer
from tests.conftest import tiny_episodes

pytestmark = pytest.mark.slow


def bits(run: Run) -> float:
    """Return the bits per character of the tiny episodes under a run."""
    generator = Generator.of(run.config, run.weights())
    score = score_texts(tiny_episodes(), name="tiny", generator=generator, vocabulary=run.vocabulary)
    return score.bits_per_character


def test_shipped_run_is_smaller_and_predicts_as_well(tiny_run: Run, tmp_path: Path) -> None:
    """Half precision halves the weights and costs less than 0.002 bits; the Keras network stays behind."""
    shipped = ship(tiny_run, tmp_path / "small", overwrite=False)
    sizes = [(run.path / "weights.safetensors").stat().st_size for run in (tiny_run, shipped)]
    assert sizes[1] < 0.6 * sizes[0]
    assert not (shipped.path / "model.keras").exists()
    assert abs(bits(shipped) - bits(tiny_run)) < 0.002
    assert all(array.dtype == np.float32 for array in shipped.weights().values())


def test_shipped_run_still_has_its_directions(tiny_run: Run, tmp_path: Path) -> None:
    """The word list and the filter go along, so that the shipped run can be directed."""
    shipped = Writer(ship(tiny_run, tmp_path / "small", overwrite=False))
    assert shipped.usual == Writer(tiny_run).usual
    assert shipped.write(SceneRequest(length=60, seed=1, directions=shipped.usual)).script


def test_card_of_a_shipped_run_names_what_is_there(tiny_run: Run, tmp_path: Path) -> None:
    """The card has its own name, the notes, scenes, and exactly the files beside it."""
    notes = tmp_path / "notes.md"
    notes.write_text("## What it is good at\n\nDoors.\n", encoding="utf-8")
    assert main([str(tiny_run.path), str(tmp_path / "small"), "--notes", str(notes)]) == 0
    card = (tmp_path / "small" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# small\n")
    assert "## What it is good at\n\nDoors.\n\n## Scenes\n" in card
    assert card.count("```text\n") == 4
    named = set(re.findall(r"^\| `([^`]+)` \|", card, flags=re.MULTILINE))
    assert named == {item.name for item in (tmp_path / "small").iterdir()} - {"README.md"}


def test_shipping_over_a_run_wants_to_be_asked(tiny_run: Run, tmp_path: Path) -> None:
    """A run in the way stays, but for --overwrite."""
    first = ship(tiny_run, tmp_path / "small", overwrite=False)
    with pytest.raises(RunError, match="exists already"):
        ship(tiny_run, first.path, overwrite=False)
    assert ship(tiny_run, first.path, overwrite=True).fingerprint == first.fingerprint
    assert (first.path / FACTS).is_file()


def test_shipping_notes_that_are_missing_is_refused(
    tiny_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sentence names the file, and nothing is written."""
    assert main([str(tiny_run.path), str(tmp_path / "small"), "--notes", str(tmp_path / "none.md")]) == 2
    assert "none.md cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "small").exists()
