"""What an input of several ones adds in an LSTM layer on TensorFlow's CPU: a character's row and those of its context.

A context changes once in some fifty characters. So its rows are added up once for every stretch of characters in
which it stays the same, and a character's row and its stretch's are put together in one pass. Gradients go back the
same way, to a dense array, as those of `core.network.quick_cpu.recurrence.look_up`.
"""

from functools import cache
from typing import Any

import tensorflow as tf

from core.network.quick_cpu.recurrence import Tensor

_ROOM = 64  # stretches


def split_rows(kernel: Tensor, first: int) -> tuple[Tensor, Tensor]:
    """Return the `first` rows of a kernel and the others; their gradients are joined in one pass."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # tensorflow has no type information
    def run(kernel: Tensor) -> Any:  # a backend's tensor
        return (kernel[:first], kernel[first:]), lambda upper, lower: tf.concat([upper, lower], 0)

    return run(kernel)  # type: ignore[no-any-return]  # tensorflow has no type information


def add_stretches(kernel: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
    """Return what each stretch adds, (stretches or more, columns), and which each character is in, (batch, time).

    Args:
        kernel: (features, columns).
        context: (batch, time, context features), the rows for each character.
    """
    batch, steps, count = context.shape
    context = tf.reshape(context, (batch * steps, count))
    changes = tf.reduce_any(context != tf.roll(context, 1, 0), axis=1)
    begins = changes | (tf.range(batch * steps) % steps == 0)
    stretches = tf.cumsum(tf.cast(begins, tf.int32)) - 1
    context = tf.boolean_mask(context, begins)
    # Room for a few more, which nothing is in: XLA compiles what reads them anew for every number of rows.
    context = tf.pad(context, [[0, -tf.shape(context)[0] % _ROOM], [0, 0]])

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # tensorflow has no type information
    def run(kernel: Tensor) -> Any:  # a backend's tensor
        def gradient(d_added: Tensor) -> Tensor:
            d_rows = tf.repeat(d_added, count, axis=0)
            return tf.scatter_nd(tf.reshape(context, (-1, 1)), d_rows, kernel.shape)

        return tf.reduce_sum(tf.gather(kernel, context), 1), gradient

    return run(kernel), tf.reshape(stretches, (batch, steps))


def look_up_both(
    characters: Tensor, added: Tensor, ids: Tensor, stretches: Tensor, *, compiled: bool = False
) -> Tensor:
    """Return each character's row plus what its stretch adds, (time, batch, columns).

    Args:
        characters: (vocabulary, columns).
        added: (stretches, columns), of these texts and maybe others.
        ids: (time, batch).
        stretches: (time, batch).
        compiled: compile the passes over all characters; of no use inside a function that is compiled.
    """
    put_together, add_up = _compiled_passes() if compiled else (_put_together, _add_up)
    first = stretches[0, 0]  # of these texts

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # tensorflow has no type information
    def run(characters: Tensor, added: Tensor) -> Any:  # a backend's tensor
        def gradient(d_product: Tensor) -> tuple[Tensor, Tensor]:
            d_characters, d_stretches = add_up(d_product, ids, stretches - first, characters.shape[0])
            count = stretches[-1, -1] + 1 - first
            after = tf.shape(added)[0] - first - count
            return d_characters, tf.pad(d_stretches[:count], [[first, after], [0, 0]])

        return put_together(characters, added, ids, stretches), gradient

    return run(characters, added)


def _put_together(characters: Tensor, added: Tensor, ids: Tensor, stretches: Tensor) -> Tensor:
    return tf.gather(characters, ids) + tf.gather(added, stretches)


def _add_up(d_product: Tensor, ids: Tensor, stretches: Tensor, vocabulary: int) -> tuple[Tensor, Tensor]:
    """Return the sums of the gradients by each character's row, and by each stretch, of which all may be different."""
    d_rows = tf.reshape(d_product, (-1, d_product.shape[-1]))
    return (
        tf.math.unsorted_segment_sum(d_rows, tf.reshape(ids, (-1,)), vocabulary),
        tf.math.unsorted_segment_sum(d_rows, tf.reshape(stretches, (-1,)), d_rows.shape[0]),
    )


@cache
def _compiled_passes() -> tuple[Any, Any]:
    """Return both passes as XLA compiles them."""
    return (
        tf.function(_put_together, jit_compile=True, autograph=False),
        tf.function(_add_up, jit_compile=True, autograph=False),
    )
