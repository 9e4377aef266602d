"""The half-done training beside a run's place: weights, optimizer, carried state and position, in one file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as save_arrays

from core.config import END_OF_EPISODE, TrainConfig
from core.data.corpus import Corpus
from core.errors import RunError
from core.network.layer import LSTM
from core.network.model import Model
from core.network.weights import to_array
from core.run.layout import CHECKPOINT
from core.run.store import Run
from core.runtime.files import write_whole

_CURVE_POINTS = 4000


@dataclass
class Position:
    """How far a training has come, and what it found on the way; all of it survives a kill."""

    epoch: int = 0  # whole epochs behind
    step: int = 0  # batches behind in this one
    seconds: float = 0.0  # spent so far, in all processes
    targets: int = 0  # characters learnt so far, repeats counted
    epoch_loss: float = 0.0  # sum of this epoch's batch losses, in nats
    best_loss: float = float("inf")  # validation loss of the best weights in long streams, in nats
    best_score: float = float("inf")  # what they were chosen by: beginnings count as well, in nats
    best_beginnings: dict[str, Any] | None = None  # what beginnings cost them
    returned: float = 0.0  # epoch after which the training went back to its last sound weights, once
    best_epoch: float = 0.0
    worse_epochs: int = 0  # epochs since the best one
    start_share: float = 0.0  # of the weights begun with, in those that the run got
    history: list[dict[str, float]] = field(default_factory=list)  # a row an epoch
    curve: list[tuple[float, float]] = field(default_factory=list)  # (epochs, training loss in nats), finer
    samples: list[dict[str, Any]] = field(default_factory=list)

    def note_loss(self, epochs: float, loss: float) -> None:
        """Add a point to the curve of the training loss; a very fine curve is thinned to half of it."""
        self.curve.append((round(epochs, 4), round(loss, 4)))
        if len(self.curve) > _CURVE_POINTS:
            pairs = zip(self.curve[0::2], self.curve[1::2], strict=False)
            self.curve = [(second[0], (first[1] + second[1]) / 2) for first, second in pairs]


def save_checkpoint(folder: Path, model: Model, position: Position, identity: dict[str, Any]) -> None:
    """Write everything that going on needs; the file before it stays until this one is complete.

    Raises:
        DeviceError: the disk refuses; the checkpoint before is untouched.
    """
    arrays = {f"{index:04d}": to_array(variable) for index, variable in enumerate(_variables(model))}
    notes = {"position": json.dumps(asdict(position)), "identity": json.dumps(identity, sort_keys=True)}
    write_whole(folder / CHECKPOINT, save_arrays(arrays, metadata=notes))


def load_checkpoint(folder: Path, model: Model, identity: dict[str, Any]) -> Position:
    """Put `model` where the checkpoint in `folder` left it and return the position.

    Raises:
        RunError: no checkpoint, a damaged one, or one of another corpus or configuration.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        raise RunError("There is no checkpoint in {path} to go on from; start without --resume.", path=folder)
    try:
        with safe_open(path, framework="numpy") as file:
            notes = file.metadata()
            arrays = [file.get_tensor(name) for name in sorted(file.keys())]
        position = Position(**json.loads(notes["position"]))
        found = json.loads(notes["identity"])
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise RunError(
            "The checkpoint in {path} is damaged; delete that folder and start anew.", path=folder
        ) from error
    wanted = json.loads(json.dumps(identity))
    # Before there was a note of the start, nothing could be compared.
    changed = [name for name in wanted if found.get(name, wanted[name]) != wanted[name]]
    if changed:
        raise RunError(
            "The checkpoint in {path} was made with another {what}; resume with the same options, or delete that "
            "folder and start anew.",
            path=folder,
            what=", ".join(changed),
        )
    variables = _variables(model)
    if [array.shape for array in arrays] != [tuple(variable.shape) for variable in variables]:
        raise RunError(
            "The checkpoint in {path} does not fit this network; delete that folder and start anew.",
            path=folder,
        )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
    position.curve = [(epochs, loss) for epochs, loss in position.curve]
    return position


def _variables(model: Model) -> Sequence[Any]:
    """Return all that changes in a training: weights, random state, optimizer, carried LSTM states, each once."""
    model.optimizer.build(model.trainable_variables)
    carried = [
        state
        for layer in model.layers
        if isinstance(layer, LSTM) and layer.stateful
        for state in layer.states
    ]
    every = [*model.variables, *model.optimizer.variables, *carried]
    return list({id(variable): variable for variable in every}.values())


def identify(config: TrainConfig, corpus: Corpus, base: Run | None = None) -> dict[str, Any]:
    """Return what a resumed training must share; a longer budget is no other training."""
    free = ("minutes", "epochs", "patience", "cache_model")
    settings = {name: value for name, value in vars(config).items() if name not in free}
    return {
        "configuration": {**settings, "end": END_OF_EPISODE},
        "corpus": corpus.fingerprint,
        "start": None if base is None else base.fingerprint,
    }
