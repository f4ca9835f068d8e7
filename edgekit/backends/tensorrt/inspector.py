"""What an engine really runs in INT8, as its inspector says; and what a network plans to, before it is built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from edgekit.backends.tensorrt.versions import TensorRt

__all__ = ["engine_layers", "executed_int8_macs", "planned_products"]


def engine_layers(trt: TensorRt, engine: Any) -> list[Mapping[str, Any]]:
    """The engine's layers as its inspector describes them (it was built with detailed verbosity)."""
    text = engine.create_engine_inspector().get_engine_information(trt.api.LayerInformationFormat.JSON)
    layers = json.loads(text).get("Layers", [])
    return [layer for layer in layers if isinstance(layer, dict)]


def executed_int8_macs(layers: list[Mapping[str, Any]], macs_by_node: Mapping[str, int]) -> int | None:
    """MACs of the convolutions and matrix products that the engine runs on INT8 data.

    A layer's metadata names the ONNX nodes that it was made from; it runs in INT8 if its first input is INT8.

    Args:
        layers: of `engine_layers`.
        macs_by_node: multiply-accumulates of one picture by ONNX node name.

    Returns:
        Their sum; None where the inspector names no node that we know, so nothing can be said.
    """
    found = False
    total = 0
    for layer in layers:
        nodes = _nodes(layer) & macs_by_node.keys()
        found = found or bool(nodes)
        inputs = layer.get("Inputs") or [{}]
        if "int8" in str(inputs[0].get("Format/Datatype", "")).lower():
            total += sum(macs_by_node[node] for node in nodes)
    return total if found else None


def planned_products(trt: TensorRt, network: Any) -> tuple[int, int]:
    """Convolutions and matrix products whose data AND weight come from a DequantizeLinear, and how many there are."""
    kinds = trt.api.LayerType
    layers = [network.get_layer(index) for index in range(network.num_layers)]
    dequantized = {
        layer.get_output(index).name
        for layer in layers
        if layer.type == kinds.DEQUANTIZE
        for index in range(layer.num_outputs)
    }
    products = [
        layer for layer in layers if layer.type in (kinds.CONVOLUTION, kinds.DECONVOLUTION, kinds.MATRIX_MULTIPLY)
    ]
    int8 = [layer for layer in products if layer.num_inputs >= 2 and _input_names(layer) <= dequantized]
    return len(int8), len(products)


def _input_names(layer: Any) -> set[str]:
    tensors = (layer.get_input(index) for index in range(2))
    return {tensor.name if tensor is not None else "" for tensor in tensors}


def _nodes(layer: Mapping[str, Any]) -> set[str]:
    """ONNX nodes in a layer's metadata: "[ONNX Layer: /conv1/Conv]", separated by control characters."""
    metadata = str(layer.get("Metadata", ""))
    return {part.split("]")[0].strip() for part in metadata.split("[ONNX Layer:")[1:]}
