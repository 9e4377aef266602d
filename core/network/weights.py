"""A network's weights: out of the model, into it from a run, into a wider one, and between two sets of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.config import TrainConfig
from core.data.context_tables import ContextTables
from core.data.vocabulary import Vocabulary
from core.errors import TrainingError
from core.network.matching import match_characters, match_outputs, match_rows
from core.network.model import Model
from core.run.store import Run

_INPUTS, _INPUT_BIAS = "lstm_1/kernel", "lstm_1/bias"
_OUTPUTS, _OUTPUT_BIAS = "characters/kernel", "characters/bias"
_GATES = 4  # parts of an LSTM's columns


def export_weights(model: Model) -> dict[str, Any]:
    """Return the network's weights by layer and kind, as a run holds them."""
    return {
        f"{layer.name}/{weight.name}": to_array(weight)
        for layer in model.layers
        for weight in layer.trainable_weights
    }


def take_weights(
    model: Model,
    base: Run,
    config: TrainConfig,
    vocabulary: Vocabulary | None = None,
    tables: ContextTables | None = None,
) -> None:
    """Give `model` the weights of `base`; a wider model computes what `base` does, with room to learn more.

    Weights follow the characters of the model's `vocabulary` (that of `base` if None) and what its context ids stand
    for; what `base` does not know begins as something like it (`match_inputs`, `match_outputs`).

    Raises:
        TrainingError: they are those of a wider network, or of one with other layers.
    """
    weights = dict(base.weights())
    variables = {
        f"{layer.name}/{weight.name}": weight for layer in model.layers for weight in layer.trainable_weights
    }
    if set(weights) != set(variables) or base.config.units > config.units:
        raise TrainingError(
            "The run in {path} has another network; start from it with --units {units} or more and --layers {layers}.",
            path=base.path,
            units=base.config.units,
            layers=base.config.layers,
        )
    old, new = base.vocabulary, base.vocabulary if vocabulary is None else vocabulary
    characters = match_characters(weights[_INPUTS][: len(old)], old, new)
    rows, left_out = match_rows(weights[_INPUTS][len(old) :], base.tables, tables)
    weights[_INPUTS] = np.concatenate((characters, rows))
    weights[_INPUT_BIAS] = weights[_INPUT_BIAS] + left_out
    weights[_OUTPUTS], weights[_OUTPUT_BIAS] = match_outputs(
        weights[_OUTPUTS], weights[_OUTPUT_BIAS], old, new
    )
    for name, variable in variables.items():
        variable.assign(widen(weights[name], to_array(variable), gates=name.startswith("lstm")))


def mix_weights(model: Model, others: Sequence[npt.NDArray[Any]], *, share: float) -> list[npt.NDArray[Any]]:
    """Give `model` that share of `others`, in the order of its trainable variables; return what it had."""
    variables = model.trainable_variables
    had = [to_array(variable) for variable in variables]
    for variable, own, other in zip(variables, had, others, strict=True):
        variable.assign((1 - share) * own + share * other)
    return had


def widen(weights: npt.NDArray[Any], fresh: npt.NDArray[Any], *, gates: bool) -> npt.NDArray[Any]:
    """Return `fresh`, a wider layer's initial array, with `weights`, the trained one, in its place.

    This is Net2Net's way to a wider network that computes the same (Chen, Goodfellow, Shlens 2016).

    The last axis holds the units of each gate in turn if there are `gates`. A new unit reads what it happens to read;
    nothing that was there before reads it yet, so that the outputs stay the same until it has learnt something.

    Raises:
        ValueError: `fresh` is narrower, or has another number of axes.
    """
    parts = _GATES if gates else 1
    old = weights.reshape(*weights.shape[:-1], parts, weights.shape[-1] // parts)
    new = fresh.reshape(*fresh.shape[:-1], parts, fresh.shape[-1] // parts).copy()
    if old.ndim != new.ndim or any(a > b for a, b in zip(old.shape, new.shape, strict=True)):
        raise ValueError(f"{weights.shape} does not fit into {fresh.shape}")
    new[..., : old.shape[-1]] = 0
    new[tuple(slice(size) for size in old.shape)] = old
    return np.ascontiguousarray(new.reshape(fresh.shape))


def to_array(variable: Any) -> npt.NDArray[Any]:  # noqa: ANN401  # a backend's variable
    """Return a variable's value as an array of its own."""
    import keras  # noqa: PLC0415

    return np.array(keras.ops.convert_to_numpy(variable))
