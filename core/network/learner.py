"""A step of a training: one batch learnt, the quick way where there is one."""

from collections.abc import Callable

from core.data.batches.windows import Batch
from core.network.layer import has_quick_cpu, has_quick_folder
from core.network.model import Model

Learner = Callable[[Batch], float]  # of inputs and targets


def give_parts_their_cores(batch: int) -> None:
    """Prepare the threads for batches of this size; only before anything is computed."""
    if has_quick_folder():
        from core.network.quick_cpu import step  # noqa: PLC0415  # loads TensorFlow

        step.give_parts_their_cores(batch)


def build_learner(model: Model) -> Learner:
    """Return a function that lets a compiled network learn a batch, and returns its loss before that."""
    if has_quick_cpu() and not model.jit_compile:
        from core.network.quick_cpu.step import build_shared_learner  # noqa: PLC0415  # loads TensorFlow

        return build_shared_learner(model)

    def learn(batch: Batch) -> float:
        model.reset_metrics()
        return float(model.train_on_batch(*batch))

    return learn
