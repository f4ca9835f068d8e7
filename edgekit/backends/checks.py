"""What every session checks of a batch before it runs it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.protocols import Graph

__all__ = ["checked_batch"]


def checked_batch(graph: Graph, batch: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`batch`, C-contiguous.

    Raises:
        ValueError: it is not uint8 (1..max batch, height, width, 3) of the graph's size.
    """
    size = graph.inputs[0].shape[1:]
    if batch.dtype != np.uint8 or batch.shape[1:] != size or not 1 <= len(batch) <= graph.max_batch:
        raise ValueError(
            f"a batch must be uint8 (1..{graph.max_batch}, {', '.join(map(str, size))}), "
            f"got {batch.dtype} {batch.shape}"
        )
    return np.ascontiguousarray(batch)
