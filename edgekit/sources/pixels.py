"""What comes from outside becomes pixels as the rest of edgekit expects them, or a clear error."""

from __future__ import annotations

from typing import Any

import numpy as np

from edgekit.errors import SourceError
from edgekit.frame import Pixels

__all__ = ["sealed"]


def sealed(array: Any, description: str) -> Pixels:
    """`array` itself, checked and made read-only; the caller gives it away and never writes into it again.

    Args:
        array: uint8 (height, width, 3), BGR.
        description: of the source, for the error.

    Raises:
        SourceError: it is something else.
    """
    if not isinstance(array, np.ndarray) or array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
        got = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
        raise SourceError(f"{description}: expected uint8 pixels of shape (height, width, 3), got {got}.")
    if 0 in array.shape:
        raise SourceError(f"{description}: a frame has no pixels, its shape is {array.shape}.")
    array.setflags(write=False)
    return array
