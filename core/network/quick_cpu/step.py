"""A step of a training on TensorFlow's CPU: one batch learnt by all cores, each with some of its texts."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

from core.data.batches.windows import Batch
from core.network.quick_cpu.recurrence import Tensor
from core.runtime.threads import share_batch


def give_parts_their_cores(batch: int) -> None:
    """Let TensorFlow compute each part of such a batch in a thread of its own, which no operation shares with others.

    Two threads at one product wait for each other at every character; at a product each they never do. TensorFlow
    heeds this only before it has computed anything; later, and with a GPU, nothing changes.
    """
    parts = len(share_batch(batch))
    if parts == 1 or tf.config.list_physical_devices("GPU"):
        return
    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(parts)


def build_shared_learner(model: Any) -> Callable[[Batch], float]:
    """Return a learner whose layers share a batch among the cores, with XLA for what stands around them.

    As one function that XLA compiles, a step would compute the parts of a batch one after the other.
    """
    optimizer, variables = model.optimizer, model.trainable_variables
    optimizer.build(variables)

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]  # no type information
    def loss_of(outputs: Tensor, targets: Tensor) -> Tensor:
        return model.compute_loss(y=targets, y_pred=outputs, training=True)

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]  # no type information
    def update(gradients: list[Tensor], scale: Tensor) -> None:
        with _without_clipping(optimizer):
            optimizer.apply([gradient * scale for gradient in gradients], variables)

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]  # no type information
    def step(ids: Tensor, targets: Tensor) -> Tensor:
        with tf.GradientTape() as tape:
            loss = loss_of(model(ids, training=True), targets)
        gradients = tape.gradient(loss, variables)
        scale = tf.constant(1.0)
        if optimizer.global_clipnorm is not None:
            # Clipped here because XLA takes several times as long for the sum of the squares.
            scale = tf.minimum(optimizer.global_clipnorm / tf.linalg.global_norm(gradients), 1.0)
        update(gradients, scale)
        return loss

    return lambda batch: float(step(*(tf.convert_to_tensor(array) for array in batch)))


@contextlib.contextmanager
def _without_clipping(optimizer: Any) -> Iterator[None]:  # keras has no type information
    """Keep an optimizer from clipping gradients for a while."""
    norm, optimizer.global_clipnorm = optimizer.global_clipnorm, None
    try:
        yield
    finally:
        optimizer.global_clipnorm = norm
