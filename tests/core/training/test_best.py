"""Which weights of a training are the best, and what is done when some fail where texts begin."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import keras
import numpy as np
import pytest

from core.evaluation.beginnings import Beginnings
from core.evaluation.validation import Validation
from core.network.model import Model
from core.network.weights import to_array
from core.training.checkpoints.best import BestWeights, note_best
from core.training.checkpoints.checkpoint import Position

# Keras reads its variables in a way that NumPy 2 wants spelled otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SOUND = Validation(1.5, Beginnings(stretches=200, bits=2.5, share_over_8=0.0, by_kind={"line": 2.5}))
FAILING = Validation(1.2, Beginnings(stretches=200, bits=2.6, share_over_8=0.05, by_kind={"line": 2.6}))


def test_weights_that_fail_where_texts_begin_are_never_the_best() -> None:
    """A lower loss in long streams does not make up for beginnings that cost over 8 bits; which is said."""
    position = Position()
    assert note_best(position, FAILING)
    assert note_best(position, SOUND)
    assert not note_best(position, FAILING)
    assert position.best_loss == 1.5
    assert position.best_beginnings == {
        "stretches": 200,
        "bits": 2.5,
        "share_over_8": 0.0,
        "by_kind": {"line": 2.5},
    }
    assert (FAILING.facts() or {})["note"].startswith("It fails where a text begins: 5.0% of 200 beginnings")


def test_beginnings_count_as_much_as_long_streams() -> None:
    """Of two sound ones the better mean is kept, and without beginnings the loss alone counts."""
    position = Position()
    note_best(position, SOUND)
    begins_worse = replace(SOUND, loss=1.45, beginnings=Beginnings(200, 2.9, 0.0, {"line": 2.9}))
    assert not note_best(position, begins_worse)
    assert Validation(1.4).score == 1.4


def test_a_training_that_fails_goes_on_from_its_last_sound_weights_once(tmp_path: Path) -> None:
    """From failing weights it returns to the sound ones that were kept; a second time it does not."""
    weight = keras.Variable(np.array([1.0, 2.0], dtype=np.float32))
    best = BestWeights(tmp_path, cast("Model", SimpleNamespace(variables=[weight])))
    position = Position()
    assert not best.return_from(FAILING, position, epoch=1)  # there are no sound ones yet
    note_best(position, SOUND)
    best.keep()
    weight.assign(np.array([9.0, 9.0], dtype=np.float32))
    assert not best.return_from(SOUND, position, epoch=2)
    assert best.return_from(FAILING, position, epoch=3)
    assert to_array(weight).tolist() == [1.0, 2.0]
    assert position.returned == 3
    assert not best.return_from(FAILING, position, epoch=4)
