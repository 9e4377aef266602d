"""Keras's LSTM layer with the same weights and results, reading ids as one-hot vectors, quicker on TensorFlow's CPU.

Keras's own layer adds up the recurrent kernel's gradient at every time step, which makes small batches slow
where there is no fused kernel. Here the loop over time holds one small matrix product in each direction
(`core.network.recurrence`); the input product before it and the kernels' gradients after it are one large product
each. The cores share a batch: each runs through the whole window with some of its texts. Everywhere else (another
backend, a GPU with cuDNN's kernel, masks, dropout of the input) Keras's own code runs.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import keras

from core.runtime.threads import share_batch

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
        import tensorflow as tf  # noqa: PLC0415  # only this path needs it

        sequences, hidden, carry = (tf.convert_to_tensor(array) for array in (sequences, *initial_state))
        sizes = share_batch(sequences.shape[0]) if sequences.shape[0] else []
        added = None
        if self.context:
            added, sequences = self._add_context(sequences, compiled=len(sizes) <= 1)
        elif self.one_hot is not None:
            sequences = tf.squeeze(sequences, -1)
        kept = None
        if training and self.cell.recurrent_dropout:
            # Keras's masks, one a gate, each (batch, units), the same at every time step.
            kept = tf.stack(self.cell.get_recurrent_dropout_mask(hidden))

        @cache
        def transpose() -> Tensor:
            # All parts share it. It waits for the outputs, so that no part waits for it on the way there.
            with tf.control_dependencies([outputs]):
                return tf.transpose(self.cell.recurrent_kernel.value)

        if len(sizes) <= 1:
            outputs, hidden, carry = self._run(
                sequences, hidden, carry, kept, added=added, transpose=transpose
            )
        else:
            parts = zip(
                *(tf.split(tensor, sizes) for tensor in (sequences, hidden, carry)),
                [None] * len(sizes) if kept is None else tf.split(kept, sizes, axis=1),
                strict=True,
            )
            done = [self._run(*part, added=added, transpose=transpose, compiled=True) for part in parts]
            outputs, hidden, carry = (tf.concat(tensors, 0) for tensors in zip(*done, strict=True))
        return hidden, outputs, [hidden, carry]

    def _run(
        self,
        sequences: Tensor,
        hidden: Tensor,
        carry: Tensor,
        kept: Tensor | None,
        *,
        added: tuple[Tensor, Tensor] | None,
        transpose: Callable[[], Tensor],
        compiled: bool = False,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return outputs (batch, time, units), last hidden state and last carry for some texts, ids or vectors.

        `added` is what characters and stretches of context add, where the sequences hold the number of each.
        """
        import tensorflow as tf  # noqa: PLC0415  # only this path needs it

        from core.network.recurrence import look_up, recur  # noqa: PLC0415  # loads TensorFlow

        cell = self.cell
        bias = cell.bias.value if cell.use_bias else tf.zeros((4 * cell.units,))
        if self.one_hot is None:
            inputs = tf.transpose(sequences, (1, 0, 2))  # (time, batch, features)
            product = tf.tensordot(inputs, cell.kernel.value, 1) + bias
        elif added is not None:
            from core.network.multi_hot import look_up_both  # noqa: PLC0415  # loads TensorFlow

            ids, stretches = (tf.transpose(numbers) for numbers in tf.unstack(sequences, axis=-1))
            product = look_up_both(*added, ids, stretches, compiled=compiled)
        else:
            product = look_up(cell.kernel.value + bias, tf.transpose(sequences), compiled=compiled)
        if self.go_backwards:
            product = tf.reverse(product, [0])
        outputs, hidden, carry = recur(
            product,
            hidden,
            carry,
            cell.recurrent_kernel.value,
            transpose=transpose,
            kept=kept,
            compiled=compiled,
        )
        return tf.transpose(outputs, (1, 0, 2)), hidden, carry

    def _add_context(self, sequences: Tensor, *, compiled: bool) -> tuple[tuple[Tensor, Tensor], Tensor]:
        """Return what characters and stretches of context add, and the number of each, (batch, time, 2)."""
        import tensorflow as tf  # noqa: PLC0415  # only this path needs it

        from core.network.multi_hot import add_stretches, split_rows  # noqa: PLC0415  # loads TensorFlow

        cell, vocabulary = self.cell, int(self.one_hot or 0)
        characters, others = split_rows(cell.kernel.value, vocabulary)
        bias = cell.bias.value if cell.use_bias else tf.zeros((4 * cell.units,))
        added, stretches = add_stretches(others, sequences[..., 1:] - vocabulary, compiled=compiled)
        return (characters + bias, added), tf.stack([sequences[..., 0], stretches], -1)

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
            on_tensorflow_cpu()
            and mask is None
            and not self.unroll
            and self.use_cudnn is not True
            and self.compute_dtype == "float32"
            and cell.activation is keras.activations.tanh
            and cell.recurrent_activation is keras.activations.sigmoid
            and not (training and cell.dropout)
        )


def on_tensorflow_cpu() -> bool:
    """Return whether TensorFlow computes and no GPU is there to run cuDNN's kernel."""
    return bool(
        keras.backend.backend() == "tensorflow"
        and not any(device.startswith("gpu") for device in keras.distribution.list_devices())
    )
