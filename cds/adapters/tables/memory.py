"""Memory for long columns, from the pool in which Arrow keeps what it has freed.

Fresh pages of the operating system cost more than what is written to them; most of a column's cost would be theirs.
"""

from typing import Any

import numpy as np

from cds.adapters.tables.arrow import pa
from cds.population import Array


def room(shape: int | tuple[int, ...], kind: Any = np.int64) -> Array:
    """An array in which anything may stand."""
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    return np.frombuffer(pa.allocate_buffer(size + 1), kind, size // np.dtype(kind).itemsize).reshape(shape)
