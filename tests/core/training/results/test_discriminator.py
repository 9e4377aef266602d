"""A finished network's own lines are told from people's, and what tells them comes back with the run."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.run.layout import DISCRIMINATOR
from core.run.store import Run
from core.training.results import discriminator
from core.training.results.discriminator import add_discriminator
from core.writing.constraints.index_files import read_index
from tests.conftest import tiny_episodes


@pytest.fixture(scope="module")
def run(shows_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run to which a discriminator is added, as after a training that learnt more."""
    copied = Run.read(Path(shutil.copytree(shows_run.path, tmp_path_factory.mktemp("run") / "shows")))
    index = read_index(copied)
    assert index is not None
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_FEWEST", 10), ("_TARGETS_A_LINE", 1), ("_SCENES_AT_ONCE", 2), ("_MOST", 60)):
            patch.setattr(discriminator, name, value)
        return add_discriminator(copied, index, tiny_episodes())


def test_discriminator_is_added_and_comes_back_from_its_file(run: Run, shows_run: Run) -> None:
    """It is among the run's files, the run's fingerprint stays, and codes of before are no longer its own."""
    found, before = read_index(run), read_index(shows_run)
    assert found is not None
    assert before is not None
    assert found.discriminator.is_known
    assert np.isfinite(found.discriminator.weights).all()
    assert not before.discriminator.is_known
    assert run.fingerprint == shows_run.fingerprint
    assert found.digest != before.digest


def test_damaged_discriminator_is_named(run: Run, tmp_path: Path) -> None:
    """A file that is not what it was is said to be damaged, by its name."""
    path = Path(shutil.copytree(run.path, tmp_path / "damaged"))
    (path / DISCRIMINATOR).write_bytes(b"no weights")
    with pytest.raises(RunError, match=DISCRIMINATOR):
        read_index(Run.read(path))


def test_short_training_gets_none(shows_run: Run) -> None:
    """A network that learnt little writes nothing to be compared, so that its training ends at once."""
    index = read_index(shows_run)
    assert index is not None
    assert add_discriminator(shows_run, index, tiny_episodes()) is shows_run
    assert not (shows_run.path / DISCRIMINATOR).exists()
