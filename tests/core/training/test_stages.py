"""A training in two stages: the second starts where the first ended, and a stop in either loses nothing."""

import json
from pathlib import Path

import pytest

from core.config import TrainConfig
from core.data.sources.source import Source
from core.errors import RunError, TrainingError
from core.run.layout import FACTS
from core.run.store import Run
from core.training.plan import TrainingPlan, TrainingStopped
from core.training.stages import train_in_stages
from tests.conftest import tiny_episodes

pytestmark = [
    pytest.mark.slow,
    # Keras reads its variables in a way that NumPy 2 wants spelled otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

CONFIG = TrainConfig(
    units=8,
    window_length=16,
    batch=8,
    epochs=1,
    dropout=0.2,
    carry_state=False,
    first_series="all",
    first_epochs=1,
    first_learning_rate=4e-3,
    first_dropout=0.1,
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Return a table of two series, and the choice of one."""
    path = tmp_path_factory.mktemp("scripts") / "two.json"
    episodes = tiny_episodes(20)
    series = {
        "DS9": dict(enumerate(episodes[:10])),
        "TOS": {number: text.replace("KIRA", "KIRK") for number, text in enumerate(episodes[10:])},
    }
    path.write_text(json.dumps(series), encoding="utf-8")
    return Source(str(path), series="DS9")


@pytest.fixture(scope="module")
def whole(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run that was trained without a stop."""
    return train_in_stages(TrainingPlan(source, CONFIG, tmp_path_factory.mktemp("whole") / "run"))


def test_second_stage_starts_from_the_first(whole: Run) -> None:
    """The run knows where it started from, and nothing of the first stage is left beside it."""
    assert whole.facts["data"]["source"] == "two.json, series DS9"
    assert whole.facts["start"]["source"] == "two.json, series all"
    assert whole.facts["start"]["targets"] > whole.facts["result"]["targets"]
    assert "K" in whole.vocabulary.characters
    assert [item.name for item in whole.path.parent.iterdir() if item.suffix != ".lock"] == ["run"]


@pytest.mark.parametrize("stage", ["first", "second"])
def test_stop_in_either_stage_loses_nothing(stage: str, source: Source, whole: Run, tmp_path: Path) -> None:
    """Stopped in the first stage or in the second, it ends with the same bits; without --resume it is refused."""
    left = [3]

    def stopped() -> bool:
        if stage == "first" or (tmp_path / "run.first" / FACTS).is_file():
            left[0] -= 1
        return left[0] == 0

    job = TrainingPlan(source, CONFIG, tmp_path / "run")
    with pytest.raises(TrainingStopped):
        train_in_stages(job, stopped=stopped)
    with pytest.raises(TrainingError, match="--resume"):
        train_in_stages(job)
    if stage == "second":  # the first is a run of its own, with its own numbers
        first = Run.read(tmp_path / "run.first").config
        assert (first.dropout, first.learning_rate, first.carry_state) == (0.1, 4e-3, True)
    run = train_in_stages(TrainingPlan(source, CONFIG, tmp_path / "run", resume=True))
    assert run.fingerprint == whole.fingerprint
    assert [item.name for item in tmp_path.iterdir() if item.suffix != ".lock"] == ["run"]


def test_two_stages_do_not_replace_a_run(source: Source, whole: Run) -> None:
    """A run in the way is refused before anything is learnt."""
    with pytest.raises(RunError, match="exists already"):
        train_in_stages(TrainingPlan(source, CONFIG, whole.path))
    assert Run.read(whole.path).fingerprint == whole.fingerprint


def test_one_stage_is_a_plain_training(source: Source, tmp_path: Path) -> None:
    """Without first series there is no first stage."""
    run = train_in_stages(TrainingPlan(source, CONFIG.with_changes(first_series=None), tmp_path / "run"))
    assert run.facts["start"] is None
