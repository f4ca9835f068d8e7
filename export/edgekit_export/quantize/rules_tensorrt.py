"""Where TensorRT wants quantizers besides those before weights: one rule, one function, its reason and its source.

Rules that need no function, since quantizing only what a weighted layer reads keeps them: results of weighted layers
are not quantized, so that activations fuse into them; a Concat is followed by one quantizer and not preceded by one a
branch, so that its branches share a scale; pools, resizes and moves stand before the quantizer, and TensorRT moves it
across them (TensorRT documentation, Working with Quantized Types: Q/DQ layer-placement recommendations, and how Q/DQ
are processed).
"""

from __future__ import annotations

import onnx

from edgekit_export.graph.macs import MAC_OPERATORS
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.layers import ACTIVATIONS

__all__ = ["residual_skips"]


def residual_skips(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy in which an Add that closes a residual block reads its skip from the quantizer that is there already.

    Why: TensorRT fuses the Add into the convolution before it, and the fused layer's result has the type of the skip:
    a float skip keeps the result float, to be written once as float and once more as INT8. The convolution's own input
    of the Add stays as it is: a quantizer there would part the two. No quantizer is added, and a block whose skip
    nothing else reads as INT8 stays as it is. What it costs: the skip is rounded (SQNR of the outputs 23.4 to 23.2 dB
    for EfficientNet-Lite0, 30.8 to 30.7 for MobileNetV2). Behind a SiLU nothing is done: TensorRT does not fuse the
    Add beyond it (NVIDIA/TensorRT issue 3861), and YOLOX-nano would lose 0.35 dB of its scores for nothing.
    Source: TensorRT documentation, Q/DQ layer-placement recommendations (quantize the residual input in skip
    connections); NVIDIA/TensorRT issue 1992; NVIDIA Model-Optimizer, build_non_residual_input_map.
    Pinned by test_rules_tensorrt.py.
    """
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    view = GraphView(changed.graph)
    places = {node.output[0]: index for index, node in enumerate(changed.graph.node)}
    for index, node in enumerate(changed.graph.node):
        if node.op_type != "Add" or len(set(node.input)) != 2 or not all(name in places for name in node.input):
            continue
        skip, branch = sorted(node.input, key=lambda name: places[name])
        dequantized = _dequantized(skip, view)
        if dequantized is not None and places[dequantized] < index and _fuses(branch, view):
            node.input[list(node.input).index(skip)] = dequantized
    return changed


def _dequantized(name: str, view: GraphView) -> str | None:
    """The dequantized form of a float tensor, where one is in the graph."""
    quantizers = (node for node in view.consumers.get(name, ()) if node.op_type == "QuantizeLinear")
    readers = (reader for node in quantizers for reader in view.consumers.get(node.output[0], ()))
    return next((str(node.output[0]) for node in readers if node.op_type == "DequantizeLinear"), None)


def _fuses(name: str, view: GraphView) -> bool:
    """Whether a tensor comes from an INT8 convolution or product and goes nowhere else, activations between or not."""
    maker = view.producers.get(name)
    while maker is not None and view.only_consumer(maker.output[0]) is not None and maker.op_type in ACTIVATIONS:
        maker = view.producers.get(maker.input[0])
    if maker is None or maker.op_type not in MAC_OPERATORS or view.only_consumer(maker.output[0]) is None:
        return False
    data = view.producers.get(maker.input[0])
    return data is not None and data.op_type == "DequantizeLinear"
