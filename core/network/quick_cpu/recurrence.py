"""What an LSTM layer computes on TensorFlow's CPU, forwards and backwards; knows nothing of layers or of Keras.

Each direction in time is one loop around one small matrix product; what can be done for all time steps at once is
done outside it. Compiled by XLA, a loop of at most eight operations a turn stays in the thread that started it, so
that two of them, for two parts of a batch, never wait for each other.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import tensorflow as tf

Tensor = Any  # TensorFlow has no type information
_GATES = 4
_INPUT, _FORGET, _CANDIDATE = range(3)  # Keras's order of the gates; the last is the output gate


def look_up(kernel: Tensor, ids: Tensor, *, compiled: bool = False) -> Tensor:
    """Return the rows (time, batch, columns) of a kernel (features, columns), with a dense gradient.

    TensorFlow's own gradient lists every row read, repeats apart, which Keras's optimizers then square and clip one
    by one instead of their sum.

    Args:
        kernel: (features, columns).
        ids: (time, batch), the row for each character.
        compiled: compile the gradient; of no use inside a function that is compiled.
    """

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # tensorflow has no type information
    def run(kernel: Tensor) -> Any:
        def gradient(d_rows: Tensor) -> Tensor:
            add_up = _compiled_sum() if compiled else tf.math.unsorted_segment_sum
            return add_up(tf.reshape(d_rows, (-1, kernel.shape[1])), tf.reshape(ids, (-1,)), kernel.shape[0])

        return tf.gather(kernel, ids), gradient

    return run(kernel)


def recur(
    product: Tensor,
    hidden: Tensor,
    carry: Tensor,
    kernel: Tensor,
    *,
    transpose: Callable[[], Tensor],
    compiled: bool = False,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return an LSTM's outputs (time, batch, units), last hidden state and last carry (batch, units).

    The cell is that of Hochreiter and Schmidhuber (1997) with the forget gate of Gers et al. (2000).

    Args:
        product: (time, batch, 4 units), of the inputs with their kernel, the bias added, gate beside gate.
        hidden: (batch, units), the state that the first time step reads.
        carry: (batch, units), the cell's own state before it.
        kernel: (units, 4 units), the recurrent one.
        transpose: returns it transposed, for the way back.
        compiled: compile the loops; of no use inside a function that is compiled.
    """
    go_forward, go_backward = _compiled_loops() if compiled else (_go_forward, _go_backward)

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # tensorflow has no type information
    def run(product: Tensor, hidden: Tensor, carry: Tensor, kernel: Tensor) -> Any:
        # The gradient is below: without this TensorFlow would look for another, which a compiled loop does not have.
        stop = tf.stop_gradient
        gates, carries, outputs = go_forward(stop(product), stop(hidden), stop(carry), stop(kernel))

        def gradient(d_outputs: Tensor, d_hidden: Tensor, d_carry: Tensor) -> tuple[Tensor, ...]:
            transposed = transpose()
            d_products, d_product, d_carry = go_backward(
                gates, carries, carry, d_outputs, d_hidden, d_carry, transposed
            )
            earlier = tf.concat([hidden[None], outputs[:-1]], 0)
            return (
                tf.reshape(d_products, tf.shape(product)),
                _by_hidden(d_product, transposed),
                d_carry,
                _by_kernel(d_products, earlier),
            )

        return (outputs, outputs[-1], carries[-1]), gradient

    return run(product, hidden, carry, kernel)  # type: ignore[no-any-return]  # tensorflow has no type information


