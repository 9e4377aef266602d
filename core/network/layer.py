"""Keras's LSTM layer that also takes ids as one-hot vectors, and computes the quick way on TensorFlow's CPU.

Everywhere else (another backend, a GPU with cuDNN's kernel, masks, dropout inside the cell) Keras's own code runs, and
so it does without the folder `quick_cpu`.
"""

import importlib.util
from typing import Any

import keras

_QUICK = "core.network.quick_cpu"

# A backend's tensor: Keras 3 has no public type for it.
Tensor = Any


@keras.saving.register_keras_serializable(package="holosuite")
class LSTM(keras.layers.LSTM):  # type: ignore[misc]  # keras has no type information
    """`keras.layers.LSTM` that also takes ids, with a faster gradient on TensorFlow's CPU.

    Args:
        units: size of the state and of an output.
        one_hot: None for Keras's own input, (batch, time, features); a number for ids, (batch, time), each
            standing for a one-hot vector of that many features, which is never multiplied out on the CPU.
        context: 0, or the number of features that further ids beside a character's share: the input is
            (batch, time, 1 + further ids), each the number of a feature, those of the context after the characters'.
        **options: those of `keras.layers.LSTM`.
    """

    def __init__(self, units: int, *, one_hot: int | None = None, context: int = 0, **options: Any) -> None:
        super().__init__(units, **options)
        self.one_hot = one_hot
        self.context = context
        if one_hot is not None:
            self.input_spec = keras.layers.InputSpec(ndim=3 if context else 2)
        if on_tensorflow_cpu():
            # Keras forbids XLA for the sake of cuDNN's kernel, which a CPU does not have.
            self.supports_jit = True

    def build(self, sequences_shape: tuple[int | None, ...], *args: Any) -> None:
        """Create the weights, those of Keras's layer."""
        super().build(self._vectors_shape(sequences_shape), *args)

    def compute_output_shape(self, sequences_shape: tuple[int | None, ...], *args: Any) -> Any:
        """Return the shape of the output, that of Keras's layer."""
        return super().compute_output_shape(self._vectors_shape(sequences_shape), *args)

    def call(
        self,
        sequences: Tensor,
        initial_state: Any = None,
        mask: Tensor = None,
        training: bool = False,  # noqa: FBT001, FBT002  # Keras's own signature
    ) -> Any:
        """Return what Keras's layer returns for the same sequences."""
        if self.one_hot is not None and self._is_quick(mask=mask, training=training):
            # The ids as they are, where Keras expects the features.
            sequences = sequences if self.context else keras.ops.expand_dims(sequences, -1)
        elif self.one_hot is not None:
            sequences = self._count_ones(sequences)
        if self.stateful and initial_state is None:
            # Copies: the variables hold the next state by the time the gradient is taken.
            initial_state = [keras.ops.copy(state) for state in self.states]
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def inner_loop(
        self,
        sequences: Tensor,
        initial_state: Any,
        mask: Tensor,
        training: bool = False,  # noqa: FBT001, FBT002  # Keras's own signature
    ) -> Any:
        """Return (last output, all outputs, last states), in the quick way where it applies."""
        if not self._is_quick(mask=mask, training=training):
            return super().inner_loop(sequences, initial_state, mask, training=training)
        from core.network.quick_cpu.layer import run_layer  # noqa: PLC0415  # loads TensorFlow

        return run_layer(self, sequences, initial_state)

    def get_config(self) -> dict[str, Any]:
        """Return Keras's configuration, and `one_hot` where it is used."""
        extra = {} if self.one_hot is None else {"one_hot": self.one_hot}
        if self.context:
            extra["context"] = self.context
        return {**super().get_config(), **extra}

    def _vectors_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        if self.one_hot is None:
            return tuple(shape)
        return (*shape[:2], self.one_hot + self.context)

    def _count_ones(self, sequences: Tensor) -> Tensor:
        """Return the vectors, (batch, time, features), with a one for each id."""
        if not self.context:
            return keras.ops.one_hot(sequences, self.one_hot, dtype=self.compute_dtype)
        features = int(self.one_hot or 0) + self.context
        return sum(
            keras.ops.one_hot(sequences[..., index], features, dtype=self.compute_dtype)
            for index in range(sequences.shape[-1])
        )

    def _is_quick(self, *, mask: Tensor, training: bool) -> bool:
        """Return whether the quick way gives what this layer's options ask for."""
        cell = self.cell
        return (
            has_quick_cpu()
            and mask is None
            and not self.unroll
            and self.use_cudnn is not True
            and self.compute_dtype == "float32"
            and cell.activation is keras.activations.tanh
            and cell.recurrent_activation is keras.activations.sigmoid
            and not (training and (cell.dropout or cell.recurrent_dropout))
        )


def on_tensorflow_cpu() -> bool:
    """Return whether TensorFlow computes and no GPU is there to run cuDNN's kernel."""
    return bool(
        keras.backend.backend() == "tensorflow"
        and not any(device.startswith("gpu") for device in keras.distribution.list_devices())
    )


def has_quick_cpu() -> bool:
    """Return whether the quick way on TensorFlow's CPU is there and applies to this machine."""
    return has_quick_folder() and on_tensorflow_cpu()


def has_quick_folder() -> bool:
    """Return whether `core.network.quick_cpu` is there, for TensorFlow to use; asks TensorFlow itself nothing."""
    return keras.backend.backend() == "tensorflow" and importlib.util.find_spec(_QUICK) is not None
