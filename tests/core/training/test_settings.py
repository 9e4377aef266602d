"""What the settings of a training change in the network that comes out, beyond its size and its time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config import TrainConfig
from core.data.sources.source import Source
from core.errors import ConfigError
from core.run.store import Run
from core.training.plan import TrainingPlan
from core.training.train import train

pytestmark = [
    pytest.mark.slow,
    # Keras reads its variables in a way that NumPy 2 wants spelled otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

# Of two parts: what they compile is compiled once for all trainings of a process, a batch in one part for each.
SMALL = TrainConfig(units=8, window_length=16, batch=8, epochs=1, learning_rate=0.2)
Learn = Callable[..., Run]


@pytest.fixture(scope="module")
def learn(tiny_scripts: Path, tmp_path_factory: pytest.TempPathFactory) -> Learn:
    """Return a function that trains a small network with some settings, each set of them once."""
    runs: dict[str, Run] = {}

    def _learn(**changes: float | bool) -> Run:
        name = repr(changes)
        if name not in runs:
            job = TrainingPlan(
                Source(str(tiny_scripts)),
                SMALL.with_changes(**changes),
                tmp_path_factory.mktemp("run") / "run",
            )
            runs[name] = train(job)
        return runs[name]

    return _learn


def distance(first: Run, second: Run) -> float:
    """Return how far the weights of two runs are apart, as the length of their difference."""
    others = second.weights()
    return float(np.sqrt(sum(np.sum((array - others[name]) ** 2) for name, array in first.weights().items())))


@pytest.mark.parametrize("changes", [{"carry_state": False}], ids=lambda changes: next(iter(changes)))
def test_setting_changes_the_network(changes: dict[str, float | bool], learn: Learn) -> None:
    """Each setting of the learning makes another network, which still learns more than chance."""
    run = learn(**changes)
    assert distance(run, learn()) > 1e-3
    assert run.bits_per_character < np.log2(len(run.vocabulary))


def test_start_share_is_taken_where_it_helps(learn: Learn, tiny_scripts: Path, tmp_path: Path) -> None:
    """Spoilt by a wild training, the weights go back towards those begun with; improved by a calm one, they stay."""
    begun = learn()

    def go_on(place: str, **changes: Any) -> Run:
        job = TrainingPlan(
            Source(str(tiny_scripts)), SMALL.with_changes(**changes), tmp_path / place, start=begun.path
        )
        return train(job)

    wild, mended = (
        go_on(f"wild {share}", learning_rate=3.0, schedule="constant", start_share=share)
        for share in (0.0, 0.99)
    )
    assert mended.facts["result"]["start_share"] == 0.99
    assert mended.bits_per_character < wild.bits_per_character
    on_the_way = {name: 0.01 * end + 0.99 * begun.weights()[name] for name, end in wild.weights().items()}
    for name, array in mended.weights().items():
        np.testing.assert_allclose(array, on_the_way[name], atol=1e-5)

    calm, kept = (go_on(f"calm {share}", learning_rate=0.02, start_share=share) for share in (0.0, 0.9))
    assert kept.facts["result"]["start_share"] == 0.0
    assert distance(kept, calm) == 0


@pytest.mark.parametrize("name", ["dropout", "start_share"])
def test_share_beyond_its_range_is_refused(name: str) -> None:
    """A share of 1 or below 0 is named with what would do."""
    for value in (1.0, -0.1, float("nan")):
        with pytest.raises(ConfigError, match="must be 0 or more and less than 1"):
            SMALL.with_changes(**{name: value})
