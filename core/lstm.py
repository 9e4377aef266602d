"""Keras's LSTM layer with the same weights and results, reading ids as one-hot vectors, quicker on TensorFlow's CPU.

Keras's own layer adds up the recurrent kernel's gradient at every time step, which makes small batches slow
where there is no fused kernel. Here the loop over time holds one small matrix product in each direction; the
input product before it and the kernels' gradients after it are one large product each. The texts of a batch lie
side by side in memory, not a text's units: a product of few columns is a third quicker than one of few rows.
Everywhere else (another backend, a GPU with cuDNN's kernel, masks, dropout of the input) Keras's own code runs.
"""

from collections.abc import Callable
from typing import Any

import keras

# A backend's tensor: Keras 3 has no public type for it.
Tensor = Any


@keras.saving.register_keras_serializable(package="holosuite")
class LSTM(keras.layers.LSTM):  # type: ignore[misc]  # keras has no type information
    """`keras.layers.LSTM` that also takes ids, with a faster gradient on TensorFlow's CPU.

    Args:
        units: size of the state and of an output.
        one_hot: None for Keras's own input, (batch, time, features); a number for ids, (batch, time), each
            standing for a one-hot vector of that many features, which is never multiplied out on the CPU.
        **options: those of `keras.layers.LSTM`.
    """

    def __init__(self, units: int, *, one_hot: int | None = None, **options: Any) -> None:
        super().__init__(units, **options)
        self.one_hot = one_hot
        if one_hot is not None:
            self.input_spec = keras.layers.InputSpec(ndim=2)
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
        if self.one_hot is not None:
            sequences = keras.ops.one_hot(sequences, self.one_hot, dtype=self.compute_dtype)
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

        cell = self.cell
        # Halving a sigmoid's argument makes it a tanh, sigmoid(x) = (tanh(x / 2) + 1) / 2: one function for all gates.
        scale = tf.repeat(tf.constant([0.5, 0.5, 1.0, 0.5]), cell.units)  # (4 units,)
        bias = cell.bias.value if cell.use_bias else tf.zeros((4 * cell.units,))
        if self.one_hot is None:
            inputs = tf.transpose(tf.convert_to_tensor(sequences), (1, 0, 2))  # (time, batch, features)
            product = tf.tensordot(inputs, cell.kernel.value * scale, 1) + bias * scale
        else:
            # The argmax undoes the one-hot of `call`, so that the product with it is a look-up of rows.
            ids = tf.transpose(tf.argmax(sequences, axis=-1, output_type=tf.int32))
            product = _look_up(tf, ids)((cell.kernel.value + bias) * scale)
        if self.go_backwards:
            product = tf.reverse(product, [0])
        hidden, carry = (tf.transpose(tf.convert_to_tensor(state)) for state in initial_state)
        kept = None
        if training and cell.recurrent_dropout:
            # Keras's masks, one a gate, each (batch, units), the same at every time step.
            masks = cell.get_recurrent_dropout_mask(initial_state[0])
            kept = tf.stack([tf.transpose(mask) for mask in masks])
        outputs, hidden, carry = _recur(tf, kept)(product, hidden, carry, cell.recurrent_kernel.value * scale)
        hidden, carry = tf.transpose(hidden), tf.transpose(carry)
        return hidden, tf.transpose(outputs, (2, 0, 1)), [hidden, carry]

    def get_config(self) -> dict[str, Any]:
        """Return Keras's configuration, and `one_hot` where it is used."""
        extra = {} if self.one_hot is None else {"one_hot": self.one_hot}
        return {**super().get_config(), **extra}

    def _vectors_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return tuple(shape) if self.one_hot is None else (*shape, self.one_hot)

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


def _look_up(tf: Any, ids: Tensor) -> Callable[[Tensor], Tensor]:
    """Return the look-up of rows (time, batch, columns) of a kernel (features, columns), with a dense gradient.

    TensorFlow's own gradient lists every row read, repeats apart, which Keras's optimizers then square and clip one
    by one instead of their sum.
    """

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # tensorflow has no type information
    def look_up(kernel: Tensor) -> Any:
        def gradient(d_product: Tensor) -> Tensor:
            return tf.math.unsorted_segment_sum(d_product, ids, kernel.shape[0])

        return tf.gather(kernel, ids), gradient

    return look_up  # type: ignore[no-any-return]  # tensorflow has no type information


