"""Classifiers: logits or probabilities become probabilities."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import InputError
from edgekit.vision.decoders.outputs import softmax

__all__ = ["CLASSIFIERS", "probabilities"]

CLASSIFIERS: Final = ("softmax", "probabilities")
"""Decoder names of classification bundles: the graph gives logits, or probabilities."""


def probabilities(name: str, output: NDArray[np.generic]) -> NDArray[np.float32]:
    """Probabilities (n, classes), rows sum to 1.

    Args:
        name: "softmax" for logits; "probabilities" for non-negative values, which are only normalised.
        output: (n, classes), or with trailing axes of size 1.

    Raises:
        InputError: the name is unknown, or the output has another shape.
    """
    values: NDArray[np.float32] = output.astype(np.float32)
    while values.ndim > 2 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.ndim != 2:
        raise InputError(f"A classifier's output must be (batch, classes), got {output.shape}.")
    if name == "softmax":
        return softmax(values)
    if name == "probabilities":
        sums = values.sum(axis=1, keepdims=True)
        uniform = np.float32(1 / values.shape[1])
        normal: NDArray[np.float32] = np.divide(values, sums, out=np.full_like(values, uniform), where=sums > 0)
        return normal
    raise InputError(f"There is no classification decoder {name!r}; there are {', '.join(CLASSIFIERS)}.")
