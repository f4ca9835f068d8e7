"""From any ONNX model to the bundle's float graph: opset 20, clean, any batch, preprocessing inside, all proven."""

from __future__ import annotations

from dataclasses import dataclass

import onnx

from edgekit.bundle.manifest import ArithmeticSpec
from edgekit_export.graph.batch import symbolic_batch
from edgekit_export.graph.cleanup import clean
from edgekit_export.graph.head import prove_head, with_head
from edgekit_export.graph.loading import check_not_quantized
from edgekit_export.graph.opset import opset_of, to_opset

__all__ = ["FloatGraph", "float_graph"]


@dataclass(frozen=True, slots=True)
class FloatGraph:
    """The bundle's float graph.

    Attributes:
        model: uint8 `images` (batch, height, width, 3) in, opset 20, IR 10.
        max_batch: the largest proven batch.
        batch_reason: why that batch, in one line.
        source_opset: what the model file was written for.
        difference: largest relative difference from the model file with float preprocessing.
    """

    model: onnx.ModelProto
    max_batch: int
    batch_reason: str
    source_opset: int
    difference: float


def float_graph(model: onnx.ModelProto, arithmetic: ArithmeticSpec) -> FloatGraph:
    """Rebuild `model` (one float32 picture in) as a graph on pixels, and prove it equal.

    Raises:
        ModelError: it is quantized already, cannot be converted, does not take one picture, or comes out different.
    """
    check_not_quantized(model, "The model")
    source_opset = opset_of(model)
    opened = symbolic_batch(clean(to_opset(model)))
    headed = with_head(opened.model, arithmetic)
    difference = prove_head(headed, model, arithmetic)
    onnx.checker.check_model(headed)
    headed.producer_name, headed.producer_version = "edgekit", ""
    return FloatGraph(headed, opened.max_batch, opened.reason, source_opset, difference)
