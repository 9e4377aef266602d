"""A run's weights as the generator reads them: gates in its order, kernels where NumPy multiplies by them soonest."""

from dataclasses import replace

import numpy as np

from core.config import Targets
from core.data.context import Context
from core.run.store import Arrays
from core.writing.inference.caches import Caches
from core.writing.inference.cells import (
    Floats,
    in_quick_order,
    of_doubled,
    parts,
    prepare_added,
    prepare_layer,
)

# Bytes. Where no more are needed, what an id adds stands once for each row of a window: NumPy adds that sooner.
_REPEATED = 4 * 2**20


class PreparedWeights:
    """The weights of a run, laid out for reading one character after another; they never change."""

    def __init__(
        self,
        weights: Arrays,
        *,
        targets: Targets,
        window_length: int,
        context: Context | None = None,
        caches: Caches | None = None,
    ) -> None:
        layers = sum(name.endswith("/recurrent_kernel") for name in weights)
        self.context = context
        self.context_size = 0 if context is None else context.tables.rows
        kernels = {layer: weights[f"lstm_{layer}/kernel"] for layer in range(1, layers + 1)}
        if context is not None:
            characters = len(context.characters)
            # (context rows, 4 units): what each of them adds
            self.context_rows = prepare_added(kernels[1][characters:])
            kernels[1] = kernels[1][:characters]
        self.layers = tuple(
            prepare_layer(
                kernels[layer],
                weights[f"lstm_{layer}/recurrent_kernel"],
                weights[f"lstm_{layer}/bias"],
                one_hot=layer == 1,
            )
            for layer in range(1, layers + 1)
        )
        self.look_up = parts(self.layers[0].kernel)  # (4, vocabulary, units): what each id adds
        self.added = [
            self.look_up[:, row : row + 1] for row in range(self.look_up.shape[1])
        ]  # (4, 1, units) each, or (4, window_length, units) where that is quicker
        self.output_kernel = of_doubled(
            np.ascontiguousarray(weights["characters/kernel"], dtype=np.float32)
        )  # (units, vocabulary)
        self.output_bias = np.asarray(weights["characters/bias"], dtype=np.float32)  # (vocabulary,)
        # Of a carried state: each layer's recurrent kernel, the last one with more.
        self.matrices: list[Floats] = []
        if targets == "all":
            self._lay_out()
        elif self.look_up.nbytes * window_length <= _REPEATED:
            self.added = [np.repeat(row, window_length, axis=1) for row in self.added]
        self.targets = targets
        self.window_length = window_length
        self.caches = caches  # None without a cache model

    @property
    def vocabulary(self) -> int:
        """Number of characters."""
        return len(self.output_bias)

    def _lay_out(self) -> None:
        """Put the recurrent kernels where one row is multiplied by them soonest, and the layers' own into them.

        The last one is joined with the output: (units + 1, 4 units + vocabulary) leads from its state, and a 1, to
        its next product and the logits.
        """
        *lower, last = self.layers
        joined = np.zeros((last.units + 1, 4 * last.units + self.vocabulary), dtype=np.float32)
        joined[:-1, : 4 * last.units] = last.recurrent_kernel
        joined[:-1, 4 * last.units :] = self.output_kernel
        joined[-1, 4 * last.units :] = self.output_bias
        self.matrices = [
            in_quick_order(matrix) for matrix in (*(layer.recurrent_kernel for layer in lower), joined)
        ]
        self.layers = tuple(
            replace(layer, recurrent_kernel=matrix[: layer.units, : 4 * layer.units])
            for layer, matrix in zip(self.layers, self.matrices, strict=True)
        )
