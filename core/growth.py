"""A trained network's weights inside a wider one that computes the same: Net2Net (Chen, Goodfellow, Shlens 2016)."""

from typing import Any

import numpy as np
import numpy.typing as npt

_GATES = 4  # parts of an LSTM's columns


def widen(weights: npt.NDArray[Any], fresh: npt.NDArray[Any], *, gates: bool) -> npt.NDArray[Any]:
    """Return `fresh`, a wider layer's initial array, with `weights`, the trained one, in its place.

    The last axis holds the units of each gate in turn if there are `gates`. A new unit reads what it happens to read;
    nothing that was there before reads it yet, so that the outputs stay the same until it has learnt something.

    Raises:
        ValueError: `fresh` is narrower, or has another number of axes.
    """
    parts = _GATES if gates else 1
    old = weights.reshape(*weights.shape[:-1], parts, weights.shape[-1] // parts)
    new = fresh.reshape(*fresh.shape[:-1], parts, fresh.shape[-1] // parts).copy()
    if old.ndim != new.ndim or any(a > b for a, b in zip(old.shape, new.shape, strict=True)):
        raise ValueError(f"{weights.shape} does not fit into {fresh.shape}")
    new[..., : old.shape[-1]] = 0
    new[tuple(slice(size) for size in old.shape)] = old
    return np.ascontiguousarray(new.reshape(fresh.shape))
