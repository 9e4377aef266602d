"""A network that starts from a narrower one: the same at first, and room for more."""

from pathlib import Path

import numpy as np
import pytest

from core.config import TrainConfig
from core.data.sources.source import Source
from core.errors import TrainingError
from core.evaluation.likelihood import nats_of
from core.network.weights import widen
from core.run.store import Run
from core.training.plan import TrainingPlan
from core.training.train import train
from core.writing.generator import Generator

pytestmark = [
    pytest.mark.slow,
    # Keras reads its variables in a way that NumPy 2 wants spelled otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

CONFIG = TrainConfig(units=8, layers=2, window_length=16, batch=8, epochs=1)


@pytest.fixture(scope="module")
def narrow(tiny_scripts: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a trained run of eight units."""
    return train(TrainingPlan(Source(str(tiny_scripts)), CONFIG, tmp_path_factory.mktemp("narrow") / "run"))


def grow(narrow: Run, scripts: Path, place: Path, **changes: float) -> Run:
    """Return the run of a training that starts from `narrow`."""
    return train(
        TrainingPlan(Source(str(scripts)), CONFIG.with_changes(**changes), place / "run", start=narrow.path)
    )


def test_wider_network_starts_as_the_narrower_one(narrow: Run, tiny_scripts: Path, tmp_path: Path) -> None:
    """With next to no learning, the wider network gives every character the same probability, to 1e-4 nats."""
    wide = grow(narrow, tiny_scripts, tmp_path, units=13, learning_rate=1e-9)
    assert wide.config.units == 13
    ids = narrow.vocabulary.encode("KIRA: No.\nODO: Yes.\n")
    of_narrow, of_wide = (
        nats_of(Generator.of(run.config, run.weights()), [ids], start=0)[0] for run in (narrow, wide)
    )
    np.testing.assert_allclose(of_wide, of_narrow, atol=1e-4)


def test_new_units_learn(narrow: Run, tiny_scripts: Path, tmp_path: Path) -> None:
    """After a training the network reads the units that nothing read at first."""
    wide = grow(narrow, tiny_scripts, tmp_path, units=13, learning_rate=0.01)
    assert np.abs(wide.weights()["characters/kernel"][8:]).max() > 1e-3
    assert wide.bits_per_character < narrow.bits_per_character


@pytest.mark.parametrize("changes", [{"units": 7}, {"layers": 1}, {"layers": 3}], ids=str)
def test_narrower_or_other_network_is_refused(
    changes: dict[str, int], narrow: Run, tiny_scripts: Path, tmp_path: Path
) -> None:
    """A network that cannot hold the one it should start from is refused with the options that would do."""
    with pytest.raises(TrainingError, match=r"--units 8 or more and --layers 2\.$"):
        grow(narrow, tiny_scripts, tmp_path, **changes)


def test_widen_keeps_gates_apart() -> None:
    """Each gate's old columns stay first among that gate's, and old columns read nothing of new rows."""
    old = np.arange(1, 9).reshape(1, 8)  # one row, four gates of two units
    wide = widen(old, np.full((2, 12), 9), gates=True)
    assert wide.tolist() == [[1, 2, 9, 3, 4, 9, 5, 6, 9, 7, 8, 9], [0, 0, 9, 0, 0, 9, 0, 0, 9, 0, 0, 9]]


def test_widen_refuses_what_does_not_fit() -> None:
    """A narrower place is a programmer's mistake."""
    with pytest.raises(ValueError, match="does not fit"):
        widen(np.zeros((2, 8)), np.zeros((2, 4)), gates=True)
