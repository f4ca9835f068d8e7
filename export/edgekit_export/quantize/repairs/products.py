"""What a layer reads, multiplied with itself and with what it should make: all that a least squares fit needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit_export.graph.view import GraphView, attribute
from edgekit_export.quantize.layers import Layer
from edgekit_export.quantize.weights import MAX_COLUMNS

__all__ = ["Products", "products_of"]

# Positions of an output, spread over each image.
_MOST_POSITIONS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """Means taken off first.

    Attributes:
        covariance: float64 (groups, columns, columns) of the patches.
        cross: float64 (groups, channels / groups, columns): of the wanted outputs with the patches.
        count: patches that they are the means of.
    """

    covariance: NDArray[np.float64]
    cross: NDArray[np.float64]
    count: int


def products_of(
    layer: Layer,
    node: onnx.NodeProto,
    view: GraphView,
    data: Sequence[NDArray[np.float32]],
    wanted: Sequence[NDArray[np.float32]],
) -> Products | None:
    """Over all images; None for a convolution of an unusual form and for rows that are too long.

    Args:
        layer: convolution or matrix product.
        node: that is run on `data`: its padding may differ from the float graph's.
        view: of the float graph, for the weight's shape.
        data: what the layer reads, per image.
        wanted: what it should make, per image: (1, channels, height, width), or (..., channels).
    """
    sizes = list(view.initializers[layer.weight].dims)
    if np.prod(sizes) // sizes[layer.channel_axis] > MAX_COLUMNS:
        return None
    if layer.op_type != "Conv":
        pairs = [
            (one.reshape(1, -1, one.shape[-1]), other.reshape(1, -1, other.shape[-1]))
            for one, other in zip(data, wanted, strict=True)
        ]
        return _products(pairs)
    if len(sizes) != 4 or attribute(node, "auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        return None
    return _products([_pair(node, sizes, one, other) for one, other in zip(data, wanted, strict=True)])


def _pair(
    node: onnx.NodeProto, sizes: Sequence[int], data: NDArray[np.float32], wanted: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Patches (groups, positions, columns) and the outputs there (groups, positions, channels / groups)."""
    groups = attribute(node, "group", 1)
    top, left, bottom, right = attribute(node, "pads", None) or (0, 0, 0, 0)
    stride_h, stride_w = attribute(node, "strides", None) or (1, 1)
    step_h, step_w = attribute(node, "dilations", None) or (1, 1)
    padded = np.pad(data[0], ((0, 0), (top, bottom), (left, right)))
    reach = ((sizes[2] - 1) * step_h + 1, (sizes[3] - 1) * step_w + 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach, axis=(1, 2))
    windows = windows[:, ::stride_h, ::stride_w, ::step_h, ::step_w]
    height, width = windows.shape[1:3]
    positions = np.linspace(0, height * width - 1, min(height * width, _MOST_POSITIONS)).astype(np.intp)
    rows, across = np.divmod(positions, width)
    chosen = windows[:, rows, across].reshape(groups, -1, len(positions), sizes[2] * sizes[3])
    patches = np.ascontiguousarray(chosen.transpose(0, 2, 1, 3)).reshape(groups, len(positions), -1)
    outputs = wanted[0][:, rows, across].reshape(groups, -1, len(positions)).transpose(0, 2, 1)
    return patches, outputs


def _products(pairs: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> Products:
    count = sum(patches.shape[1] for patches, _ in pairs)
    mean = sum(patches.sum(axis=1, dtype=np.float64) for patches, _ in pairs) / count
    goal = sum(outputs.sum(axis=1, dtype=np.float64) for _, outputs in pairs) / count
    covariance: Any = 0.0
    cross: Any = 0.0
    for patches, outputs in pairs:
        centred = (patches - mean[:, None, :]).astype(np.float32)
        covariance = covariance + np.matmul(centred.transpose(0, 2, 1), centred).astype(np.float64)
        off = (outputs - goal[:, None, :]).astype(np.float32)
        cross = cross + np.matmul(off.transpose(0, 2, 1), centred).astype(np.float64)
    return Products(np.asarray(covariance / count), np.asarray(cross / count), count)
