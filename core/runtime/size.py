"""How much memory an object holds, with all that it refers to."""

import gc
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType

import numpy as np

# Shared by the whole program, or reached from everywhere.
_SHARED = (type, ModuleType, FunctionType, BuiltinFunctionType)


def size_of(root: object) -> int:
    """Return the bytes of an object and of whatever is reached from it, each object once.

    An array counts with the memory that it looks into, also where that is another array's.
    """
    seen: set[int] = set()
    waiting: list[object] = [root]
    size = 0
    while waiting:
        found = waiting.pop()
        if id(found) in seen or isinstance(found, _SHARED):
            continue
        seen.add(id(found))
        size += sys.getsizeof(found)
        if isinstance(found, np.ndarray):
            waiting.append(found.base)  # which the collector does not know
        elif not isinstance(found, str | bytes | int | float):
            waiting.extend(gc.get_referents(found))
    return size