class _RecurrentProduct:
    """The product of a recurrent kernel (units, 4 units) with the hidden state of every text, and its gradients.

    Args:
        tf: the package tensorflow.
        kernel: its four gates' columns side by side.
        kept: None, or dropout of the state: (4, units, batch), what each gate reads the state times.
    """

    def __init__(self, tf: Any, kernel: Tensor, kept: Tensor | None) -> None:
        self._tf = tf
        self._kept = None if kept is None else tf.unstack(kept)
        # One product for all gates where they read the same.
        self._kernels = [kernel] if kept is None else tf.split(kernel, 4, axis=1)
        self._transposed = [tf.transpose(part) for part in self._kernels]

    def of(self, hidden: Tensor) -> Tensor:
        """Return the product, (4 units, batch), with a hidden state (units, batch)."""
        return self._tf.concat(
            [
                self._tf.matmul(part, read)
                for part, read in zip(self._transposed, self._read(hidden), strict=True)
            ],
            axis=0,
        )

    def by_hidden(self, d_product: Tensor) -> Tensor:
        """Return the gradient by the hidden state, (units, batch), from that by the product."""
        parts = self._tf.split(d_product, len(self._kernels), axis=0)
        products = [self._tf.matmul(part, d_part) for part, d_part in zip(self._kernels, parts, strict=True)]
        if self._kept is None:
            return products[0]
        return self._tf.add_n([product * kept for product, kept in zip(products, self._kept, strict=True)])

    def by_kernel(self, hidden: Tensor, d_product: Tensor) -> Tensor:
        """Return the gradient by the kernel, from states (time, batch, units) and that by (time, batch, 4 units)."""
        parts = self._tf.split(d_product, len(self._kernels), axis=2)
        return self._tf.concat(
            [
                self._tf.tensordot(read, d_part, [[0, 1], [0, 1]])
                for read, d_part in zip(self._read(hidden, by_text=True), parts, strict=True)
            ],
            axis=1,
        )

    def _read(self, hidden: Tensor, *, by_text: bool = False) -> list[Tensor]:
        """Return what each product reads of a state (units, batch), or, `by_text`, of states (time, batch, units)."""
        if self._kept is None:
            return [hidden]
        return [hidden * (self._tf.transpose(kept) if by_text else kept) for kept in self._kept]


