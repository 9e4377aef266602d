"""The inner loop of an LSTM layer on TensorFlow's CPU: the cores share a batch, each through the whole window.

The loop over time holds one small matrix product in each direction; the input product before it and the kernels'
gradients after it are one large product each.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import tensorflow as tf

from core.network.quick_cpu.multi_hot import add_stretches, look_up_both, split_rows
from core.network.quick_cpu.recurrence import Tensor, look_up, recur
from core.runtime.threads import share_batch


def run_layer(layer: Any, sequences: Tensor, initial_state: Any) -> Any:
    """Return what `inner_loop` of a `core.network.layer.LSTM` does: last output, all outputs, last states."""
    sequences, hidden, carry = (tf.convert_to_tensor(array) for array in (sequences, *initial_state))
    sizes = share_batch(sequences.shape[0]) if sequences.shape[0] else []
    added = None
    if layer.context and len(sizes) > 1:
        added, sequences = _add_context(layer, sequences)
    elif layer.one_hot is not None and not layer.context:
        sequences = tf.squeeze(sequences, -1)

    @cache
    def transpose() -> Tensor:
        # All parts share it. It waits for the outputs, so that no part waits for it on the way there.
        with tf.control_dependencies([outputs]):
            return tf.transpose(layer.cell.recurrent_kernel.value)

    if len(sizes) <= 1:
        outputs, hidden, carry = _run(layer, sequences, hidden, carry, added=added, transpose=transpose)
    else:
        parts = zip(*(tf.split(tensor, sizes) for tensor in (sequences, hidden, carry)), strict=True)
        done = [_run(layer, *part, added=added, transpose=transpose, compiled=True) for part in parts]
        outputs, hidden, carry = (tf.concat(tensors, 0) for tensors in zip(*done, strict=True))
    return hidden, outputs, [hidden, carry]


def _run(
    layer: Any,
    sequences: Tensor,
    hidden: Tensor,
    carry: Tensor,
    *,
    added: tuple[Tensor, Tensor] | None,
    transpose: Callable[[], Tensor],
    compiled: bool = False,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return outputs (batch, time, units), last hidden state and last carry for some texts, ids or vectors.

    `added` is what characters and stretches of context add, where the sequences hold the number of each.
    """
    cell = layer.cell
    if layer.one_hot is None:
        inputs = tf.transpose(sequences, (1, 0, 2))  # (time, batch, features)
        product = tf.tensordot(inputs, cell.kernel.value, 1) + _bias(cell)
    elif added is not None:
        ids, stretches = (tf.transpose(numbers) for numbers in tf.unstack(sequences, axis=-1))
        product = look_up_both(*added, ids, stretches, compiled=compiled)
    elif layer.context:
        # Compiled as a whole by XLA, which takes an array of a size that is known: every row for every character.
        steps, batch, count = sequences.shape[1], sequences.shape[0], sequences.shape[2]
        rows = look_up(
            cell.kernel.value, tf.reshape(tf.transpose(sequences, (1, 0, 2)), (steps, batch * count))
        )
        product = tf.reduce_sum(tf.reshape(rows, (steps, batch, count, -1)), 2) + _bias(cell)
    else:
        product = look_up(cell.kernel.value + _bias(cell), tf.transpose(sequences), compiled=compiled)
    if layer.go_backwards:
        product = tf.reverse(product, [0])
    outputs, hidden, carry = recur(
        product, hidden, carry, cell.recurrent_kernel.value, transpose=transpose, compiled=compiled
    )
    return tf.transpose(outputs, (1, 0, 2)), hidden, carry


def _add_context(layer: Any, sequences: Tensor) -> tuple[tuple[Tensor, Tensor], Tensor]:
    """Return what characters and stretches of context add, and the number of each, (batch, time, 2)."""
    vocabulary = int(layer.one_hot)
    characters, others = split_rows(layer.cell.kernel.value, vocabulary)
    added, stretches = add_stretches(others, sequences[..., 1:] - vocabulary)
    return (characters + _bias(layer.cell), added), tf.stack([sequences[..., 0], stretches], -1)


def _bias(cell: Any) -> Tensor:
    return cell.bias.value if cell.use_bias else tf.zeros((4 * cell.units,))