@cache
def _compiled_loops() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return both loops as functions that XLA compiles, once for all layers with arguments of the same shapes."""
    return (
        tf.function(_go_forward, jit_compile=True, autograph=False),
        tf.function(_go_backward, jit_compile=True, autograph=False),
    )


@cache
def _compiled_sum() -> Callable[..., Tensor]:
    """Return the sum of rows by their ids as XLA computes it, several times as quickly as TensorFlow."""
    return tf.function(tf.math.unsorted_segment_sum, jit_compile=True, autograph=False)  # type: ignore[no-any-return]  # tensorflow has no type information


def _go_forward(
    product: Tensor, hidden: Tensor, carry: Tensor, kernel: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gates (time, batch, 4, units) after their tanh, the carries and the outputs (time, batch, units)."""
    steps, batch, units = tf.shape(product)[0], tf.shape(hidden)[0], kernel.shape[0]
    # Halving a sigmoid's argument makes it a tanh, sigmoid(x) = (tanh(x / 2) + 1) / 2: one function for all gates.
    scale = tf.constant([[0.5], [0.5], [1.0], [0.5]])

    def step_forward(
        step: Tensor, hidden: Tensor, carry: Tensor, gates: Any, carries: Any, outputs: Any
    ) -> Any:
        reached = product[step] + tf.matmul(hidden, kernel)
        squashed = tf.tanh(scale * tf.reshape(reached, (batch, _GATES, units)))
        i, f, g, o = tf.unstack(squashed, axis=1)
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

    # Of two equal arrays XLA would fill one and copy it, and after a long copy the loop runs in another thread.
    ones = tf.ones((steps, batch, units), product.dtype)
    arrays = (_rows(product, hidden, _GATES), _rows(product, hidden).unstack(ones), _rows(product, hidden))
    _, _, _, gates, carries, outputs = tf.while_loop(
        lambda step, *_: step < steps, step_forward, (0, hidden, carry, *arrays), maximum_iterations=steps
    )
    return gates.stack(), carries.stack(), outputs.stack()


def _go_backward(
    gates: Tensor,
    carries: Tensor,
    carry: Tensor,
    d_outputs: Tensor,
    d_hidden: Tensor,
    d_carry: Tensor,
    transposed: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients by every product (time, batch, 4, units), by the first one, and by the first carry.

    `transposed` is the recurrent kernel, (4 units, units); the other arguments are those of the way forwards and the
    gradients by its results.
    """
    steps = tf.shape(gates)[0]
    # Half the slope of a tanh, half of it again where its argument was halved.
    scale = tf.constant([[0.25], [0.25], [0.5], [0.25]])
    gate = tf.range(_GATES)[:, None]

    def through_cell(step: Tensor, d_hidden: Tensor, d_carry: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients by a step's product and by the carry before it."""
        # Each gate is read by itself, and chosen rather than put side by side: so XLA computes several at once.
        i, f, g, o = (gates[step, :, index] for index in range(_GATES))
        shown = tf.tanh(carries[step])
        earlier = tf.where(step > 0, carries[tf.maximum(step - 1, 0)], carry)
        d_hidden += d_outputs[step]
        d_carry += d_hidden * (0.5 * (1 + o) * (1 - shown * shown))
        by_gate = (shown * d_hidden)[:, None]
        for index, factor in ((_CANDIDATE, 1 + i), (_FORGET, earlier), (_INPUT, g)):
            by_gate = tf.where(gate == index, (factor * d_carry)[:, None], by_gate)
        return scale * (1 - tf.square(gates[step])) * by_gate, d_carry * (0.5 * (1 + f))

    # The matrix product comes first, from what the last turn left: computed in the same turn, XLA would work the
    # gradient by the product out twice, for it and for the array that keeps it.
    def step_backward(step: Tensor, d_product: Tensor, d_carry: Tensor, d_products: Any) -> Any:
        d_products = d_products.write(step + 1, d_product)
        d_product, d_carry = through_cell(step, _by_hidden(d_product, transposed), d_carry)
        return step - 1, d_product, d_carry, d_products

    d_product, d_carry = through_cell(steps - 1, d_hidden, d_carry)
    _, d_product, d_carry, d_products = tf.while_loop(
        lambda step, *_: step >= 0,
        step_backward,
        (steps - 2, d_product, d_carry, _rows(gates, carry, _GATES)),
        maximum_iterations=steps - 1,
    )
    return d_products.write(0, d_product).stack(), d_product, d_carry


def _rows(like: Tensor, state: Tensor, *middle: int) -> Any:
    """Return an array with a row (batch, *middle, units) for each time step of `like`, shaped by a state."""
    batch, units = state.shape
    return tf.TensorArray(like.dtype, size=tf.shape(like)[0], element_shape=(batch, *middle, units))


def _by_hidden(d_product: Tensor, transposed: Tensor) -> Tensor:
    """Return the gradient by the hidden state, from that by its product, (batch, 4, units)."""
    return tf.matmul(tf.reshape(d_product, (-1, transposed.shape[0])), transposed)


def _by_kernel(d_products: Tensor, hidden: Tensor) -> Tensor:
    """Return the gradient by the kernel, from that by all products and the states (time, batch, units) they read."""
    units = hidden.shape[2]
    states, d_rows = tf.reshape(hidden, (-1, units)), tf.reshape(d_products, (-1, _GATES * units))
    return tf.matmul(states, d_rows, transpose_a=True)
