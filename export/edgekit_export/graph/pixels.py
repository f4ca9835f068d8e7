"""Tensors that are the picture itself, only moved, scaled and shifted: the preprocessing, and a Focus behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit_export.graph.view import GraphView, attribute

__all__ = ["Pixels", "pixels_behind"]

_CHANNELS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """A tensor of which channel c at (y, x) is `factor[c] * picture[row, column, source[c]] + shift[c]`, with
    `row = row_step * y + rows[c]` and `column = column_step * x + columns[c]`.

    Attributes:
        images: the graph's input, uint8 (batch, height, width, 3).
        channels_last: whether its axes are (batch, y, x, c), not (batch, c, y, x).
        source, factor, shift, rows, columns: (channels,).
        row_step, column_step: pixels from one y or x to the next.
    """

    images: str
    channels_last: bool
    source: NDArray[np.int64]
    factor: NDArray[np.float64]
    shift: NDArray[np.float64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    row_step: int = 1
    column_step: int = 1

    @property
    def channel_axis(self) -> int:
        """Of four."""
        return 3 if self.channels_last else 1

    @property
    def size_axes(self) -> tuple[int, int]:
        """Of y and x."""
        return (1, 2) if self.channels_last else (2, 3)

    def taken(self, channels: NDArray[np.int64]) -> Pixels:
        """Those channels, in that order."""
        return replace(
            self,
            source=self.source[channels],
            factor=self.factor[channels],
            shift=self.shift[channels],
            rows=self.rows[channels],
            columns=self.columns[channels],
        )


def _whole(images: str) -> Pixels:
    zeros = np.zeros(_CHANNELS, np.int64)
    return Pixels(images, True, np.arange(_CHANNELS), np.ones(_CHANNELS), np.zeros(_CHANNELS), zeros, zeros)


def pixels_behind(tensor: str, view: GraphView) -> Pixels | None:
    """What `tensor` shows of the graph's one input; None where anything but moves and arithmetic lies between.

    Args:
        tensor: of the graph.
        view: the graph; its input is uint8 (batch, height, width, 3), as graph.head makes it.
    """
    found: dict[str, Pixels | None] = {view.graph.input[0].name: _whole(view.graph.input[0].name)}

    def of(name: str) -> Pixels | None:
        if name not in found:
            found[name] = None
            maker = view.producers.get(name)
            read = _READERS.get(maker.op_type) if maker is not None else None
            if maker is not None and read is not None:
                found[name] = read(maker, view, of)
        return found[name]

    return of(tensor)


_Of = Callable[[str], Pixels | None]


def _same(node: onnx.NodeProto, view: GraphView, of: _Of) -> Pixels | None:
    return of(node.input[0])


def _transposed(node: onnx.NodeProto, view: GraphView, of: _Of) -> Pixels | None:
    pixels = of(node.input[0])
    if pixels is None:
        return None
    wanted = [0, 3, 1, 2] if pixels.channels_last else [0, 2, 3, 1]
    return (
        replace(pixels, channels_last=not pixels.channels_last) if list(attribute(node, "perm", [])) == wanted else None
    )


def _gathered(node: onnx.NodeProto, view: GraphView, of: _Of) -> Pixels | None:
    pixels, indices = of(node.input[0]), view.constant(node.input[1])
    if pixels is None or indices is None or indices.ndim != 1:
        return None
    return pixels.taken(indices.astype(np.int64)) if attribute(node, "axis", 0) % 4 == pixels.channel_axis else None


def _per_channel(value: NDArray[np.generic], pixels: Pixels) -> NDArray[np.float64] | None:
    """A constant operand as (channels,); None where it differs from place to place."""
    channels = len(pixels.source)
    padded = value.reshape((1,) * (4 - value.ndim) + value.shape) if value.ndim <= 4 else value
    if padded.size == 1:
        return np.full(channels, float(padded.reshape(())[()]))
    if padded.size == channels == padded.shape[pixels.channel_axis]:
        return padded.reshape(channels).astype(np.float64)
    return None


def _computed(node: onnx.NodeProto, view: GraphView, of: _Of) -> Pixels | None:
    ordered = list(node.input)
    if node.op_type in ("Add", "Mul") and not view.is_variable(ordered[0]):
        ordered.reverse()
    pixels, constant = of(ordered[0]), view.constant(ordered[1])
    value = None if pixels is None or constant is None else _per_channel(constant, pixels)
    if pixels is None or value is None:
        return None
    if node.op_type in ("Add", "Sub"):
        return replace(pixels, shift=pixels.shift + (value if node.op_type == "Add" else -value))
    if not np.all(value):
        return None
    factor = value if node.op_type == "Mul" else 1.0 / value
    return replace(pixels, factor=pixels.factor * factor, shift=pixels.shift * factor)


def _sliced(node: onnx.NodeProto, view: GraphView, of: _Of) -> Pixels | None:
    pixels = of(node.input[0])
    given = [view.constant(name) for name in node.input[1:]]
    if pixels is None or len(given) < 3 or any(value is None for value in given):
        return None
    starts, _, axes, *rest = (value.reshape(-1).tolist() for value in given if value is not None)
    steps = rest[0] if rest else [1] * len(axes)
    for start, axis, step in zip(starts, axes, steps, strict=True):
        if start < 0 or step < 1 or axis % 4 not in pixels.size_axes:
            return None
        if axis % 4 == pixels.size_axes[0]:
            moved = pixels.rows + start * pixels.row_step
            pixels = replace(pixels, rows=moved, row_step=pixels.row_step * step)
        else:
            moved = pixels.columns + start * pixels.column_step
            pixels = replace(pixels, columns=moved, column_step=pixels.column_step * step)
    return pixels


def _joined(node: onnx.NodeProto, view: GraphView, of: _Of) -> Pixels | None:
    parts = [part for part in map(of, node.input) if part is not None]
    first = parts[0] if len(parts) == len(node.input) else None
    if first is None or attribute(node, "axis") % 4 != first.channel_axis:
        return None
    form = (first.channels_last, first.row_step, first.column_step)
    if any((part.channels_last, part.row_step, part.column_step) != form for part in parts):
        return None
    return replace(
        first,
        source=np.concatenate([part.source for part in parts]),
        factor=np.concatenate([part.factor for part in parts]),
        shift=np.concatenate([part.shift for part in parts]),
        rows=np.concatenate([part.rows for part in parts]),
        columns=np.concatenate([part.columns for part in parts]),
    )


_READERS: Final[Mapping[str, Callable[[onnx.NodeProto, GraphView, _Of], Pixels | None]]] = {
    "Add": _computed,
    "Cast": _same,
    "Concat": _joined,
    "Div": _computed,
    "Gather": _gathered,
    "Identity": _same,
    "Mul": _computed,
    "Slice": _sliced,
    "Sub": _computed,
    "Transpose": _transposed,
}
