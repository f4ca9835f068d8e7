"""The rules that say where quantize/dequantize pairs go, one function each, with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import onnx
from edgekit_calibration import HistogramObserver

from edgekit_export.graph.view import GraphView, attribute
from edgekit_export.quantize.activations import activation_behind, silu
from edgekit_export.quantize.layers import Layer

__all__ = ["can_be_centred", "is_depthwise", "observable", "starts_silu", "wants_result_quantized"]


def observable(layer: Layer, observers: Mapping[str, HistogramObserver]) -> str | None:
    """None where the layer's input was seen and varied, else why the layer stays float.

    Why: a tensor that never changed has no range, and one that no image reached has none either; a made-up
    range would be a guess about pictures to come.
    """
    observer = observers.get(layer.data)
    if observer is None or observer.count == 0:
        return "its input was never seen"
    return f"its input is always {observer.minimum:g}" if observer.is_constant else None


def wants_result_quantized(layer: Layer) -> bool:
    """int8-cpu: the result of a convolution is quantized as well as what it reads.

    Why: ONNX Runtime merges DequantizeLinear, Conv (and Relu or Clip), QuantizeLinear into one QLinearConv only
    where all of them are there; with inputs alone it runs the float convolution and the quantizing on top, slower than
    float and no more accurate (YOLOX-nano, 2 threads: 13.8 ms against 8.6). Products (Gemm, MatMul) give float.
    Pinned by test_placement.py.
    """
    return layer.op_type == "Conv"


def starts_silu(tensor: str, view: GraphView) -> bool:
    """int8-cpu: whether a quantized result goes into x * Sigmoid(x), before which a Clip that cuts nothing stands.

    Why: ONNX Runtime gives each reader of a DequantizeLinear one of its own, and then no longer sees that Sigmoid and
    Mul read the same tensor and are one operator (QuickGelu): 27 such layers of YOLOX-nano take 1.4 ms so, 0.8 with
    the Clip between. Pinned by test_placement.py.
    """
    return activation_behind(tensor, view) is silu


def can_be_centred(layer: Layer, node: onnx.NodeProto) -> bool:
    """int8-tensorrt: whether the middle of the input's range may be subtracted before it is quantized.

    Why: TensorRT takes zero point 0 only, so of a range from 0 to 255 (pixels) or from -0.28 (SiLU) half of the
    256 steps are never used. Subtracting the middle, and adding its product with the weight to the bias, gives them
    back exactly. A convolution that pads with zeros then needs a Pad of its own, one more copy of what it reads: it is
    centred, as every layer, only where the noise budget asks for it (YOLOX-nano: 1.5 to 2 dB in the outputs). Pinned by
    test_placement.py.
    """
    return layer.op_type == "Conv" and attribute(node, "auto_pad", b"NOTSET") == b"NOTSET"


def is_depthwise(layer: Layer, node: onnx.NodeProto, shape: Sequence[int]) -> bool:
    """int8-tensorrt: whether each channel of the input goes into one channel of the result, and into no other.

    Why: only then each may have steps of its own though TensorRT has one scale for them all: the weight has a scale
    for every channel of the result, which takes the difference back without an error (YOLOX-nano: 2 dB in scores and
    boxes from its thirty depthwise layers). Only where that input has rows and columns, and its channels are axis 1
    for sure. Pinned by test_placement.py.

    Args:
        layer, node: the layer.
        shape: of its weight.
    """
    return layer.op_type == "Conv" and len(shape) == 4 and shape[1] == 1 and attribute(node, "group", 1) == shape[0]