def _recur(
    tf: Any, kept: Tensor | None
) -> Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]:
    """Return the recurrence over time with its gradient (Hochreiter and Schmidhuber 1997, forget gate of Gers 2000).

    It maps (product (time, batch, 4 units), hidden (units, batch), carry (units, batch), recurrent kernel
    (units, 4 units)) to (outputs (time, units, batch), last hidden, last carry). Gates stand in Keras's order: input,
    forget, candidate, output; what leads to the three sigmoids is halved, so that all four are a tanh. `kept` is that
    of `_RecurrentProduct`.
    """

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # tensorflow has no type information
    def recur(product: Tensor, hidden: Tensor, carry: Tensor, kernel: Tensor) -> Any:
        units = kernel.shape[0]
        steps = tf.shape(product)[0] if product.shape[0] is None else product.shape[0]
        batch = tf.shape(hidden)[1] if hidden.shape[1] is None else hidden.shape[1]
        # Units and batch as one axis: XLA computes several numbers at once only along a long last axis.
        flat = units * hidden.shape[1] if hidden.shape[1] is not None else None
        product = tf.reshape(tf.transpose(product, (0, 2, 1)), (steps, 4, units * batch))
        hidden, carry = tf.reshape(hidden, (-1,)), tf.reshape(carry, (-1,))
        recurrent = _RecurrentProduct(tf, kernel, kept)

        def rows(*shape: int | None) -> Any:
            return tf.TensorArray(product.dtype, size=steps, element_shape=(*shape, flat))

        def forward(
            step: Tensor, hidden: Tensor, carry: Tensor, gates: Any, carries: Any, outputs: Any
        ) -> Any:
            added = recurrent.of(tf.reshape(hidden, (units, batch)))
            squashed = tf.tanh(product[step] + tf.reshape(added, (4, units * batch)))
            i, f, g, o = tf.unstack(squashed)
            carry = 0.5 * ((1 + f) * carry + (1 + i) * g)
            hidden = 0.5 * (1 + o) * tf.tanh(carry)
            return (
                step + 1,
                hidden,
                carry,
                gates.write(step, squashed),
                carries.write(step, carry),
                outputs.write(step, hidden),
            )

        _, last_hidden, last_carry, gates, carries, outputs = tf.while_loop(
            lambda step, *_: step < steps,
            forward,
            (0, hidden, carry, rows(4), rows(), rows()),
            maximum_iterations=steps,
        )
        gates, carries, outputs = gates.stack(), carries.stack(), outputs.stack()

        def gradient(d_outputs: Tensor, d_hidden: Tensor, d_carry: Tensor) -> tuple[Tensor, ...]:
            earlier_carries = tf.concat([carry[None], carries[:-1]], 0)
            earlier_hidden = tf.concat([hidden[None], outputs[:-1]], 0)
            d_outputs = tf.reshape(d_outputs, (steps, units * batch))
            # All that does not depend on later steps, for all steps at once: outside the loop both cores share it.
            i, f, g, o = tf.unstack(gates, axis=1)
            shown = tf.tanh(carries)
            carry_of_hidden = 0.5 * (1 + o) * (1 - shown * shown)
            kept = 0.5 * (1 + f)
            slopes = 0.5 * (1 - gates * gates) * tf.stack([g, earlier_carries, 1 + i, shown], 1)
            of_hidden = tf.constant(
                [[0.0], [0.0], [0.0], [1.0]]
            )  # the output gate's; the others are the carry's

            def through_cell(step: Tensor, d_hidden: Tensor, d_carry: Tensor) -> tuple[Tensor, Tensor]:
                """Return the gradients by a step's product and by the carry before it."""
                d_hidden += d_outputs[step]
                d_carry += d_hidden * carry_of_hidden[step]
                d_product = slopes[step] * (d_carry * (1 - of_hidden) + d_hidden * of_hidden)
                return d_product, d_carry * kept[step]

            def by_earlier_hidden(d_product: Tensor) -> Tensor:
                product = recurrent.by_hidden(tf.reshape(d_product, (4 * units, batch)))
                return tf.reshape(product, (units * batch,))

            # The matrix product comes first, from what the last turn left: computed in the same turn, XLA would work
            # the gradient by the product out in the matrix's shape, few columns at a time, and twice.
            def backward(step: Tensor, d_product: Tensor, d_carry: Tensor, d_products: Any) -> Any:
                d_products = d_products.write(step + 1, d_product)
                d_product, d_carry = through_cell(step, by_earlier_hidden(d_product), d_carry)
                return step - 1, d_product, d_carry, d_products

            d_product, d_carry = through_cell(
                steps - 1, tf.reshape(d_hidden, (-1,)), tf.reshape(d_carry, (-1,))
            )
            _, d_product, d_carry, d_products = tf.while_loop(
                lambda step, *_: step >= 0,
                backward,
                (steps - 2, d_product, d_carry, rows(4)),
                maximum_iterations=steps - 1,
            )
            d_products = d_products.write(0, d_product)
            d_hidden = by_earlier_hidden(d_product)

            def by_text(array: Tensor, width: int) -> Tensor:
                """Return (time, width batch) as (time, batch, width)."""
                return tf.transpose(tf.reshape(array, (steps, width, batch)), (0, 2, 1))

            d_product = by_text(d_products.stack(), 4 * units)
            d_kernel = recurrent.by_kernel(by_text(earlier_hidden, units), d_product)
            as_states = (units, batch)
            return d_product, tf.reshape(d_hidden, as_states), tf.reshape(d_carry, as_states), d_kernel

        states = (units, batch)
        return (
            tf.reshape(outputs, (steps, *states)),
            tf.reshape(last_hidden, states),
            tf.reshape(last_carry, states),
        ), gradient

    return recur  # type: ignore[no-any-return]  # tensorflow has no type information
