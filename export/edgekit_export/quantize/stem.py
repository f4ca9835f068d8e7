"""int8-cpu: the first convolution reads the picture's bytes as they are, four pixels of a row as one.

Why: what a camera gives is eight bits already, yet the first convolution is where INT8 costs ONNX Runtime most. The
bytes become floats, are moved, scaled, and in a Focus cut apart, only to be rounded to bytes again, and three channels
are too few for its integer kernels. Instead scale and order of the channels go into the weight, the mean becomes the
zero point, and a row is read in blocks of four pixels, which is no more than another view of the same memory. The
kernel then makes the results of a whole block at once; it has zeros in it (2.7 times the products for 3x3 with stride
2), and still the way from the picture to the second convolution takes a third to a half of the time. Known from TPUs as
space-to-depth of the first convolution (Kumar et al., "Scale MLPerf-0.6 models on Google TPU-v3 Pods", 2019). Pinned by
test_stem.py.

Padding comes to one byte for all colours. Where the means of the colours differ, the outermost results are off by the
difference (ImageNet's: at most 11 of 255); that noise is measured with all other. A kernel that reads more than one
pixel of padding, as ResNet's, is left alone then: its noise was 13 dB higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import onnx
from edgekit_calibration import MomentObserver, PatchShape
from numpy.typing import NDArray
from onnx import helper

from edgekit_export.graph.pixels import Pixels, pixels_behind
from edgekit_export.graph.view import GraphView, initializer
from edgekit_export.quantize.layers import Layer
from edgekit_export.quantize.observe import patch_shape
from edgekit_export.quantize.weights import QuantizedWeight, quantize_weight

__all__ = ["ChannelSteps", "Stem", "blocked", "channel_steps", "in_pixels", "stem_of"]

_BLOCK: Final = 4
"""Pixels of a row read as one: the fewest that give channels in fours, as ONNX Runtime's integer kernels want them."""


@dataclass(frozen=True, slots=True, eq=False)
class Stem:
    """A convolution of the picture, and how it looks on blocks.

    Attributes:
        pixels: what its own input shows of the picture.
        patches: how it cuts that input.
        zero: the byte that stands for zero in its own input.
        read_hwc: the picture in blocks.
        made_hwc: its own result.
        phases: results of one row in a block.
        row_stride: of the kernel on blocks, which goes on by one block in a row.
        pads: top, left, bottom, right, in rows and blocks.
        kernel_hw: in rows and blocks.
    """

    pixels: Pixels
    patches: PatchShape
    zero: int
    read_hwc: tuple[int, int, int]
    made_hwc: tuple[int, int, int]
    phases: int
    row_stride: int
    pads: tuple[int, int, int, int]
    kernel_hw: tuple[int, int]

    @property
    def zeros(self) -> NDArray[np.float64]:
        """(channels,): the pixel values that stand for zero in its own input; `zero` where those are bytes."""
        return -self.pixels.shift / self.pixels.factor

    def read(self, target: str, label: str) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
        """Nodes from the picture to `target`, (batch, channels, rows, blocks): bytes behind DequantizeLinear."""
        sizes = initializer(f"{label}_sizes", np.array([-1, *self.read_hwc], np.int64))
        scale = initializer(f"{label}_scale", np.array(1.0, np.float32))
        zero = initializer(f"{label}_zero_point", np.array(self.zero, np.uint8))
        blocks, placed = f"{label}_blocks", f"{label}_placed"
        nodes = [
            helper.make_node("Reshape", [self.pixels.images, sizes.name], [blocks], name=f"{label}_Reshape"),
            helper.make_node("Transpose", [blocks], [placed], name=f"{label}_Transpose", perm=[0, 3, 1, 2]),
            helper.make_node("DequantizeLinear", [placed, scale.name, zero.name], [target], name=f"{label}_Dequantize"),
        ]
        return nodes, [sizes, scale, zero]

    def convolution(self, inputs: Sequence[str], node: onnx.NodeProto) -> onnx.NodeProto:
        """`node` on blocks, under its own name and with its own output's."""
        strides, pads = [self.row_stride, 1], list(self.pads)
        return helper.make_node("Conv", list(inputs), list(node.output), name=node.name, strides=strides, pads=pads)

    def unblocked(self, source: str, target: str, label: str) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
        """Nodes from the results of blocks to those of the convolution, of any type."""
        sizes = initializer(f"{label}_made", np.array([-1, *self.made_hwc], np.int64))
        last, apart = f"{label}_last", f"{label}_apart"
        nodes = [
            helper.make_node("Transpose", [source], [last], name=f"{label}_TransposeLast", perm=[0, 2, 3, 1]),
            helper.make_node("Reshape", [last, sizes.name], [apart], name=f"{label}_ReshapeApart"),
            helper.make_node("Transpose", [apart], [target], name=f"{label}_TransposeFirst", perm=[0, 3, 1, 2]),
        ]
        return nodes, [sizes]


