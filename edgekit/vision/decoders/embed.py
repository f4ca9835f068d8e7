"""Embedding models: their output becomes one vector of length 1 a picture."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import InputError

__all__ = ["EMBEDDERS", "embeddings"]

EMBEDDERS: Final = ("embedding",)
"""Decoder names of embedding bundles."""


def embeddings(name: str, output: NDArray[np.generic]) -> NDArray[np.float32]:
    """Vectors (n, width) of length 1, float32; one of zeros stays one.

    Args:
        name: the decoder.
        output: (n, width), or with trailing axes of size 1.

    Raises:
        InputError: the name is unknown, or the output has another shape.
    """
    if name not in EMBEDDERS:
        raise InputError(f"There is no embedding decoder {name!r}; there is {', '.join(EMBEDDERS)}.")
    values: NDArray[np.float32] = output.astype(np.float32)
    while values.ndim > 2 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.ndim != 2:
        raise InputError(f"An embedding's output must be (batch, width), got {output.shape}.")
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (values / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return unit
