"""The best weights of a training: kept beside its checkpoint, and mixed with those it began with."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from core.errors import TrainingError
from core.evaluation.validation import Validation, is_sound
from core.network.model import Model
from core.network.weights import mix_weights, to_array
from core.run.layout import BEST
from core.runtime.files import write_whole
from core.training.checkpoints.checkpoint import Position


class BestWeights:
    """The weights with the lowest validation loss so far, in a file of the half-done training."""

    def __init__(self, folder: Path, model: Model) -> None:
        self._path = folder / BEST
        self._model = model

    def keep(self) -> None:
        """Write the weights that the model has now.

        Raises:
            DeviceError: the disk refuses.
        """
        arrays = {f"{index:04d}": to_array(variable) for index, variable in enumerate(self._model.variables)}
        write_whole(self._path, save_arrays(arrays))

    def restore(self) -> None:
        """Give the model the weights that were kept.

        Raises:
            TrainingError: the file is damaged.
        """
        try:
            arrays = load_arrays(self._path.read_bytes())
        except (OSError, SafetensorError) as error:
            raise TrainingError(
                "The best weights in {path} are damaged; delete that folder and start anew.",
                path=self._path.parent,
            ) from error
        for variable, name in zip(self._model.variables, sorted(arrays), strict=True):
            variable.assign(arrays[name])

    def return_from(self, found: Validation, position: Position, *, epoch: float) -> bool:
        """Go back to the best weights where those of `epoch` fail where texts begin; return whether it was done.

        It is done once in a training: what fails again from sound weights is for the trial to refuse.
        """
        if position.returned or is_sound(found.score) or not is_sound(position.best_score):
            return False
        self.restore()
        position.returned = epoch
        return True


def note_best(position: Position, found: Validation) -> bool:
    """Note what weights cost if they are the best so far, and return whether they are."""
    if not found.score < position.best_score:
        return False
    position.best_loss, position.best_score, position.best_beginnings = found.loss, found.score, found.facts()
    return True


def return_in_part(
    model: Model,
    begun: Sequence[npt.NDArray[Any]],
    *,
    share: float,
    position: Position,
    validate: Callable[[Model], Validation],
) -> None:
    """Take that share of the weights begun with into `model`, if held-out text is the better for it.

    Between two sets of weights of one training lies a straight way of low loss, whose middle is often better than
    its ends (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
    """
    best = mix_weights(model, begun, share=share)
    if note_best(position, validate(model)):
        position.start_share = share
    else:
        mix_weights(model, best, share=1.0)