@dataclass(frozen=True, slots=True, eq=False)
class ChannelSteps:
    """How bytes become numbers, channel by channel.

    Attributes:
        scales: float32 (channels,).
        zero_points: uint8 (channels,).
    """

    scales: NDArray[np.float32]
    zero_points: NDArray[np.uint8]

    def tensors(self, label: str) -> list[onnx.TensorProto]:
        """Scales and zero points as DequantizeLinear reads them."""
        return [
            initializer(f"{label}_scales", self.scales),
            initializer(f"{label}_zero_points", self.zero_points),
        ]


def channel_steps(lowest: NDArray[np.float64], highest: NDArray[np.float64]) -> ChannelSteps:
    """Steps for channels that reach from `lowest` to `highest`; zero is among the values of each."""
    low, high = np.minimum(lowest, 0.0), np.maximum(highest, 0.0)
    scales = np.maximum((high - low) / 255.0, np.finfo(np.float32).tiny).astype(np.float32)
    return ChannelSteps(scales, np.clip(np.rint(-low / scales), 0, 255).astype(np.uint8))


def stem_of(layer: Layer, view: GraphView) -> Stem | None:
    """How `layer` reads the picture in blocks; None where it is no convolution of the picture, or one of a form that
    blocks do not fit.

    Args:
        layer: of the graph.
        view: the graph; its input is uint8 (batch, height, width, 3).
    """
    weight, pixels = view.constant(layer.weight), pixels_behind(layer.data, view)
    if layer.op_type != "Conv" or weight is None or pixels is None or pixels.channels_last:
        return None
    patches = patch_shape(layer, view.producers[layer.output], weight.shape[2:])
    height, width, colours = (dim.dim_value for dim in view.graph.input[0].type.tensor_type.shape.dim[1:])
    if patches is None or patches.groups != 1 or patches.dilations_hw != (1, 1) or not _even(pixels, height, width):
        return None
    row_stride, column_stride = pixels.row_step * patches.strides_hw[0], pixels.column_step * patches.strides_hw[1]
    made_h, made_w = patches.output_hw((height // pixels.row_step, width // pixels.column_step))
    zeros = -pixels.shift / pixels.factor
    if (
        not _pads_fit(pixels, patches)
        or zeros.min() < -0.5
        or zeros.max() > 255.5
        or _BLOCK % column_stride
        or made_w * column_stride != width
    ):
        return None
    rows, columns = _reach(pixels, patches, _BLOCK - column_stride)
    above, before, behind = max(0, -rows[0]), max(0, -(columns[0] // _BLOCK)), max(0, columns[1] // _BLOCK)
    # A kernel that ended before the picture does would leave out what stands behind it.
    kernel_h = max(above + rows[1] + 1, height + above - (made_h - 1) * row_stride)
    return Stem(
        pixels=pixels,
        patches=patches,
        zero=int(np.clip(np.rint(zeros.mean()), 0, 255)),
        read_hwc=(height, width // _BLOCK, _BLOCK * colours),
        made_hwc=(made_h, made_w, len(weight)),
        phases=_BLOCK // column_stride,
        row_stride=row_stride,
        pads=(above, before, (made_h - 1) * row_stride + kernel_h - height - above, behind),
        kernel_hw=(kernel_h, before + behind + 1),
    )


def _even(pixels: Pixels, height: int, width: int) -> bool:
    """Whether rows and columns come out even, and every channel shows pixels that no other shows."""
    places = set(zip(pixels.source.tolist(), pixels.rows.tolist(), pixels.columns.tolist(), strict=True))
    return (
        height % pixels.row_step == width % pixels.column_step == width % _BLOCK == 0
        and int(pixels.rows.max()) < pixels.row_step
        and int(pixels.columns.max()) < pixels.column_step
        and len(places) == len(pixels.source)
    )


def _pads_fit(pixels: Pixels, patches: PatchShape) -> bool:
    """Whether one byte can stand for all channels' padding: their zeros are one, or only an edge's pixels miss it."""
    zeros = -pixels.shift / pixels.factor
    return float(np.ptp(zeros)) <= 1.0 or max(patches.pads_tlbr) * max(pixels.row_step, pixels.column_step) <= 1


def _reach(pixels: Pixels, patches: PatchShape, last: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last row and column, from a block's first pixel, that any of the block's results is made of.

    Args:
        pixels: what the convolution reads.
        patches: how it reads that.
        last: first column of the block's last result.
    """
    top, left = patches.pads_tlbr[:2]
    low, high = -top * pixels.row_step, (patches.kernel_hw[0] - 1 - top) * pixels.row_step
    first, end = -left * pixels.column_step, (patches.kernel_hw[1] - 1 - left) * pixels.column_step + last
    return (
        (low + int(pixels.rows.min()), high + int(pixels.rows.max())),
        (first + int(pixels.columns.min()), end + int(pixels.columns.max())),
    )


def in_pixels(
    weight: QuantizedWeight, floating: NDArray[np.float32], stem: Stem, images: Sequence[NDArray[np.uint8]]
) -> QuantizedWeight:
    """The weight for pixels less the value that stands for zero, instead of for the convolution's own input.

    Where the preprocessing scales all channels alike, that is the rounding found for the input. Else it is done again.

    Args:
        weight: as rounded for the input.
        floating: the float one, (out, channels, height, width).
        stem: of the convolution.
        images: prepared uint8 (height, width, 3) that the rounding is to serve.
    """
    factor = stem.pixels.factor
    if np.allclose(factor, factor[0], rtol=1e-6) and factor[0] > 0:
        return replace(weight, scales=(weight.scales * factor[0]).astype(np.float32))
    moments = MomentObserver(stem.patches, images=len(images))
    for image in images:
        moments.update(_differences(image, stem))
    return quantize_weight((floating * factor[None, :, None, None]).astype(np.float32), 0, moments)


def _differences(image: NDArray[np.uint8], stem: Stem) -> NDArray[np.float32]:
    """(1, channels, height, width): each pixel less the value that stands for zero."""
    pixels = stem.pixels
    planes = [
        image[row :: pixels.row_step, column :: pixels.column_step, source].astype(np.float32) - np.float32(zero)
        for row, column, source, zero in zip(pixels.rows, pixels.columns, pixels.source, stem.zeros, strict=True)
    ]
    return np.stack(planes)[None]


def blocked(weight: QuantizedWeight, stem: Stem) -> QuantizedWeight:
    """The weight on blocks, (phases * out, channels, rows, blocks): zero where a result reads nothing of its block.

    Args:
        weight: for pixels, as `in_pixels` gives it.
        stem: of the convolution.
    """
    pixels, outputs = stem.pixels, len(weight.values)
    above, before = stem.pads[:2]
    top, left = stem.patches.pads_tlbr[:2]
    colours = stem.read_hwc[2] // _BLOCK
    values = np.zeros((stem.phases * outputs, stem.read_hwc[2], *stem.kernel_hw), np.int8)
    for channel, y, x in np.ndindex(weight.values.shape[1:]):
        row = (y - top) * pixels.row_step + int(pixels.rows[channel]) + above
        for phase in range(stem.phases):
            start = phase * _BLOCK // stem.phases
            column = (x - left) * pixels.column_step + int(pixels.columns[channel]) + start
            block, within = divmod(column, _BLOCK)
            source = within * colours + int(pixels.source[channel])
            made = slice(phase * outputs, (phase + 1) * outputs)
            values[made, source, row, block + before] = weight.values[:, channel, y, x]
    return QuantizedWeight(values, np.tile(weight.scales, stem.phases), 0, np.tile(weight.bias_change, stem.phases))
