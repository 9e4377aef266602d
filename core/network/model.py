"""The Keras network: ids in, the logits (or probabilities) of the next character out; nothing else."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from core.config import TrainConfig
from core.data.context_tables import ContextTables
from core.network.layer import LSTM, has_quick_cpu
from core.runtime.threads import share_batch

Model = Any  # keras.Model: Keras has no type information


def build_model(
    config: TrainConfig, *, vocabulary: int, batch: int, context: ContextTables | None = None
) -> Model:
    """Return the compiled network.

    `targets="last"`: ids (any batch, window_length) -> probabilities (batch, vocabulary), as in the lecture.
    `targets="all"`: ids (batch, window_length) -> logits (batch, window_length, vocabulary), with the LSTM's
    state carried from one batch to the next until `reset_state`. With context tables the ids are
    (batch, window_length, 1 + features): a character's, and the rows of its context after the characters'.
    """
    every = config.targets == "all"
    keras.utils.set_random_seed(config.seed)
    features = 0 if context is None else len(context.sizes)
    inputs = keras.Input(
        (config.window_length, 1 + features) if features else (config.window_length,),
        batch_size=batch if every else None,
        dtype="int32",
        name="ids",
    )
    outputs = inputs
    for layer in range(config.layers):
        if layer and config.dropout:
            outputs = _dropout(config, name=f"dropout_{layer}")(outputs)
        outputs = LSTM(
            config.units,
            one_hot=None if layer else vocabulary,
            context=0 if layer or context is None else context.rows,
            return_sequences=every or layer < config.layers - 1,
            stateful=every,
            name=f"lstm_{layer + 1}",
        )(outputs)
    if config.dropout:
        outputs = _dropout(config, name=f"dropout_{config.layers}", each=every)(outputs)
    # In single precision, also where the layers before compute in half: a loss needs the digits.
    outputs = keras.layers.Dense(
        vocabulary, activation=None if every else "softmax", dtype="float32", name="characters"
    )(outputs)
    model = keras.Model(inputs, outputs, name="holosuite")
    model.compile(
        optimizer=keras.optimizers.Adam(
            config.learning_rate,
            global_clipnorm=config.clip_norm,
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=every),
        # Keras's "auto" does without XLA on TensorFlow's CPU, where it makes this network a fifth quicker; but as one
        # compiled function the cores could not share a batch (`core.network.quick_cpu`).
        jit_compile=len(share_batch(batch)) == 1 if has_quick_cpu() else "auto",
    )
    return model


def _dropout(config: TrainConfig, *, name: str, each: bool = True) -> Any:  # noqa: ANN401  # a layer of Keras
    """Return a layer that drops the same outputs at every time step of a window, if there is `each` of them.

    One mask a window (Gal and Ghahramani 2016), not one a character: random numbers took longer than the network.
    """
    return keras.layers.Dropout(config.dropout, noise_shape=(None, 1, None) if each else None, name=name)


def begin_texts(model: Model, begins: npt.NDArray[np.bool_]) -> None:
    """Set the carried states of those texts of a batch to zero that begin anew, (batch,)."""
    if not begins.any():
        return
    kept = keras.ops.convert_to_tensor(~begins[:, None], dtype="float32")
    for layer in model.layers:
        if isinstance(layer, LSTM) and layer.stateful:
            for state in layer.states:
                state.assign(keras.ops.where(kept > 0, state.value, keras.ops.zeros_like(state.value)))


def reset_state(model: Model) -> None:
    """Set every carried LSTM state to zero: the next batch starts new texts."""
    for layer in model.layers:
        if isinstance(layer, LSTM) and layer.stateful:
            layer.reset_state()
